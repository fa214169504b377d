// Owns when what a test started is stopped: at the end of the test, or of the group of tests that share it.
import { afterAll, onTestFinished } from 'vitest';

/** Registers something to stop; the last one registered stops first. */
export type Lifetime = (stop: () => Promise<void>) => void;

export const forTest: Lifetime = (stop) => onTestFinished(stop);

/** To be called in the body of a `describe`; what `beforeAll` starts with it lives until the group is over. */
export function forGroup(): Lifetime {
  const stops: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  });
  return (stop) => void stops.push(stop);
}
