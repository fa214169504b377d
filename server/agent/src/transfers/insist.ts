// Owns trying again what the ledger could not take: a disk that is full or in trouble now may have room later, and nobody else would try.
import { fullJitter, type RetryTools } from './retry.ts';

export interface InsistTools {
  readonly retry: RetryTools;
  /** Gets the first failure; the ones that follow say nothing new. */
  readonly report: (error: unknown) => void;
}

/** Rejects only when the signal aborts. `makeRoom` runs before each further attempt, and must not reject. */
export async function insist<T>(
  write: () => T,
  signal: AbortSignal,
  tools: InsistTools,
  makeRoom: () => Promise<void> = () => Promise.resolve(),
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return write();
    } catch (error) {
      if (attempt === 1) tools.report(error);
      signal.throwIfAborted();
      await makeRoom();
      await tools.retry.sleep(fullJitter(attempt, tools.retry), signal);
    }
  }
}
