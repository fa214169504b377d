// Owns when a failed step is tried again: retryable kinds only, full jitter, Retry-After first, no endless loop.
import { setTimeout as timer } from 'node:timers/promises';
import { ProviderError } from '../providers/provider.ts';
import type { RetrySettings } from './settings.ts';

export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

export interface RetryTools {
  readonly settings: RetrySettings;
  readonly sleep: Sleep;
  /** A number from 0 (included) to 1 (excluded). */
  readonly random: () => number;
}

/** What is in the way of a step without being its failure. */
export interface Obstacles {
  /** The error as it is to be taken; undefined when the step can be done again at once. Rejects with what the whole transfer has to wait for. */
  judge(error: unknown, signal: AbortSignal): Promise<unknown>;
  /** The step got further than it ever was. */
  advanced(): void;
  /** False when the store has been tried again too often of late: then every wait is the longest one. */
  spendRetry(): boolean;
}

/** Rejects with the signal's reason, not with Node's own AbortError. */
export const sleep: Sleep = async (ms, signal) => {
  signal.throwIfAborted();
  await timer(ms, undefined, { signal }).catch((error: unknown) => {
    throw signal.aborted ? signal.reason : error;
  });
};

export const isRetryable = (error: unknown): error is ProviderError =>
  error instanceof ProviderError && (error.kind === 'throttled' || error.kind === 'unavailable');

/** `attempt` counts from 1. */
export function retryDelay(attempt: number, error: ProviderError, tools: RetryTools): number {
  if (error.retryAfterMs !== undefined) return Math.min(Math.max(0, error.retryAfterMs), tools.settings.retryAfterCapMs);
  return fullJitter(attempt, tools);
}

/** Milliseconds before the attempt after this one; `attempt` counts from 1. */
export function fullJitter(attempt: number, { settings: { baseMs, capMs }, random }: RetryTools): number {
  return random() * Math.min(capMs, baseMs * 2 ** (attempt - 1));
}

export interface Course {
  /** How far the step came; only getting further resets the attempts. */
  readonly mark?: () => number;
  readonly obstacles?: Obstacles;
}

/** Runs `step` until it succeeds. */
export async function withRetries<T>(
  tools: RetryTools,
  signal: AbortSignal,
  step: () => Promise<T>,
  { mark = () => 0, obstacles }: Course = {},
): Promise<T> {
  let furthest = mark();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await step();
    } catch (failure) {
      if (signal.aborted) throw failure;
      if (mark() > furthest) {
        furthest = mark();
        attempt = 1;
        obstacles?.advanced();
      }
      const error = obstacles === undefined ? failure : await obstacles.judge(failure, signal);
      if (error === undefined) {
        attempt -= 1;
        continue;
      }
      if (!isRetryable(error) || attempt >= tools.settings.maxAttempts) throw error;
      const delay = retryDelay(attempt, error, tools);
      await tools.sleep(obstacles?.spendRetry() === false ? Math.max(delay, tools.settings.capMs) : delay, signal);
    }
  }
}
