import { setMaxListeners } from 'node:events';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Lease, type Slab, SlabPool } from './slab-pool.ts';

const { signal } = new AbortController();
setMaxListeners(0, signal);
const pool = (maxSlabs: number): SlabPool => new SlabPool({ slabBytes: 100, maxSlabs });

it('a released buffer is used again, a dropped one never', async () => {
  const slabs = pool(1);
  const lease = slabs.lease();
  const first = await lease.acquire(100, signal);
  first.release();
  const second = await lease.acquire(50, signal);
  expect(second.bytes).toBe(first.bytes);
  second.drop();
  second.release();
  const third = await lease.acquire(100, signal);
  expect(third.bytes).not.toBe(first.bytes);
  third.release();
  expect(slabs.inUse).toBe(0);
});

it('waiters are served in the order they came, and an aborted one steps out', async () => {
  const slabs = pool(1);
  const held = await slabs.lease().acquire(100, signal);
  const gone = new AbortController();
  const order: string[] = [];
  const wait = (name: string, on: AbortSignal): Promise<void> =>
    slabs
      .lease()
      .acquire(100, on)
      .then((slab) => {
        order.push(name);
        slab.release();
      });
  const waits = [wait('a', signal), wait('b', gone.signal), wait('c', signal)];
  gone.abort(new Error('not any more'));
  held.release();
  await expect(waits[1]).rejects.toThrow('not any more');
  await Promise.all([waits[0], waits[2]]);
  expect(order).toEqual(['a', 'c']);
  expect(slabs.waiting).toBe(0);
});

it('reading ahead never takes the buffer that another transfer is entitled to', async () => {
  const slabs = pool(2);
  const [one, other] = [slabs.lease(), slabs.lease()];
  const first = await one.acquire(100, signal);
  expect(one.tryExtra(100)).toBeUndefined();
  other.close();
  const extra = one.tryExtra(100);
  expect(extra).toBeDefined();
  expect(one.tryExtra(100)).toBeUndefined();
  extra?.release();
  first.release();
});

it('a chunk larger than a slab takes what it has, and one larger than the pool is there alone', async () => {
  const slabs = pool(4);
  const big = await slabs.lease().acquire(250, signal);
  expect([slabs.inUse, big.bytes.length]).toEqual([250, 250]);
  let there = false;
  const huge = slabs
    .lease()
    .acquire(10_000, signal)
    .then((slab) => {
      there = true;
      return slab;
    });
  await Promise.resolve();
  expect(there).toBe(false);
  big.release();
  const only = await huge;
  const next = slabs.lease().acquire(20, signal);
  expect([slabs.inUse, slabs.footprint, slabs.waiting]).toEqual([10_000, 10_000, 1]);
  only.release();
  (await next).release();
  expect([slabs.inUse, slabs.footprint]).toEqual([0, 0]);
});

it('buffers of an odd size are used again, and go when their room is needed', async () => {
  const slabs = pool(4);
  const lease = slabs.lease();
  const first = await lease.acquire(130, signal);
  first.release();
  const again = await lease.acquire(130, signal);
  expect(again.bytes).toBe(first.bytes);
  again.release();
  expect(slabs.footprint).toBe(130);
  const others = await Promise.all([1, 2, 3, 4].map(() => slabs.lease().acquire(100, signal)));
  expect([slabs.inUse, slabs.footprint]).toEqual([400, 400]);
  for (const slab of others) slab.release();
  expect(slabs.footprint).toBe(400);
});

it('a buffer larger than the pool is used again by its transfer, and goes with it', async () => {
  const slabs = pool(4);
  const [lease, other] = [slabs.lease(), slabs.lease()];
  const first = await lease.acquire(1000, signal);
  first.release();
  const again = await lease.acquire(1000, signal);
  expect([again.bytes === first.bytes, slabs.footprint]).toEqual([true, 1000]);
  again.release();
  const small = await other.acquire(100, signal);
  expect(slabs.footprint).toBe(100);
  small.release();
  (await lease.acquire(1000, signal)).release();
  expect([slabs.inUse, slabs.footprint]).toEqual([0, 1000]);
  lease.close();
  expect(slabs.footprint).toBe(0);
});

