// Owns moving the bytes of one item in order: the next chunk is read while the last is written, never more than a few in memory.
import { ProviderError, type Chunk } from '../providers/provider.ts';
import type { Checksums } from './checksums.ts';
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
  readonly checksums: Checksums;
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

/** Small enough for a fair share of a cap, large enough to cost nothing without one. */
const grantBytes = 256 * 1024;

export interface Extent {
  readonly offset: number;
  readonly length: number;
}

type Filling = Pick<PumpJob, 'throttle' | 'checksums' | 'soft'>;

/** Reads one chunk into the slab, under the caps; gives the slab up when that fails. */
export async function fillChunk(reader: SourceReader, slab: Slab, extent: Extent, job: Filling): Promise<Filled> {
  return await withChecksum(await readChunk(reader, slab, extent, job), extent, job);
}

interface Read {
  readonly slab: Slab;
  readonly bytes: Buffer;
}

async function readChunk(reader: SourceReader, slab: Slab, { length }: Extent, { throttle, soft }: Filling): Promise<Read> {
  const bytes = slab.bytes.subarray(0, length);
  try {
    await throttle(Math.min(grantBytes, length), soft);
    await readUnder(throttle, reader, bytes, soft);
    return { slab, bytes };
  } catch (error) {
    slab.drop();
    throw error;
  }
}

async function withChecksum({ slab, bytes }: Read, { offset }: Extent, { checksums }: Filling): Promise<Filled> {
  return { slab, chunk: { offset, bytes, crc32: await checksums.crc32(bytes) } };
}

/** The first grant was taken by the caller. */
async function readUnder(throttle: Throttle, reader: SourceReader, bytes: Buffer, signal: AbortSignal): Promise<void> {
  if (throttle === unlimited) return await reader.fill(bytes, signal);
  for (let at = 0; at < bytes.length; at += grantBytes) {
    const part = bytes.subarray(at, at + grantBytes);
    if (at > 0) await throttle(part.length, signal);
    await reader.fill(part, signal);
  }
}

export const unlimited: Throttle = () => Promise.resolve();

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

/** One chunk is read and one has its checksum computed while a third is written: each takes about as long as the others. */
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
    const read = this.#readAfter(this.#read, slab, extent);
    const filled = read.then((chunk) => withChecksum(chunk, extent, this.#job));
    // The failure of a chunk that nobody waits for any more: the failure that ended the pump is the one to report.
    filled.catch(() => undefined);
    this.#read = read;
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

  async #readAfter(before: Promise<unknown>, slab: Slab, extent: Extent): Promise<Read> {
    try {
      await before;
    } catch (error) {
      slab.release();
      throw error;
    }
    return await readChunk(this.#reader, slab, extent, this.#job);
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
