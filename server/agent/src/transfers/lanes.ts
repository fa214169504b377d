// Owns moving the bytes of one item in several lanes at once, where the source can be read anywhere and the target takes chunks in any order.
import { setMaxListeners } from 'node:events';
import { chunkLength } from './chunk-plan.ts';
import type { SourceReader } from './endpoint.ts';
import { fillChunk, type PumpJob } from './pump.ts';

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
  const interrupted: Stripe[] = [];
  let failed: { readonly error: unknown } | undefined;
  const open = (stripe: Stripe): void => {
    const lane = runStripe({ ...job, soft: failure.signal }, stripe)
      .then((rest) => {
        if (rest !== undefined) interrupted.push(rest);
      })
      .catch((error: unknown) => {
        failed ??= { error };
        failure.abort(error);
      })
      .finally(() => lanes.delete(lane));
    lanes.add(lane);
  };
  try {
    while (failed === undefined) {
      const next = interrupted.pop() ?? missing.next().value;
      if (next !== undefined) open(next);
      else if (lanes.size === 0) break;
      // A lane under way may yet leave a part of its stripe.
      else await Promise.race(lanes);
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
function* stripes(job: LaneJob): Generator<Stripe, undefined> {
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

/**
 * One lane keeps its buffer for the whole stripe. The buffer comes before the place at the stores, and both before the source: whoever has a
 * place never waits for memory. Answers what is left of the stripe when a transfer without any buffer waits for one.
 */
async function runStripe(job: LaneJob, { offset, end }: Stripe): Promise<Stripe | undefined> {
  const slab = await job.lease.acquire(chunkLength(offset, end, job.chunkSize), job.soft);
  let leave: (error?: unknown) => void = () => undefined;
  let reader: SourceReader | undefined;
  try {
    leave = await job.enter(job.soft);
    reader = await job.open({ offset, length: end - offset }, job.soft);
    let at = offset;
    do {
      const length = chunkLength(at, end, job.chunkSize);
      const { chunk } = await fillChunk(reader, slab, { offset: at, length }, job);
      await job.write(chunk);
      job.checkpoint();
      job.soft.throwIfAborted();
      at += length;
    } while (at < end && !job.lease.wanted());
    leave();
    return at < end ? { offset: at, end } : undefined;
  } catch (error) {
    // A socket may still read from it; given back, another chunk's bytes would be sent.
    if (reader !== undefined) slab.drop();
    leave(error);
    throw error;
  } finally {
    slab.release();
    await reader?.close();
  }
}