it('nobody who has no buffer waits behind somebody who has one, and the next goes to who has the least', async () => {
  const slabs = pool(5);
  const [greedy, modest] = [slabs.lease(), slabs.lease()];
  const order: string[] = [];
  const wait = (name: string, lease: Lease): Promise<unknown> => lease.acquire(100, signal).then(() => order.push(name));
  const held: Slab[] = [];
  for (let n = 0; n < 4; n += 1) held.push(await greedy.acquire(100, signal));
  const waits = [wait('greedy', greedy)];
  expect([slabs.waiting, modest.wanted()]).toEqual([1, false]);
  await modest.acquire(100, signal);
  waits.push(wait('modest', modest), wait('new', slabs.lease()));
  expect([greedy.wanted(), slabs.waiting]).toEqual([true, 3]);
  for (const slab of held.slice(1)) slab.release();
  await Promise.all(waits);
  expect(order).toEqual(['new', 'modest', 'greedy']);
});

it('a transfer whose chunks take two slabs cannot take all and let the next one starve', async () => {
  const slabs = pool(8);
  const [large, other] = [slabs.lease(), slabs.lease()];
  const taken: Slab[] = [];
  for (let n = 0; n < 4; n += 1) void large.acquire(200, signal).then((slab) => taken.push(slab));
  await Promise.resolve();
  await Promise.resolve();
  expect([taken.length, slabs.inUse, slabs.waiting]).toEqual([3, 600, 1]);
  const mine = await other.acquire(100, signal);
  expect(large.wanted()).toBe(false);
  const third = slabs.lease();
  const late = third.acquire(200, signal);
  expect([large.wanted(), slabs.waiting]).toEqual([true, 2]);
  taken[0]?.release();
  await late;
  expect(slabs.waiting).toBe(1);
  mine.release();
});

it('what is kept for a transfer goes to the others when it ends', async () => {
  const slabs = pool(2);
  const [one, other] = [slabs.lease(), slabs.lease()];
  await one.acquire(100, signal);
  const second = one.acquire(100, signal);
  expect(slabs.waiting).toBe(1);
  other.close();
  await second;
  expect(slabs.inUse).toBe(200);
});

/** Of a tail, of ordinary chunks, of OneDrive's, and of objects of many sizes. */
const lengths = fc.oneof(fc.constantFrom(1, 20, 60, 100, 102, 200, 350), fc.integer({ min: 1, max: 1200 }));

it('whatever is taken, given back and dropped, the bound holds and everybody is served', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 8 }),
      fc.array(fc.array(fc.record({ length: lengths, drop: fc.boolean(), extra: fc.boolean() }), { maxLength: 12 }), { maxLength: 6 }),
      async (maxSlabs, transfers) => {
        const slabs = pool(maxSlabs);
        const bound = Math.max(maxSlabs * 100, ...transfers.flat().map(({ length }) => length));
        const check = (): void => expect(slabs.footprint).toBeLessThanOrEqual(bound);
        await Promise.all(
          transfers.map(async (wishes) => {
            const lease = slabs.lease();
            await Promise.all(
              wishes.map(async ({ length, drop, extra }) => {
                const slab = await lease.acquire(length, signal);
                const ahead = extra ? lease.tryExtra(length) : undefined;
                check();
                await Promise.resolve();
                for (const each of [slab, ahead]) if (drop) each?.drop();
                for (const each of [slab, ahead]) each?.release();
                check();
              }),
            );
            lease.close();
          }),
        );
        expect([slabs.inUse, slabs.waiting]).toEqual([0, 0]);
      },
    ),
    { numRuns: 300, seed: 20_261_127 },
  );
});

it('small objects take what they need and no more', async () => {
  const slabs = pool(1);
  const small = await Promise.all(Array.from({ length: 5 }, () => slabs.lease().acquire(20, signal)));
  expect([slabs.inUse, small[0]?.bytes.length]).toEqual([100, 20]);
  for (const slab of small) slab.release();
  expect(slabs.inUse).toBe(0);
});
