// Tests of transfers that wait for the network or for credentials: they hold nothing that others could use, and are controlled as any other.
import { afterEach, describe, expect, it } from 'vitest';
import { ProviderError } from '../providers/provider.ts';
import { Bench, bytesOf, objectRef, planOf, prefixRef, type BenchOptions } from './testing/bench.ts';
import { FakeProvider } from './testing/fake-provider.ts';

let bench: Bench;
let dead: FakeProvider;
afterEach(() => bench.close());

const size = 500_000;
const denied = new ProviderError('auth', 'The key was revoked.');
const failing = (code: string): ProviderError =>
  new ProviderError('unavailable', `PUT failed: ${code}`, { cause: Object.assign(new Error(code), { code }) });

/** The bench's own storage, and a second one behind the account `dead`. */
async function open(options: BenchOptions = {}): Promise<void> {
  const [lost, healthy] = [new FakeProvider(), new FakeProvider()];
  dead = lost;
  bench = await Bench.open({
    provider: healthy,
    ...options,
    engine: {
      endpoints: { resolve: ({ cloudAccountId }) => Promise.resolve(cloudAccountId === 'dead' ? lost : healthy) },
      ...options.engine,
    },
  });
  for (const provider of [lost, healthy]) provider.put('a', bytesOf(size));
}

/** Takes two chunks of each object, and no more. */
function lose(error: ProviderError): void {
  dead.fault = ({ name, offset }) => (name === 'verify' || (name === 'write' && offset > 100_000) ? { type: 'fail', error } : undefined);
}

const toDead = (key: string) => ({ source: objectRef('a', 'dead'), target: objectRef(key, 'dead') });
const toHealthy = (key: string) => ({ source: objectRef('a'), target: objectRef(key) });
const waiting = (id: string) => () => bench.engine.get(id)?.errorMessage?.startsWith('Waiting') ?? false;

