import { afterEach, describe, expect, it } from 'vitest';
import { ProviderError } from '../providers/provider.ts';
import { Bench, bytesOf, objectRef } from './testing/bench.ts';
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
    let shown: string | null | undefined;
    bench.provider.gate = async ({ name }) => {
      if (name === 'stat') shown ??= bench.engine.get(id)?.errorMessage;
    };
    await bench.reached(() => bench.provider.calls.filter(({ name }) => name === 'open').length > 2);
    expect(shown).toBe('Waiting for the network: no store can be reached.');
    expect(bench.engine.get(id)?.status).toBe('running');
    bench.provider.fault = () => undefined;
    expect(await bench.finish(id)).toBe('completed');
    expect(bench.engine.get(id)?.errorMessage).toBeNull();
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

describe('credentials', () => {
  it('that were good and are no longer keep the transfer waiting until they are', async () => {
    await open();
    let writes = 0;
    const lost = (): boolean => writes > 2 && writes < 12;
    bench.provider.fault = ({ name }) => {
      if (name === 'write') writes += 1;
      return (name === 'write' || name === 'verify') && lost() ? { type: 'fail', error: denied } : undefined;
    };
    const id = bench.start({ source: objectRef('a'), target: objectRef('b') }, 'server');
    expect(await bench.finish(id)).toBe('completed');
    expect(bench.provider.objects.get('b')?.equals(bench.provider.objects.get('a')!)).toBe(true);
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
