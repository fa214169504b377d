import { afterEach, describe, expect, it } from 'vitest';
import { Fenced, LedgerError } from './errors.ts';
import { ItemEnds } from './item-ends.ts';
import type { Counters, ItemEnd, TransferRow } from './ledger.ts';
import { Run } from './run.ts';
import { defaultSettings } from './settings.ts';
import { Bench, bytesOf, objectRef, prefixRef } from './testing/bench.ts';
import { FakeProvider } from './testing/fake-provider.ts';

/** As SQLite words it. */
const full = (): Error => Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
const done: ItemEnd = { state: 'done', size: 1, proof: 'size' };

/** Ends on a ledger that refuses as often as it is told to. */
function scene(refusals: number, fenced = false) {
  const recorded: number[][] = [];
  const announced: Counters[] = [];
  const reported: unknown[] = [];
  let left = refusals;
  const run = new Run({ id: 't', generation: 1, bytes: 0 } as TransferRow);
  const ends = new ItemEnds(run, {
    ledger: {
      endItems: (_owner, batch) => {
        if ((left -= 1) >= 0) throw full();
        if (fenced) return undefined;
        recorded.push([...batch.keys()]);
        return { bytes: batch.size, totalBytes: 9 };
      },
    },
    progress: { advance: (_row, counters) => void announced.push(counters) },
    retry: { settings: defaultSettings.retry, sleep: async () => undefined, random: () => 0 },
    report: (error) => void reported.push(error),
  });
  return { run, ends, recorded, announced, reported };
}

describe('the ends of items', () => {
  it('are announced after they are recorded, and not at all while the ledger refuses them', async () => {
    const { ends, recorded, announced } = scene(1);
    void ends.add(0, done);
    expect(() => ends.flush()).toThrow('database or disk is full');
    expect([recorded, announced]).toEqual([[], []]);
    await ends.settle();
    expect(recorded).toEqual([[0]]);
    expect(announced).toEqual([{ bytes: 1, totalBytes: 9 }]);
  });

  it('are kept when the ledger refuses them, reported once, and recorded with those that came meanwhile', async () => {
    const { ends, recorded, reported, run } = scene(3);
    void ends.add(0, done);
    const settling = ends.settle();
    void ends.add(1, done);
    await settling;
    expect(recorded).toEqual([[0, 1]]);
    expect(reported).toHaveLength(1);
    expect(run.soft.aborted).toBe(false);
  });

  it('that wait for a timer are tried again, too, and nothing is thrown at nobody', async () => {
    const { ends, recorded } = scene(2);
    void ends.add(0, done);
    await expect.poll(() => recorded).toEqual([[0]]);
  });

  it('that the ledger never takes end the run with the reason', async () => {
    const { ends, recorded, announced, run } = scene(Infinity);
    void ends.add(0, done);
    await expect(ends.settle()).rejects.toThrow(LedgerError);
    expect(run.soft.aborted).toBe(true);
    expect(run.stopped).toBe(false);
    expect(() => ends.add(1, done)).toThrow('The agent could not record what it has transferred (SQLITE_FULL); see its log.');
    expect(() => void ends.settle()).toThrow(LedgerError);
    expect([recorded, announced]).toEqual([[], []]);
  });

  it('of a run that was fenced off are refused, now and later', async () => {
    const { ends, announced } = scene(1, true);
    void ends.add(0, done);
    await expect(ends.settle()).rejects.toThrow(Fenced);
    expect(() => ends.add(1, done)).toThrow(Fenced);
    expect(announced).toEqual([]);
  });

  it('make whoever adds more wait while a full batch is refused', async () => {
    const { ends, recorded } = scene(2);
    const waits = Array.from({ length: 70 }, (_, n) => ends.add(n, done));
    expect(waits.map((wait) => wait === undefined).indexOf(false)).toBe(63);
    for (const wait of waits) if (wait !== undefined) await wait;
    ends.flush();
    expect(recorded.flat()).toHaveLength(70);
  });
});

