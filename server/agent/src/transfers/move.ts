// Owns what the ways of moving one item share: the tools, the two ends, and what was decided about it.
import type { Source, SourceStat, Target } from './endpoint.ts';
import type { ItemContext } from './item-endpoints.ts';
import type { ItemEnd, ItemRow, Ledger, Proof } from './ledger.ts';
import type { ObstacleTools } from './obstacles.ts';
import type { Policies, Throttle } from './policies.ts';
import type { Progress } from './progress.ts';
import type { RetryTools } from './retry.ts';
import type { Run } from './run.ts';
import type { Lease } from './slab-pool.ts';

export interface MoveTools extends ItemContext, ObstacleTools {
  readonly ledger: Ledger;
  readonly progress: Progress;
  readonly retry: RetryTools;
  readonly policies: Policies;
  /** Failures that change nothing for the transfer but should be seen. */
  readonly report: (error: unknown) => void;
}

export interface Move {
  readonly run: Run;
  readonly item: ItemRow;
  readonly lease: Lease;
  readonly throttle: Throttle;
  /** Records the end; the last of a transfer before anybody may stop the run. Waits only while the ledger takes nothing. */
  readonly ended: (end: ItemEnd) => Promise<void>;
}

/** What is decided once and holds for every attempt. */
export interface Frozen extends SourceStat {
  /** Of a target that has its own mind about it, as it says in the end. */
  chunkSize: number;
  readonly ifAbsent: boolean;
}

/** One attempt on one item: the two ends, freshly resolved, so that changed credentials count. */
export interface Attempt {
  readonly source: Source;
  readonly target: Target;
  readonly endpoints: readonly string[];
}

/** Each `alive` gives the call as much time again as it had in the beginning. */
export type Caller = <T>(
  what: string,
  signal: AbortSignal,
  action: (signal: AbortSignal, alive: () => void) => Promise<T>,
  late?: (value: T) => void,
  ms?: number,
) => Promise<T>;

/** Everything about one attempt that the ways of moving share. */
export interface MoveContext {
  readonly attempt: Attempt;
  readonly frozen: Frozen;
  readonly move: Move;
  readonly tools: MoveTools;
  readonly call: Caller;
  /** Publishes, and records where nothing is left to verify, as one step that nobody cuts in two without need. */
  readonly publish: (work: () => Promise<Proof>) => Promise<void>;
}
