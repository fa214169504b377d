// Owns moving the bytes of one item: the next chunk is read while the last is written, never more than two in memory.
import { crc32 } from 'node:zlib';
import { ProviderError, type Chunk as SentChunk } from '../providers/provider.ts';
import { chunkLength } from './chunk-plan.ts';
import type { SourceReader, SourceStat, TargetSession } from './endpoint.ts';
import type { Lease, Slab } from './slab-pool.ts';

export interface PumpJob {
  readonly stat: SourceStat;
  readonly session: TargetSession;
  readonly chunkSize: number;
  readonly lease: Lease;
  /** Stops reading at once and writing after the chunk in flight. */
  readonly soft: AbortSignal;
  open(signal: AbortSignal): Promise<SourceReader>;
  write(chunk: SentChunk): Promise<void>;
  /** Records what the target holds; throws when the run was fenced off. */
  checkpoint(): void;
}

interface Chunk {
  readonly slab: Slab;
  readonly bytes: Buffer;
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
  let pending = fill(reader, slab, lengthAt(session.offset), soft);
  let ahead: Promise<Chunk> | undefined;
  try {
    for (;;) {
      const chunk = await pending;
      const end = session.offset + chunk.bytes.length;
      ahead = end < stat.size ? readAhead(job, reader, lengthAt(end)) : undefined;
      await deliver(job, chunk, end);
      if (end === stat.size) return;
      soft.throwIfAborted();
      pending = ahead ?? fill(reader, await lease.acquire(lengthAt(end), soft), lengthAt(end), soft);
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
  try {
    return await job.open(job.soft);
  } catch (error) {
    slab.release();
    throw error;
  }
}

function readAhead(job: PumpJob, reader: SourceReader, length: number): Promise<Chunk> | undefined {
  const slab = job.lease.tryExtra(length);
  if (slab === undefined) return undefined;
  const ahead = fill(reader, slab, length, job.soft);
  ahead.catch(ignoreAbandoned);
  return ahead;
}

async function fill(reader: SourceReader, slab: Slab, length: number, signal: AbortSignal): Promise<Chunk> {
  const bytes = slab.bytes.subarray(0, length);
  try {
    await reader.fill(bytes, signal);
    return { slab, bytes };
  } catch (error) {
    slab.drop();
    throw error;
  }
}

async function deliver(job: PumpJob, chunk: Chunk, end: number): Promise<void> {
  try {
    await job.write({ offset: job.session.offset, bytes: chunk.bytes, crc32: crc32(chunk.bytes) });
  } catch (error) {
    // A socket may still read from it; given back, another chunk's bytes would be sent.
    chunk.slab.drop();
    throw error;
  }
  chunk.slab.release();
  if (job.session.offset !== end) throw new ProviderError('unavailable', 'The target did not take the whole chunk.');
  job.checkpoint();
}