describe('a disk that is full under the ledger', () => {
  let bench: Bench;
  afterEach(() => bench.close());

  async function folder(count: number): Promise<string> {
    bench = await Bench.open({ provider: new FakeProvider({ whole: true }) });
    for (let n = 0; n < count; n += 1) bench.provider.put(`from/${n}`, bytesOf(10));
    return bench.start({ source: prefixRef('from'), target: prefixRef('to') }, 'server');
  }

  it('for a while delays a folder, and nothing is lost', async () => {
    const id = await folder(100);
    const endItems = bench.ledger.endItems.bind(bench.ledger);
    let refusals = 4;
    bench.ledger.endItems = (...args) => {
      if ((refusals -= 1) >= 0) throw full();
      return endItems(...args);
    };
    expect(await bench.finish(id)).toBe('completed');
    expect(bench.history).toMatchObject([{ totalObjects: 100, transferredObjects: 100, failedObjects: 0 }]);
    expect(bench.reported.length).toBeGreaterThan(0);
  });

  it('for good fails the folder with the reason, and the engine goes on', async () => {
    const id = await folder(100);
    const endItems = bench.ledger.endItems.bind(bench.ledger);
    bench.ledger.endItems = () => {
      throw full();
    };
    expect(await bench.finish(id)).toBe('failed');
    expect(bench.engine.get(id)?.errorMessage).toBe('The agent could not record what it has transferred (SQLITE_FULL); see its log.');
    expect(bench.engine.pool.inUse).toBe(0);
    bench.ledger.endItems = endItems;
    expect(await bench.finish(bench.start({ source: objectRef('from/0'), target: objectRef('alone') }))).toBe('completed');
  });

  it('and not even takes the failure leaves the transfer running, and the next start completes it', async () => {
    const id = await folder(3);
    const [endItems, change] = [bench.ledger.endItems.bind(bench.ledger), bench.ledger.change.bind(bench.ledger)];
    bench.ledger.endItems = () => {
      bench.ledger.change = () => {
        throw full();
      };
      throw full();
    };
    await bench.reached(() => bench.reported.length >= 2);
    expect(bench.engine.get(id)?.status).toBe('running');
    expect(bench.events.map(({ status }) => status)).not.toContain('Failed');
    Object.assign(bench.ledger, { endItems, change });
    bench.engine.recover();
    expect(await bench.finish(id)).toBe('completed');
  });
});

describe('a change of status whose transaction fails', () => {
  let bench: Bench;
  afterEach(() => bench.close());

  it('is not announced: what the channel tells is in the ledger', async () => {
    let refusals = 0;
    const record = (): void => {
      refusals += 1;
      throw new Error('no history');
    };
    bench = await Bench.open({ engine: { history: { record } } });
    bench.provider.put('a', bytesOf(100_000));
    const id = bench.start({ source: objectRef('a'), target: objectRef('b') });
    await bench.reached(() => refusals > 0 && bench.reported.length > 0);
    expect(bench.engine.get(id)?.status).toBe('running');
    expect(new Set(bench.events.map(({ status }) => status))).toEqual(new Set(['InProgress']));
    await bench.engine.cancel(id).catch(() => undefined);
    expect(bench.events.map(({ status }) => status)).not.toContain('Canceled');
  });

  it('nor is progress whose checkpoint was not taken', async () => {
    bench = await Bench.open({ settings: { progressIntervalMs: 1 } });
    let clock = 0;
    await bench.close();
    bench = await Bench.open({ engine: { now: () => (clock += 1000) } });
    bench.provider.put('a', bytesOf(600_000));
    const checkpoint = bench.ledger.checkpoint.bind(bench.ledger);
    bench.ledger.checkpoint = (owner, n, progress) => {
      if (progress.bytes > 200_000) throw full();
      return checkpoint(owner, n, progress);
    };
    const id = bench.start({ source: objectRef('a'), target: objectRef('b') });
    expect(await bench.finish(id)).toBe('failed');
    expect(Math.max(...bench.events.map(({ bytes }) => bytes))).toBeLessThanOrEqual(200_000);
    expect(bench.events.some(({ bytes }) => bytes > 0)).toBe(true);
  });
});
