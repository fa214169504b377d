import { expect, it } from 'vitest';
import { RateLimit } from './rate-limit.ts';

const signal = new AbortController().signal;

/** A clock that a test moves by hand. */
function handClock() {
  let [time, timers] = [0, [] as { at: number; action: () => void }[]];
  return {
    now: () => time,
    after(ms: number, action: () => void) {
      const timer = { at: time + ms, action };
      timers.push(timer);
      return () => (timers = timers.filter((each) => each !== timer));
    },
    async advance(ms: number) {
      time += ms;
      const due = timers.filter(({ at }) => at <= time);
      timers = timers.filter(({ at }) => at > time);
      for (const { action } of due) action();
      for (let n = 0; n < 5; n += 1) await Promise.resolve();
    },
  };
}

it('lets through what the rate allows, and serves those who wait in turns', async () => {
  const clock = handClock();
  const limit = new RateLimit(100, clock);
  const order: string[] = [];
  const taker = async (name: string): Promise<void> => {
    for (let n = 0; n < 3; n += 1) await limit.take(50, signal).then(() => order.push(name));
  };
  const done = Promise.all([taker('a'), taker('b')]);
  for (let n = 0; n < 40; n += 1) await clock.advance(100);
  await done;
  expect(order).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
});

it('gives, over a long time, exactly the rate', async () => {
  const clock = handClock();
  const limit = new RateLimit(1000, clock);
  let bytes = 0;
  let open = true;
  const taker = async (): Promise<void> => {
    while (open) {
      await limit.take(256, signal);
      bytes += 256;
    }
  };
  void taker();
  void taker();
  for (let n = 0; n < 1000; n += 1) await clock.advance(10);
  open = false;
  expect(bytes).toBeGreaterThan(9_500);
  expect(bytes).toBeLessThan(10_700);
});

it('takes a new rate at once, also for those who wait already', async () => {
  const clock = handClock();
  const limit = new RateLimit(1, clock);
  await limit.take(1000, signal);
  const waiting = limit.take(1, signal).then(() => 'through');
  await clock.advance(500);
  limit.rate = 0;
  expect(await waiting).toBe('through');
});

it('lets go of those who do not want any more', async () => {
  const clock = handClock();
  const limit = new RateLimit(1, clock);
  await limit.take(1000, signal);
  const gone = new AbortController();
  const waiting = limit.take(1, gone.signal);
  gone.abort(new Error('paused'));
  await expect(waiting).rejects.toThrow('paused');
});
