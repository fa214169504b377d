// Owns moving the bytes of one item in order: the next chunk is read while the last is written, never more than a few in memory.
import { crc32 } from '@node-rs/crc32';
import { ProviderError, type Chunk } from '../providers/provider.ts';
import { chunkLength } from './chunk-plan.ts';
import type { SourceReader, SourceStat, TargetSession } from './endpoint.ts';
import type { Throttle } from './policies.ts';
import type { Lease, Slab } from './slab-pool.ts';

export interface PumpJob {
  readonly stat: SourceStat;
  readonly session: TargetSession;
  readonly chunkSize: number;
  readonly lease: Lease;
  readonly throttle: Throttle;
  /** Stops reading at once and writing after the chunk in flight. */
  readonly soft: AbortSignal;
  open(from: { offset: number; length: number }, signal: AbortSignal): Promise<SourceReader>;
  write(chunk: Chunk): Promise<void>;
  /** Records what the target holds; throws when the run was fenced off. */
  checkpoint(): void;
}

/** A chunk in its buffer. */
export interface Filled {
  readonly slab: Slab;
  readonly chunk: Chunk;
}

/** Small enough for a fair share of a cap; without one, only as often as a cap that is set meanwhile may be noticed. */
const grantBytes = { capped: 256 * 1024, free: 4 * 1024 * 1024 };

export interface Extent {
  readonly offset: number;
  readonly length: number;
}

type Filling = Pick<PumpJob, 'throttle' | 'soft'>;

/** Reads one chunk into the slab, under the caps; gives the slab up when that fails. */
export async function fillChunk(reader: SourceReader, slab: Slab, { offset, length }: Extent, job: Filling): Promise<Filled> {
  const bytes = slab.bytes.subarray(0, length);
  try {
    return { slab, chunk: { offset, bytes, crc32: await readUnder(reader, bytes, job) } };
  } catch (error) {
    slab.drop();
    throw error;
  }
}

/** Answers the CRC32, taken of each piece while the processor has it still at hand. */
async function readUnder(reader: SourceReader, bytes: Buffer, { throttle, soft }: Filling): Promise<number> {
  let sum = 0;
  for (let at = 0; at < bytes.length;) {
    const piece = bytes.subarray(at, at + (throttle.capped ? grantBytes.capped : grantBytes.free));
    await throttle.take(piece.length, soft);
    await reader.fill(piece, soft);
    sum = crc32(piece, sum);
    at += piece.length;
  }
  return sum;
}

/** Writes the chunk and gives its slab back. */
export async function deliver({ slab, chunk }: Filled, job: Pick<PumpJob, 'write'>): Promise<void> {
  try {
    await job.write(chunk);
  } catch (error) {
    // A socket may still read from it; given back, another chunk's bytes would be sent.
    slab.drop();
    throw error;
  }
  slab.release();
}

/** Moves everything from the session's offset to the end of the source. */
export async function pump(job: PumpJob): Promise<void> {
  const { session, stat, soft } = job;
  if (session.offset > stat.size) throw new ProviderError('invalid', 'The target holds more bytes than the source has.');
  if (session.offset === stat.size) return;
  // The buffer first: a source that is open and not read holds a connection for nothing.
  const slab = await job.lease.acquire(chunkLength(session.offset, stat.size, job.chunkSize), soft);
  const reader = await openOrDrop(job, slab);
  const ahead = new ReadAhead(reader, job);
  ahead.start(slab);
  try {
    for (;;) {
      const filled = await ahead.take();
      const end = filled.chunk.offset + filled.chunk.bytes.length;
      await deliver(filled, job);
      if (session.offset < end) throw new ProviderError('unavailable', 'The target did not take the whole chunk.');
      job.checkpoint();
      if (end === stat.size) return;
      soft.throwIfAborted();
    }
  } finally {
    await reader.close();
    ahead.abandon();
  }
}

/** One chunk waits and one is read while a third is written, so that none waits for a short delay of another. */
const depth = 2;

/** The chunks that were read and not yet written, in order. */
class ReadAhead {
  readonly #reader: SourceReader;
  readonly #job: PumpJob;
  readonly #filled: Promise<Filled>[] = [];
  #next: number;
  /** The end of the read before: one reader reads one chunk at a time. */
  #read: Promise<unknown> = Promise.resolve();

  constructor(reader: SourceReader, job: PumpJob) {
    this.#reader = reader;
    this.#job = job;
    this.#next = job.session.offset;
  }

  /** Reads the next chunk into the slab, as soon as the one before it was read. */
  start(slab: Slab): void {
    const { stat, chunkSize } = this.#job;
    const extent = { offset: this.#next, length: chunkLength(this.#next, stat.size, chunkSize) };
    this.#next += extent.length;
    const filled = this.#fillAfter(this.#read, slab, extent);
    // The failure of a chunk that nobody waits for any more: the failure that ended the pump is the one to report.
    filled.catch(() => undefined);
    this.#read = filled;
    this.#filled.push(filled);
  }

  async take(): Promise<Filled> {
    const { lease, soft, stat, chunkSize } = this.#job;
    if (this.#filled.length === 0) this.start(await lease.acquire(chunkLength(this.#next, stat.size, chunkSize), soft));
    const first = await this.#filled.shift();
    this.#more();
    if (first === undefined) throw new Error('There is nothing to take.');
    return first;
  }

  /** Gives back what nobody will write. */
  abandon(): void {
    for (const filled of this.#filled.splice(0)) {
      filled.then(
        ({ slab }) => slab.release(),
        () => undefined,
      );
    }
  }

  #more(): void {
    const { lease, stat, chunkSize } = this.#job;
    while (this.#next < stat.size && this.#filled.length < depth) {
      const slab = lease.tryExtra(chunkLength(this.#next, stat.size, chunkSize));
      if (slab === undefined) return;
      this.start(slab);
    }
  }

  async #fillAfter(before: Promise<unknown>, slab: Slab, extent: Extent): Promise<Filled> {
    try {
      await before;
    } catch (error) {
      slab.release();
      throw error;
    }
    return await fillChunk(this.#reader, slab, extent, this.#job);
  }
}

async function openOrDrop(job: PumpJob, slab: Slab): Promise<SourceReader> {
  const { offset } = job.session;
  try {
    return await job.open({ offset, length: job.stat.size - offset }, job.soft);
  } catch (error) {
    slab.release();
    throw error;
  }
}
