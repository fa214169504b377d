import { afterEach, describe, expect, it } from 'vitest';
import { ProviderError } from '../providers/provider.ts';
import { Bench, bytesOf, objectRef, prefixRef } from './testing/bench.ts';
import { FakeProvider } from './testing/fake-provider.ts';

let bench: Bench;
afterEach(() => bench.close());

const size = 500_000;
const offline = new ProviderError('unavailable', 'PUT failed', {
  cause: Object.assign(new Error('connect ENETUNREACH'), { code: 'ENETUNREACH' }),
});
const denied = new ProviderError('auth', 'The token has expired.');

async function open(): Promise<void> {
  bench = await Bench.open({ provider: new FakeProvider({ lanes: 2 }), settings: { objectsAtOnce: 2 } });
  bench.provider.put('a', bytesOf(size));
}

describe('a machine that is offline', () => {
  it('keeps the transfer waiting, without spending its attempts, and it goes on by itself', async () => {
    await open();
    let failures = 0;
    bench.provider.fault = ({ name }) => (name === 'write' && (failures += 1) < 50 ? { type: 'fail', error: offline } : undefined);
    const id = bench.start({ source: objectRef('a'), target: objectRef('b') }, 'server');
    expect(await bench.finish(id)).toBe('completed');
    expect(failures).toBeGreaterThan(49);
    expect(bench.provider.objects.get('b')?.equals(bench.provider.objects.get('a')!)).toBe(true);
  });

  it('shows what it waits for while it runs', async () => {
    await open();
    bench.provider.fault = ({ name }) => (name === 'open' ? { type: 'fail', error: offline } : undefined);
    const id = bench.start({ source: objectRef('a'), target: objectRef('b') }, 'server');
    await bench.reached(() => bench.engine.get(id)?.errorMessage === 'Waiting for the network: no store can be reached.');
    expect(bench.engine.get(id)?.status).toBe('running');
    bench.provider.fault = () => undefined;
    expect(await bench.finish(id)).toBe('completed');
    expect(bench.engine.get(id)?.errorMessage).toBeNull();
  });

  it('is told in a frame, and the frame after it says that the wait is over', async () => {
    await open();
    let failures = 0;
    bench.provider.fault = ({ name, offset }) =>
      name === 'write' && offset > 0 && (failures += 1) === 1 ? { type: 'fail', error: offline } : undefined;
    const id = bench.start({ source: objectRef('a'), target: objectRef('b') }, 'server');
    const late: (string | null | undefined)[] = [];
    bench.provider.gate = async ({ name, offset }) => {
      if (name === 'write' && offset > 300_000) late.push(bench.engine.get(id)?.errorMessage);
    };
    expect(await bench.finish(id)).toBe('completed');
    expect(late.length).toBeGreaterThan(0);
    expect(new Set(late)).toEqual(new Set([null]));
    const errors = bench.events.map(({ error }) => error);
    expect(errors).toContain('Waiting for the network: no store can be reached.');
    expect(errors.slice(errors.indexOf('Waiting for the network: no store can be reached.') + 1).every((error) => error === null)).toBe(
      true,
    );
  });

  it('while a folder is listed keeps the transfer waiting, and every object arrives', async () => {
    await open();
    for (let n = 0; n < 5; n += 1) bench.provider.put(`in/${n}`, bytesOf(1000 + n));
    let failures = 0;
    bench.provider.fault = ({ name }) => (name === 'list' && (failures += 1) < 20 ? { type: 'fail', error: offline } : undefined);
    const id = bench.start({ source: prefixRef('in'), target: prefixRef('out') }, 'server');
    expect(await bench.finish(id)).toBe('completed');
    expect(failures).toBe(20);
    for (let n = 0; n < 5; n += 1) expect(bench.provider.objects.get(`out/${n}`)).toEqual(bench.provider.objects.get(`in/${n}`));
  });

  it('lets a transfer be cancelled', async () => {
    await open();
    bench.provider.fault = ({ name }) => (name === 'write' ? { type: 'fail', error: offline } : undefined);
    const id = bench.start({ source: objectRef('a'), target: objectRef('b') }, 'server');
    await bench.reached(() => bench.provider.calls.filter(({ name }) => name === 'write').length > 3);
    expect(await bench.engine.cancel(id)).toBe('ok');
    await bench.engine.cleanedUp();
    expect(bench.provider.sessions.size).toBe(0);
  });
});

describe('a store that is tried again too often', () => {
  it('is given the longest pause before each further attempt, whoever makes it', async () => {
    const waits: number[] = [];
    const engine = { random: () => 0, sleep: (ms: number) => Promise.resolve(void waits.push(ms)) };
    bench = await Bench.open({ settings: { retryBudget: 7 }, engine });
    bench.provider.put('a', bytesOf(size));
    const down = new ProviderError('unavailable', 'The store is down.');
    bench.provider.fault = ({ name }) => (name === 'open' ? { type: 'fail', error: down } : undefined);
    for (const key of ['b', 'c'])
      expect(await bench.finish(bench.start({ source: objectRef('a'), target: objectRef(key) }))).toBe('failed');
    expect(waits).toEqual([0, 0, 0, 0, 0, 0, 0, 30_000, 30_000, 30_000]);
  });
});