describe('transfers that wait', () => {
  it.each([
    ['for credentials', denied],
    ['for the network', failing('ENETUNREACH')],
  ])('%s leave their places to others, and go on by themselves', async (_what, error) => {
    await open();
    lose(error);
    const ids = Array.from({ length: 4 }, (_, n) => bench.start(toDead(`b${n}`), 'server'));
    const fifth = bench.start(toHealthy('c'), 'server');
    expect(await bench.finish(fifth)).toBe('completed');
    for (const id of ids) await bench.reached(waiting(id));
    expect(ids.map((id) => bench.engine.get(id)?.status)).toEqual(Array(4).fill('running'));
    expect([bench.engine.pool.inUse, dead.openReads]).toEqual([0, 0]);
    dead.fault = () => undefined;
    for (const id of ids) expect(await bench.finish(id)).toBe('completed');
    for (const n of ids.keys()) expect(dead.objects.get(`b${n}`)?.equals(dead.objects.get('a')!)).toBe(true);
    expect(bench.history).toHaveLength(5);
  });

  it('go on where they stood', async () => {
    await open();
    lose(denied);
    const id = bench.start(toDead('b'), 'server');
    await bench.reached(waiting(id));
    const { bytesTransferred } = bench.engine.get(id)!;
    expect(bytesTransferred).toBeGreaterThan(0);
    dead.calls.length = 0;
    dead.fault = () => undefined;
    expect(await bench.finish(id)).toBe('completed');
    expect(dead.calls.find(({ name }) => name === 'read')?.offset).toBe(bytesTransferred);
  });

  it('of many objects stop all of their workers and go on with what is missing', async () => {
    await open({ settings: { objectsAtOnce: 3 } });
    for (let n = 0; n < 12; n += 1) dead.put(`in/${n}`, bytesOf(200_000));
    let writes = 0;
    dead.fault = ({ name }) => {
      if (name === 'write') writes += 1;
      return (name === 'verify' || name === 'write') && writes > 15 ? { type: 'fail', error: denied } : undefined;
    };
    const id = bench.start(
      { source: { ...prefixRef('in'), cloudAccountId: 'dead' }, target: { ...prefixRef('out'), cloudAccountId: 'dead' } },
      'server',
    );
    await bench.reached(waiting(id));
    expect(bench.engine.pool.inUse).toBe(0);
    dead.fault = () => undefined;
    expect(await bench.finish(id)).toBe('completed');
    for (let n = 0; n < 12; n += 1) expect(dead.objects.get(`out/${n}`)?.equals(dead.objects.get(`in/${n}`)!)).toBe(true);
    expect(dead.sessions.size).toBe(0);
  });

  it('can be paused and resumed', async () => {
    await open();
    lose(denied);
    const id = bench.start(toDead('b'));
    await bench.reached(waiting(id));
    expect(await bench.engine.pause(id)).toBe('ok');
    expect(bench.engine.get(id)).toMatchObject({ status: 'paused', errorMessage: null });
    dead.fault = () => undefined;
    dead.calls.length = 0;
    await new Promise((resolve) => setImmediate(resolve));
    expect(dead.calls).toEqual([]);
    expect(await bench.engine.resume(id)).toBe('ok');
    expect(await bench.finish(id)).toBe('completed');
  });

  it('can be cancelled, and leave nothing behind', async () => {
    await open();
    lose(denied);
    const id = bench.start(toDead('b'), 'server');
    await bench.reached(waiting(id));
    expect(await bench.engine.cancel(id)).toBe('ok');
    await bench.engine.cleanedUp();
    expect(bench.engine.get(id)).toMatchObject({ status: 'cancelled', errorMessage: null });
    expect(dead.sessions.size).toBe(0);
    expect(bench.history).toMatchObject([{ transferStatus: 8 }]);
  });

  it.each(['shutdown', 'crash'])('go on after a %s', async (how) => {
    await open();
    lose(denied);
    const id = bench.start(toDead('b'), 'server');
    await bench.reached(waiting(id));
    if (how === 'shutdown') await bench.engine.shutdown();
    bench.crash();
    const { folder } = bench;
    const next = dead.reborn();
    const endpoints = { resolve: () => Promise.resolve(next) };
    bench = await Bench.open({ folder, provider: next, engine: { endpoints } });
    expect(bench.engine.get(id)?.status).toBe('running');
    bench.engine.recover();
    expect(await bench.finish(id)).toBe('completed');
    expect(next.sessions.size).toBe(0);
  });

  it('count as waiting in the bounded queue', async () => {
    await open({ settings: { maxConcurrent: 1, maxQueued: 1 } });
    lose(denied);
    const id = bench.start(toDead('b'), 'server');
    await bench.reached(waiting(id));
    expect(bench.engine.start(planOf(toHealthy('c')))).toEqual({ refused: 'queue-full' });
    dead.fault = () => undefined;
    expect(await bench.finish(id)).toBe('completed');
    expect(bench.engine.start(planOf(toHealthy('c')))).toMatchObject({ transferId: expect.any(String) });
  });

  it('together ask the store once for all of them', async () => {
    await open({ settings: { maxConcurrent: 1 } });
    lose(denied);
    const ids = Array.from({ length: 20 }, (_, n) => bench.start(toDead(`b${n}`), 'server'));
    for (const id of ids) await bench.reached(waiting(id));
    let [under, most] = [0, 0];
    let resolve = (): void => undefined;
    const promise = new Promise<void>((done) => (resolve = done));
    dead.gate = async ({ name }) => {
      if (name !== 'verify') return;
      most = Math.max(most, (under += 1));
      await promise;
    };
    await bench.reached(() => under > 0);
    for (let n = 0; n < 20; n += 1) await new Promise((next) => setImmediate(next));
    expect(most).toBe(1);
    dead.fault = () => undefined;
    resolve();
    for (const id of ids) expect(await bench.finish(id)).toBe('completed');
  });
});

