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
  const { baseMs, capMs, retryAfterCapMs } = tools.settings;
  if (error.retryAfterMs !== undefined) return Math.min(Math.max(0, error.retryAfterMs), retryAfterCapMs);
  return tools.random() * Math.min(capMs, baseMs * 2 ** (attempt - 1));
}

/** Runs `step` until it succeeds; `mark` tells how far it came, and only getting further resets the attempts. */
export async function withRetries<T>(
  tools: RetryTools,
  signal: AbortSignal,
  step: () => Promise<T>,
  mark: () => number = () => 0,
): Promise<T> {
  let furthest = mark();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await step();
    } catch (error) {
      if (signal.aborted || !isRetryable(error)) throw error;
      if (mark() > furthest) {
        furthest = mark();
        attempt = 1;
      }
      if (attempt >= tools.settings.maxAttempts) throw error;
      await tools.sleep(retryDelay(attempt, error, tools), signal);
    }
  }
}
