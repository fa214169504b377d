import { expect, it } from 'vitest';
import { SlabPool } from './slab-pool.ts';

const signal = new AbortController().signal;
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

it('a chunk larger than a slab takes as many places as it fills, and never more than there are', async () => {
  const slabs = pool(4);
  const big = await slabs.lease().acquire(250, signal);
  expect(slabs.inUse).toBe(300);
  expect(big.bytes.length).toBe(250);
  big.release();
  const huge = await slabs.lease().acquire(10_000, signal);
  expect(slabs.inUse).toBe(400);
  huge.release();
  expect(slabs.inUse).toBe(0);
});

it('small objects take what they need and no more', async () => {
  const slabs = pool(1);
  const small = await Promise.all(Array.from({ length: 5 }, () => slabs.lease().acquire(20, signal)));
  expect([slabs.inUse, small[0]?.bytes.length]).toEqual([100, 20]);
  for (const slab of small) slab.release();
  expect(slabs.inUse).toBe(0);
});