describe('the longest wait', () => {
  const day = 86_400_000;

  it('ends in a failure with the reason', async () => {
    let clock = 1_000_000;
    await open({ engine: { now: () => clock } });
    lose(denied);
    const id = bench.start(toDead('b'), 'server');
    await bench.reached(waiting(id));
    clock += day + 1;
    expect(await bench.finish(id)).toBe('failed');
    expect(bench.engine.get(id)?.errorMessage).toBe('The key was revoked.');
    expect(dead.sessions.size).toBe(0);
  });

  it('counts from the last progress: short outages that lie far apart do not add up', async () => {
    let clock = 1_000_000;
    await open({ engine: { now: () => clock } });
    let [until, lost] = [100_000, false];
    dead.fault = ({ name, offset }) => {
      lost ||= name === 'write' && offset > until;
      return lost && ['verify', 'write'].includes(name) ? { type: 'fail', error: denied } : undefined;
    };
    const id = bench.start(toDead('b'), 'server');
    await bench.reached(waiting(id));
    clock += day - 1000;
    [until, lost] = [300_000, false];
    await bench.reached(() => (bench.engine.get(id)?.bytesTransferred ?? 0) > 200_000 && waiting(id)());
    clock += 5000;
    const { length } = dead.calls;
    await bench.reached(() => dead.calls.length > length + 10);
    [until, lost] = [size, false];
    expect(await bench.finish(id)).toBe('completed');
  });
});

describe('a single store that is out of reach', () => {
  it('while others can be reached fails its own transfers after the documented attempts, and nobody else waits', async () => {
    await open();
    let alive = true;
    // The other store works all the time.
    const held = bench.hold(({ name, offset }) => name === 'write' && offset > 200_000);
    const other = bench.start(toHealthy('c'), 'server');
    await held.reached;
    dead.fault = ({ name }) => (alive && ['stat', 'verify'].includes(name) ? { type: 'fail', error: failing('EHOSTUNREACH') } : undefined);
    const id = bench.start(toDead('b'), 'server');
    expect(await bench.finish(id)).toBe('failed');
    expect(dead.calls.filter(({ name }) => name === 'stat')).toHaveLength(6);
    expect(bench.engine.get(id)?.errorMessage).toBe('PUT failed: EHOSTUNREACH');
    alive = false;
    held.release();
    expect(await bench.finish(other)).toBe('completed');
  });

  it('is one of two ends and fails the transfer between them, as the other end can be reached', async () => {
    await open();
    dead.fault = ({ name }) => (['open', 'verify'].includes(name) ? { type: 'fail', error: failing('ETIMEDOUT') } : undefined);
    const id = bench.start({ source: objectRef('a'), target: objectRef('b', 'dead') }, 'server');
    expect(await bench.finish(id)).toBe('failed');
    expect(dead.calls.filter(({ name }) => name === 'open')).toHaveLength(6);
  });

  it.each(['EHOSTUNREACH', 'EAI_AGAIN', 'ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT'])(
    'and is the only one in use makes a machine that is offline (%s)',
    async (code) => {
      await open();
      lose(failing(code));
      const id = bench.start(toDead('b'), 'server');
      await bench.reached(waiting(id));
      dead.fault = () => undefined;
      expect(await bench.finish(id)).toBe('completed');
    },
  );

  it('ends the wait of its transfers when another one can be reached', async () => {
    await open();
    lose(failing('EHOSTUNREACH'));
    const id = bench.start(toDead('b'), 'server');
    await bench.reached(waiting(id));
    const held = bench.hold(({ name, offset }) => name === 'write' && offset > 200_000);
    const other = bench.start(toHealthy('c'), 'server');
    await held.reached;
    expect(await bench.finish(id)).toBe('failed');
    held.release();
    expect(await bench.finish(other)).toBe('completed');
  });
});
