import { setMaxListeners } from 'node:events';
import { expect, it } from 'vitest';
import { RateLimit } from './rate-limit.ts';

const { signal } = new AbortController();
setMaxListeners(0, signal);

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
    for (let n = 0; n < 3; n += 1) await limit.take(50, signal, name).then(() => order.push(name));
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
      await limit.take(256, signal, 'a');
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
  await limit.take(1000, signal, 'a');
  const waiting = limit.take(1, signal, 'b').then(() => 'through');
  await clock.advance(500);
  limit.rate = 0;
  expect(await waiting).toBe('through');
});

it('lets go of those who do not want any more', async () => {
  const clock = handClock();
  const limit = new RateLimit(1, clock);
  await limit.take(1000, signal, 'a');
  const gone = new AbortController();
  const waiting = limit.take(1, gone.signal, 'b');
  gone.abort(new Error('paused'));
  await expect(waiting).rejects.toThrow('paused');
});

/** Asks again and again, with so many readers at once; answers what each transfer got. */
async function compete(takers: Record<string, { readers: number; bytes: number }>, ms: number): Promise<Record<string, number>> {
  const clock = handClock();
  const limit = new RateLimit(10_000, clock);
  const got: Record<string, number> = {};
  const over = new AbortController();
  setMaxListeners(0, over.signal);
  const read = async (owner: string, bytes: number): Promise<void> => {
    for (;;) {
      await limit.take(bytes, over.signal, owner);
      got[owner] = (got[owner] ?? 0) + bytes;
    }
  };
  const reads = Object.entries(takers).flatMap(([owner, { readers, bytes }]) => Array.from({ length: readers }, () => read(owner, bytes)));
  for (let n = 0; n < ms; n += 10) await clock.advance(10);
  over.abort(new Error('the time is up'));
  await Promise.allSettled(reads);
  return got;
}

it('is shared evenly between transfers, however many readers each of them has', async () => {
  const { many = 0, single = 0 } = await compete({ many: { readers: 8, bytes: 256 }, single: { readers: 1, bytes: 256 } }, 10_000);
  expect(single / many).toBeGreaterThan(0.9);
  expect(many + single).toBeGreaterThan(95_000);
});

it('is shared evenly between one who takes much at a time and one who takes little', async () => {
  const { large = 0, small = 0 } = await compete({ large: { readers: 4, bytes: 256 }, small: { readers: 8, bytes: 16 } }, 10_000);
  expect(small / large).toBeGreaterThan(0.9);
  expect(small / large).toBeLessThan(1.1);
});

it('gives one who comes late his share from then on, and nothing for the time before', async () => {
  const clock = handClock();
  const limit = new RateLimit(1000, clock);
  const order: string[] = [];
  const ask = (owner: string): void => void limit.take(100, signal, owner).then(() => order.push(owner));
  for (let n = 0; n < 20; n += 1) ask('early');
  for (let n = 0; n < 10; n += 1) await clock.advance(100);
  const before = order.length;
  for (let n = 0; n < 8; n += 1) ask('late');
  for (let n = 0; n < 6; n += 1) await clock.advance(100);
  const since = order.slice(before);
  expect(Math.abs(since.filter((owner) => owner === 'late').length - since.length / 2)).toBeLessThanOrEqual(1);
});
