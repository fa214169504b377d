// Owns moving the bytes of one item in several lanes at once, where the source can be read anywhere and the target takes chunks in any order.
import { setMaxListeners } from 'node:events';
import { chunkLength } from './chunk-plan.ts';
import type { SourceReader } from './endpoint.ts';
import { deliver, fillChunk, type PumpJob } from './pump.ts';

export interface LaneJob extends PumpJob {
  /** How many lanes there may be just now, at least one. */
  lanes(): number;
  /** Resolves when the stores let one more lane begin; the function ends it. */
  enter(signal: AbortSignal): Promise<(error?: unknown) => void>;
}

interface Stripe {
  readonly offset: number;
  /** Behind the last byte. */
  readonly end: number;
}

/** A lane reads at most so many chunks by one request; more would leave the other lanes nothing to do at the end. */
const longestStripe = 8;

const stripeChunks = ({ stat: { size }, chunkSize }: PumpJob, lanes: number): number =>
  Math.max(1, Math.min(longestStripe, Math.floor(size / chunkSize / (2 * lanes))));

/** Moves every chunk that the target does not hold. */
export async function moveInLanes(job: LaneJob): Promise<void> {
  const missing = stripes(job);
  const failure = new AbortController();
  setMaxListeners(0, failure.signal);
  const stop = (): void => failure.abort(job.soft.reason);
  job.soft.addEventListener('abort', stop, { once: true });
  const lanes = new Set<Promise<void>>();
  let failed: { readonly error: unknown } | undefined;
  const open = (stripe: Stripe): void => {
    const lane = runStripe({ ...job, soft: failure.signal }, stripe)
      .catch((error: unknown) => {
        failed ??= { error };
        failure.abort(error);
      })
      .finally(() => lanes.delete(lane));
    lanes.add(lane);
  };
  try {
    while (failed === undefined) {
      const next = missing.next();
      if (next.done === true) break;
      open(next.value);
      while (lanes.size >= Math.max(1, job.lanes())) await Promise.race(lanes);
      job.soft.throwIfAborted();
    }
  } finally {
    await Promise.all(lanes);
    job.soft.removeEventListener('abort', stop);
  }
  job.soft.throwIfAborted();
  if (failed !== undefined) throw failed.error;
}

/** Runs of missing chunks, from the start on. */
function* stripes(job: LaneJob): Generator<Stripe> {
  const {
    stat: { size },
    chunkSize,
    session: { anyOrder },
  } = job;
  const most = stripeChunks(job, job.lanes()) * chunkSize;
  const held = (offset: number): boolean => anyOrder?.holds(offset) ?? false;
  let offset = 0;
  while (offset < size) {
    if (held(offset)) {
      offset += chunkSize;
      continue;
    }
    let end = offset;
    while (end < size && end < offset + most && !held(end)) end = Math.min(size, end + chunkSize);
    yield { offset, end };
    offset = end;
  }
}

async function runStripe(job: LaneJob, { offset, end }: Stripe): Promise<void> {
  const leave = await job.enter(job.soft);
  let reader: SourceReader | undefined;
  try {
    for (let at = offset; at < end; at += job.chunkSize) {
      const length = chunkLength(at, end, job.chunkSize);
      const slab = await job.lease.acquire(length, job.soft);
      if (reader === undefined) {
        reader = await job.open({ offset: at, length: end - at }, job.soft).catch((error: unknown) => {
          slab.release();
          throw error;
        });
      }
      await deliver(await fillChunk(reader, slab, { offset: at, length }, job), job);
      job.checkpoint();
      job.soft.throwIfAborted();
    }
    leave();
  } catch (error) {
    leave(error);
    throw error;
  } finally {
    await reader?.close();
  }
}
