import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { ProviderError, type ChunkLaw } from '../providers/provider.ts';
import type { TransferSettings } from './settings.ts';
import { Bench, bytesOf, objectRef, planOf, prefixRef } from './testing/bench.ts';
import { type Call, FakeProvider, type FakeOptions } from './testing/fake-provider.ts';

const slowDown = new ProviderError('throttled', 'slow down');
const patient = { baseMs: 1, capMs: 1, retryAfterCapMs: 1, maxAttempts: 10_000 };
const KiB = 1024;
const chunkBytes = 8 * KiB;

let bench: Bench;
afterEach(() => bench.close());

async function open(provider: FakeProvider, settings: Partial<TransferSettings> = {}): Promise<void> {
  bench = await Bench.open({ provider, settings: { retry: patient, chunkBytes, ...settings } });
}

/** Large objects between small ones; the small ones take a whole buffer each. */
const mixed = (count: number): Map<string, Buffer> =>
  new Map(Array.from({ length: count }, (_, n) => [`o${String(n).padStart(3, '0')}`, bytesOf(n % 2 === 0 ? 50_000 : 4000)]));

function fill(prefix: string, objects: ReadonlyMap<string, Buffer>): void {
  for (const [key, bytes] of objects) bench.provider.put(`${prefix}/${key}`, bytes);
}

function copy(from: string, to: string, account = 'other'): string {
  const target = { ...prefixRef(to), cloudAccountId: account };
  const result = bench.engine.start(planOf({ source: prefixRef(from), target }, 'server'));
  if ('refused' in result) throw new Error(result.refused);
  return result.transferId;
}

const sends = ({ name }: Call): boolean => name === 'write' || name === 'put';

describe('large and small objects into a store that takes chunks in order', () => {
  it.each<[string, number, Partial<TransferSettings>]>([
    ['the limits that are set', 60, {}],
    ['one place at the store', 40, { startLanes: 1, maxLanes: 1 }],
    ['as few buffers as there may be', 40, { maxConcurrent: 1, maxSlabs: 1 }],
  ])('all arrive with %s, while it says slow down to every fifth request', async (_, count, settings) => {
    await open(new FakeProvider({ whole: true }), settings);
    const objects = mixed(count);
    fill('from', objects);
    let sent = 0;
    bench.provider.fault = (call) => (sends(call) && (sent += 1) % 5 === 0 ? { type: 'fail', error: slowDown } : undefined);
    expect(await bench.finish(copy('from', 'to'))).toBe('completed');
    for (const [key, bytes] of objects) expect(bench.provider.objects.get(`to/${key}`)?.equals(bytes), key).toBe(true);
    expect([bench.engine.pool.inUse, bench.engine.pool.waiting]).toEqual([0, 0]);
  });
});

/** As of OneDrive: chunks of 8 KiB are rounded up to 9. */
class Rounding extends FakeProvider {
  readonly chunks: ChunkLaw = { minBytes: 1, maxBytes: 1024 * KiB, quantumBytes: 3 * KiB, maxChunks: 10_000 };
}

/** As of S3 for a terabyte: few chunks, so that those of a large object are larger than the pool. */
class FewChunks extends FakeProvider {
  readonly chunks: ChunkLaw = { minBytes: 1, maxBytes: 1024 * KiB, quantumBytes: KiB, maxChunks: 10 };
}

it.each<[string, FakeOptions]>([
  ['in order', { whole: true }],
  ['in several lanes', { whole: true, lanes: 4 }],
])(
  'an object whose chunks are larger than the pool goes %s beside others, and never more than one of its chunks is in memory',
  async (_, manner) => {
    await open(new FewChunks(manner), { maxConcurrent: 3, maxSlabs: 4 });
    const [huge, large] = [bytesOf(1000 * KiB), bytesOf(300 * KiB)];
    bench.provider.put('huge', huge);
    bench.provider.put('large', large);
    fill('from', mixed(12));
    let most = 0;
    bench.provider.gate = () => {
      most = Math.max(most, bench.engine.pool.footprint);
      return Promise.resolve();
    };
    const ids = ['huge', 'large'].map((key) => bench.start({ source: objectRef(key), target: objectRef(`to-${key}`, 'other') }, 'server'));
    ids.push(copy('from', 'to'));
    for (const id of ids) expect(await bench.finish(id)).toBe('completed');
    expect(bench.provider.objects.get('to-huge')?.equals(huge)).toBe(true);
    expect(bench.provider.objects.get('to-large')?.equals(large)).toBe(true);
    expect(most).toBe(100 * KiB);
  },
);

it('chunks that are a little larger than a buffer go through, also where the pool holds only one of them', async () => {
  await open(new Rounding({ whole: true }), { maxConcurrent: 1, maxSlabs: 1, startLanes: 1, maxLanes: 1 });
  const objects = mixed(30);
  fill('from', objects);
  let sent = 0;
  bench.provider.fault = (call) => (sends(call) && (sent += 1) % 5 === 0 ? { type: 'fail', error: slowDown } : undefined);
  expect(await bench.finish(copy('from', 'to'))).toBe('completed');
  expect(bench.provider.objects.get('to/o000')?.equals(objects.get('o000')!)).toBe(true);
});

