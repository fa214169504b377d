// Owns waiting for a state that the target only tells when asked: reads again and again until a deadline.
import { setTimeout as wait } from 'node:timers/promises';
import type { Assertions } from './assertions.ts';

export interface Eventually<Value> {
  readonly read: () => Promise<Value>;
  readonly fits: (value: Value) => boolean;
  /** A sentence that says what has to become so. */
  readonly rule: string;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  readonly expect: Assertions;
}

/** Most of what is waited for is there in a moment; what is not gets asked for less often. */
const [firstWaitMs, longestWaitMs] = [10, 40];

export async function eventually<Value>({ read, fits, rule, deadlineMs, signal, expect }: Eventually<Value>): Promise<Value> {
  const end = performance.now() + deadlineMs;
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(longestWaitMs, waitMs * 2)) {
    const value = await read();
    if (fits(value)) {
      expect.that(true, rule);
      return value;
    }
    if (performance.now() > end) expect.fail(rule, `within ${deadlineMs} ms`, value);
    await wait(waitMs, undefined, { signal });
  }
}
