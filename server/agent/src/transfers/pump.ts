// Owns moving the bytes of one item in order: the next chunk is read while the last is written, never more than two in memory.
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

/** Reads one chunk into the slab, under the caps; gives the slab up when that fails. */
export async function fillChunk(
  reader: SourceReader,
  slab: Slab,
  { offset, length }: { offset: number; length: number },
  job: Pick<PumpJob, 'throttle' | 'checksums' | 'soft'>,
): Promise<Filled> {
  const bytes = slab.bytes.subarray(0, length);
  try {
    await job.throttle(Math.min(grantBytes, length), job.soft);
    await readUnder(job.throttle, reader, bytes, job.soft);
    return { slab, chunk: { offset, bytes, crc32: await job.checksums.crc32(bytes) } };
  } catch (error) {
    slab.drop();
    throw error;
  }
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
  const { session, stat, chunkSize, lease, soft } = job;
  if (session.offset > stat.size) throw new ProviderError('invalid', 'The target holds more bytes than the source has.');
  if (session.offset === stat.size) return;
  const lengthAt = (offset: number): number => chunkLength(offset, stat.size, chunkSize);
  // The buffer first: a source that is open and not read holds a connection for nothing.
  const slab = await lease.acquire(lengthAt(session.offset), soft);
  const reader = await openOrDrop(job, slab);
  const fill = (into: Slab, offset: number): Promise<Filled> => fillChunk(reader, into, { offset, length: lengthAt(offset) }, job);
  let pending = fill(slab, session.offset);
  let ahead: Promise<Filled> | undefined;
  try {
    for (;;) {
      const filled = await pending;
      const end = filled.chunk.offset + filled.chunk.bytes.length;
      ahead = end < stat.size ? readAhead(job, lengthAt(end), (into) => fill(into, end)) : undefined;
      await deliver(filled, job);
      if (session.offset < end) throw new ProviderError('unavailable', 'The target did not take the whole chunk.');
      job.checkpoint();
      if (end === stat.size) return;
      soft.throwIfAborted();
      pending = ahead ?? fill(await lease.acquire(lengthAt(end), soft), end);
      ahead = undefined;
    }
  } finally {
    await reader.close();
    ahead?.then(({ slab: unused }) => unused.release(), ignoreAbandoned);
  }
}

/** The failure of a chunk that nobody waits for any more: the failure that ended the pump is the one to report. */
const ignoreAbandoned = (): void => undefined;

async function openOrDrop(job: PumpJob, slab: Slab): Promise<SourceReader> {
  const { offset } = job.session;
  try {
    return await job.open({ offset, length: job.stat.size - offset }, job.soft);
  } catch (error) {
    slab.release();
    throw error;
  }
}

function readAhead(job: PumpJob, length: number, fill: (slab: Slab) => Promise<Filled>): Promise<Filled> | undefined {
  const slab = job.lease.tryExtra(length);
  if (slab === undefined) return undefined;
  const ahead = fill(slab);
  ahead.catch(ignoreAbandoned);
  return ahead;
}