describe('credentials', () => {
  it('that were good and are no longer keep the transfer waiting until they are', async () => {
    await open();
    let writes = 0;
    let asked = 0;
    const lost = (): boolean => writes > 2 && asked < 10;
    bench.provider.fault = ({ name }) => {
      if (name === 'write') writes += 1;
      if (name === 'verify') asked += 1;
      return (name === 'write' || name === 'verify') && lost() ? { type: 'fail', error: denied } : undefined;
    };
    const id = bench.start({ source: objectRef('a'), target: objectRef('b') }, 'server');
    expect(await bench.finish(id)).toBe('completed');
    expect(bench.provider.objects.get('b')?.equals(bench.provider.objects.get('a')!)).toBe(true);
  });

  it('that are replaced twice while one object is moved cost nothing', async () => {
    await open();
    let writes = 0;
    bench.provider.fault = ({ name }) => (name === 'write' && [3, 6].includes((writes += 1)) ? { type: 'fail', error: denied } : undefined);
    const id = bench.start({ source: objectRef('a'), target: objectRef('b') }, 'server');
    expect(await bench.finish(id)).toBe('completed');
    expect(writes).toBeGreaterThan(6);
  });

  it('that are lost while a folder is listed keep the transfer waiting until they are accepted', async () => {
    bench = await Bench.open({ settings: { listPageSize: 2 } });
    for (let n = 0; n < 5; n += 1) bench.provider.put(`in/${n}`, bytesOf(1000 + n));
    let [pages, asked] = [0, 0];
    bench.provider.fault = ({ name }) => {
      if (name === 'list' && (pages += 1) === 2) return { type: 'fail', error: denied };
      return name === 'verify' && (asked += 1) < 5 ? { type: 'fail', error: denied } : undefined;
    };
    const id = bench.start({ source: prefixRef('in'), target: prefixRef('out') }, 'server');
    expect(await bench.finish(id)).toBe('completed');
    expect(asked).toBe(5);
  });

  it('that are replaced before each page of a listing cost nothing', async () => {
    bench = await Bench.open({ settings: { listPageSize: 2 } });
    for (let n = 0; n < 5; n += 1) bench.provider.put(`in/${n}`, bytesOf(1000 + n));
    let calls = 0;
    bench.provider.fault = ({ name }) => (name === 'list' && (calls += 1) % 2 === 0 ? { type: 'fail', error: denied } : undefined);
    const id = bench.start({ source: prefixRef('in'), target: prefixRef('out') }, 'server');
    expect(await bench.finish(id)).toBe('completed');
    expect(calls).toBe(5);
  });

  it('are asked for the bucket in use, so that keys of one bucket prove themselves', async () => {
    await open();
    bench.provider.fault = ({ name, key, offset }) =>
      (name === 'verify' && key !== 'bucket') || (name === 'write' && offset > 0) ? { type: 'fail', error: denied } : undefined;
    const id = bench.start({ source: objectRef('a'), target: objectRef('b') }, 'server');
    expect(await bench.finish(id)).toBe('failed');
  });

  it('that the store cannot check just now count as a store that is down', async () => {
    await open();
    const down = new ProviderError('unavailable', 'The store is down.');
    bench.provider.fault = ({ name, offset }) => {
      if (name === 'verify') return { type: 'fail', error: down };
      return name === 'write' && offset > 0 ? { type: 'fail', error: denied } : undefined;
    };
    const id = bench.start({ source: objectRef('a'), target: objectRef('b') }, 'server');
    expect(await bench.finish(id)).toBe('failed');
    expect(bench.engine.get(id)?.errorMessage).toBe('The store is down.');
    expect(bench.provider.calls.filter(({ name }) => name === 'verify').length).toBeLessThan(20);
  });

  it('that were never good fail at once', async () => {
    await open();
    bench.provider.fault = ({ name }) => (name === 'open' ? { type: 'fail', error: denied } : undefined);
    const id = bench.start({ source: objectRef('a'), target: objectRef('b') }, 'server');
    expect(await bench.finish(id)).toBe('failed');
    expect(bench.provider.calls.filter(({ name }) => name === 'open')).toHaveLength(1);
  });

  it('that are good while one object is denied fail that object', async () => {
    await open();
    bench.provider.fault = ({ name, offset }) => (name === 'write' && offset > 0 ? { type: 'fail', error: denied } : undefined);
    const id = bench.start({ source: objectRef('a'), target: objectRef('b') }, 'server');
    expect(await bench.finish(id)).toBe('failed');
    expect(bench.engine.get(id)?.errorMessage).toBe('The token has expired.');
  });
});