it('a transfer that begins while others wait for a place at their store begins at once with its own', async () => {
  await open(new FakeProvider({ whole: true }), { startLanes: 1, maxLanes: 1, maxConcurrent: 2, maxSlabs: 4 });
  fill('busy', mixed(16));
  bench.provider.put('a', bytesOf(50_000));
  const held = bench.hold((call) => sends(call) && call.key.startsWith('slow/'));
  const slow = copy('busy', 'slow', 'one');
  await held.reached;
  const quick = bench.start({ source: objectRef('a', 'two'), target: objectRef('b', 'two') }, 'server');
  expect(await bench.finish(quick)).toBe('completed');
  held.release();
  expect(await bench.finish(slow)).toBe('completed');
});

it.each<[string, FakeOptions, number]>([
  ['a small object', { whole: true }, 4000],
  ['an object that is written in order', {}, 50_000],
  ['an object that is written in several lanes', { lanes: 3 }, 50_000],
])('%s is opened at its source when there is a buffer for it, not before', async (_, manner, size) => {
  await open(new FakeProvider(manner), { maxConcurrent: 1, maxSlabs: 1 });
  bench.provider.put('a', bytesOf(size));
  const { pool } = bench.engine;
  const occupied = await pool.lease().acquire(chunkBytes, AbortSignal.timeout(1000));
  const id = bench.start({ source: objectRef('a'), target: objectRef('b', 'other') }, 'server');
  await bench.reached(() => pool.waiting > 0);
  const reads = (): number => bench.provider.calls.filter(({ name }) => name === 'read').length;
  expect([reads(), bench.provider.openReads]).toEqual([0, 0]);
  occupied.release();
  expect(await bench.finish(id)).toBe('completed');
  expect(reads()).toBeGreaterThan(0);
});

it('lanes leave a buffer to a transfer that has none, and go on where they were', async () => {
  await open(new FakeProvider({ lanes: 2 }), { maxConcurrent: 2, maxSlabs: 2, startLanes: 2, maxLanes: 2 });
  const bytes = bytesOf(60 * chunkBytes);
  bench.provider.put('a', bytes);
  bench.provider.put('c', bytesOf(1000));
  const writes = (key: string): number => bench.provider.calls.filter((call) => call.name === 'write' && call.key === key).length;
  const held = bench.hold((call) => call.name === 'write' && call.key === 'b' && writes('b') === 3);
  const long = bench.start({ source: objectRef('a'), target: objectRef('b', 'other') }, 'server');
  await held.reached;
  const short = bench.start({ source: objectRef('c'), target: objectRef('d', 'third') }, 'server');
  await bench.reached(() => bench.engine.pool.waiting > 0);
  held.release();
  expect(await bench.finish(short)).toBe('completed');
  expect(await bench.finish(long)).toBe('completed');
  const { calls } = bench.provider;
  const turn = calls.findIndex(({ name, key }) => name === 'read' && key === 'c');
  // Not after whole stripes of eight chunks: what was under way, and one more at most.
  expect(calls.slice(0, turn).filter(({ name, key }) => name === 'write' && key === 'b').length).toBeLessThanOrEqual(5);
  expect([bench.provider.objects.get('b')?.equals(bytes), writes('b')]).toEqual([true, 60]);
});

const manners = fc.constantFrom<FakeOptions>({}, { whole: true }, { lanes: 3 }, { lanes: 2, whole: true });

it('any transfers, places and complaints of the stores end with every object there', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        manner: manners,
        rounded: fc.boolean(),
        maxSlabs: fc.integer({ min: 3, max: 6 }),
        startLanes: fc.integer({ min: 1, max: 3 }),
        folders: fc.array(fc.array(fc.integer({ min: 0, max: 40_000 }), { minLength: 1, maxLength: 7 }), { minLength: 1, maxLength: 5 }),
        accounts: fc.array(fc.constantFrom('one', 'two'), { minLength: 5, maxLength: 5 }),
        complaints: fc.array(fc.boolean(), { maxLength: 80 }),
      }),
      async ({ manner, rounded, maxSlabs, startLanes, folders, accounts, complaints }) => {
        await open(rounded ? new Rounding(manner) : new FakeProvider(manner), {
          maxConcurrent: 3,
          maxSlabs,
          startLanes,
          maxLanes: 4,
          objectsAtOnce: 4,
        });
        for (const [n, sizes] of folders.entries()) fill(`from${n}`, new Map(sizes.map((size, k) => [String(k), bytesOf(size)])));
        const left = [...complaints];
        bench.provider.fault = (call) => (sends(call) && left.shift() === true ? { type: 'fail', error: slowDown } : undefined);
        const ids = folders.map((_, n) => copy(`from${n}`, `to${n}`, accounts[n]));
        for (const id of ids) expect(await bench.finish(id)).toBe('completed');
        for (const [n, sizes] of folders.entries()) {
          for (const k of sizes.keys())
            expect(bench.provider.objects.get(`to${n}/${k}`)?.equals(bench.provider.objects.get(`from${n}/${k}`)!)).toBe(true);
        }
        expect([bench.engine.pool.inUse, bench.engine.pool.waiting]).toEqual([0, 0]);
        await bench.close();
      },
    ),
    { numRuns: 12, seed: 20_261_127 },
  );
  bench = await Bench.open();
}, 60_000);
