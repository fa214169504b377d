import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProviderError } from '../providers/provider.ts';
import { checkSettings, defaultSettings } from './settings.ts';
import { Bench, bytesOf, objectRef, planOf, sha256 } from './testing/bench.ts';

const size = 1_000_003;
let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(async () => {
  await bench.close();
});

const file = (path: string) => ({ type: 'file' as const, path });

describe('a transfer', () => {
  it('uploads a local file with equal bytes and one history entry', async () => {
    const bytes = bytesOf(size);
    const id = bench.start({ source: file(await bench.file('a.bin', bytes)), target: objectRef('up/a.bin') });
    expect(bench.engine.get(id)?.status).toBe('initiating');
    expect(await bench.finish(id)).toBe('completed');
    expect(sha256(bench.provider.objects.get('up/a.bin')!)).toBe(sha256(bytes));
    expect(bench.engine.get(id)).toMatchObject({ bytesTransferred: size, totalBytes: size, progress: 100, errorMessage: null });
    expect(bench.history).toMatchObject([
      { transferId: id, transferStatus: 4, direction: 1, transferredSize: size, transferredObjects: 1 },
    ]);
    expect(bench.events.map(({ status }) => status)).toEqual(expect.arrayContaining(['InProgress', 'Completed']));
    expect(bench.events.at(0)).toMatchObject({ status: 'InProgress', bytes: 0, mode: 'Upload', storageName: 'bucket' });
    expect(bench.events.at(-1)).toMatchObject({ status: 'Completed', bytes: size, size });
  });

  it('downloads an object over an existing file and leaves no part file', async () => {
    const bytes = bytesOf(size);
    bench.provider.put('a.bin', bytes);
    const path = await bench.file('old.bin', Buffer.from('old'));
    const id = bench.start({ source: objectRef('a.bin'), target: file(path) });
    expect(await bench.finish(id)).toBe('completed');
    expect(sha256(await readFile(path))).toBe(sha256(bytes));
    expect(await bench.names()).toEqual(['old.bin']);
    expect(bench.history).toMatchObject([{ direction: 2, sourceBucket: 'bucket', destinationPath: path }]);
  });

  it('moves an object to an object as a server transfer', async () => {
    const bytes = bytesOf(size);
    bench.provider.put('from', bytes);
    const id = bench.start({ source: objectRef('from'), target: objectRef('to') }, 'server');
    expect(bench.engine.get(id)?.status).toBe('pending');
    expect(await bench.finish(id)).toBe('completed');
    expect(sha256(bench.provider.objects.get('to')!)).toBe(sha256(bytes));
    expect(await bench.engine.pause(id)).toEqual({ illegal: 'completed' });
  });

  it.each([0, 1, 65_535, 65_536, 65_537])('moves %i bytes both ways', async (length) => {
    const bytes = bytesOf(length);
    const up = bench.start({ source: file(await bench.file('a', bytes)), target: objectRef('a') });
    expect(await bench.finish(up)).toBe('completed');
    const down = bench.start({ source: objectRef('a'), target: file(join(bench.folder, 'b')) });
    expect(await bench.finish(down)).toBe('completed');
    expect((await readFile(join(bench.folder, 'b'))).equals(bytes)).toBe(true);
  });

  it('gives every buffer back and closes every source', async () => {
    bench.provider.put('a', bytesOf(size));
    const ids = Array.from({ length: 10 }, (_, n) => bench.start({ source: objectRef('a'), target: objectRef(`copy-${n}`) }));
    for (const id of ids) expect(await bench.finish(id)).toBe('completed');
    expect(bench.engine.pool.inUse).toBe(0);
    expect(bench.engine.pool.waiting).toBe(0);
    expect(bench.provider.openReads).toBe(0);
  });

  it('announces at most one frame per interval besides the first and the last', async () => {
    let clock = 0;
    await bench.close();
    bench = await Bench.open({ engine: { now: () => (clock += 7) } });
    bench.provider.put('a', bytesOf(size * 4));
    await bench.finish(bench.start({ source: objectRef('a'), target: objectRef('b') }));
    const times = bench.events.slice(0, -1).map(({ progressTime }) => progressTime.getTime());
    const gaps = times.slice(1).map((time, n) => time - times[n]!);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(100);
    expect(times.length).toBeGreaterThan(2);
  });
});

describe('limits', () => {
  it('run no more transfers at once than allowed, first come first served', async () => {
    await bench.close();
    bench = await Bench.open({ settings: { maxConcurrent: 2 } });
    bench.provider.put('a', bytesOf(size));
    const running = new Set<string>();
    let most = 0;
    const order: string[] = [];
    bench.engine.events.onProgress(({ status, bytes, transferId }) => {
      if (status === 'InProgress' && bytes === 0 && !running.has(transferId)) order.push(transferId);
      if (status === 'InProgress') running.add(transferId);
      if (status === 'Completed') running.delete(transferId);
      most = Math.max(most, running.size);
    });
    const ids = Array.from({ length: 6 }, (_, n) => bench.start({ source: objectRef('a'), target: objectRef(`b${n}`) }));
    for (const id of ids) await bench.finish(id);
    expect(most).toBe(2);
    expect(order).toEqual(ids);
  });

  it('refuse a start when the queue is full, and after the shutdown began', async () => {
    await bench.close();
    bench = await Bench.open({ settings: { maxConcurrent: 1, maxQueued: 1 } });
    bench.provider.put('a', bytesOf(size));
    const plan = planOf({ source: objectRef('a'), target: objectRef('b') });
    expect([1, 2, 3].map(() => bench.engine.start(plan))).toMatchObject([{}, {}, { refused: 'queue-full' }]);
    const closing = bench.engine.shutdown();
    expect(bench.engine.start(plan)).toEqual({ refused: 'shutting-down' });
    await closing;
  });

  it('refuse settings that contradict each other', () => {
    expect(() => checkSettings({ ...defaultSettings, maxConcurrent: 9, maxSlabs: 8 })).toThrow(/maxSlabs/);
    expect(() => checkSettings({ ...defaultSettings, maxQueued: 0 })).toThrow(/maxQueued/);
  });
});

describe('failures', () => {
  it('of the network in mid-chunk are retried from where the target stands', async () => {
    const bytes = bytesOf(size);
    bench.provider.put('a', bytes);
    let [cuts, lost] = [0, 0];
    bench.provider.fault = ({ name }) => {
      if (name === 'read' && (cuts += 1) <= 3) return { type: 'cut', after: 150_000 };
      if (name === 'write' && (lost += 1) % 4 === 0) return lost % 8 === 0 ? { type: 'lost' } : { type: 'cut', after: 1234 };
      return undefined;
    };
    const id = bench.start({ source: objectRef('a'), target: objectRef('b') }, 'server');
    expect(await bench.finish(id)).toBe('completed');
    expect(sha256(bench.provider.objects.get('b')!)).toBe(sha256(bytes));
    expect(bench.provider.sessions.size).toBe(0);
    expect(bench.engine.pool.inUse).toBe(0);
  });

  it('of a target that stays down end in failed, with its message, and nothing visible', async () => {
    bench.provider.put('a', bytesOf(size));
    bench.provider.fault = ({ name, offset }) =>
      name === 'write' && offset > 0 ? { type: 'fail', error: new ProviderError('unavailable', 'The target answered 500.') } : undefined;
    const id = bench.start({ source: objectRef('a'), target: objectRef('b') });
    expect(await bench.finish(id)).toBe('failed');
    expect(bench.engine.get(id)?.errorMessage).toBe('The target answered 500.');
    expect(bench.provider.calls.filter(({ name, offset }) => name === 'write' && offset > 0)).toHaveLength(6 * 1);
    expect(bench.provider.objects.has('b')).toBe(false);
    expect(bench.provider.sessions.size).toBe(0);
    expect(bench.history).toMatchObject([{ transferStatus: 16, errorMessage: 'The target answered 500.' }]);
  });

  it('of credentials are not retried', async () => {
    bench.provider.put('a', bytesOf(10));
    bench.provider.fault = ({ name }) => (name === 'open' ? { type: 'fail', error: new ProviderError('auth', 'Refused.') } : undefined);
    const id = bench.start({ source: objectRef('a'), target: objectRef('b') });
    expect(await bench.finish(id)).toBe('failed');
    expect(bench.provider.calls.filter(({ name }) => name === 'open')).toHaveLength(1);
  });

  it('of a session that cannot resume start again at 0 and still end', async () => {
    await bench.close();
    const { FakeProvider } = await import('./testing/fake-provider.ts');
    bench = await Bench.open({ provider: new FakeProvider({ resumable: false }) });
    const bytes = bytesOf(size);
    bench.provider.put('a', bytes);
    let writes = 0;
    bench.provider.fault = ({ name }) => (name === 'write' && (writes += 1) === 5 ? { type: 'cut', after: 100 } : undefined);
    const good = bench.start({ source: objectRef('a'), target: objectRef('b') });
    expect(await bench.finish(good)).toBe('completed');
    expect(sha256(bench.provider.objects.get('b')!)).toBe(sha256(bytes));
    bench.provider.fault = ({ name, offset }) => (name === 'write' && offset > 300_000 ? { type: 'cut', after: 0 } : undefined);
    const bad = bench.start({ source: objectRef('a'), target: objectRef('c') });
    expect(await bench.finish(bad)).toBe('failed');
    expect(bench.provider.sessions.size).toBe(0);
  });

  it('of a source that stalls are noticed and the source is opened again', async () => {
    await bench.close();
    bench = await Bench.open({ settings: { callTimeoutMs: 100 } });
    bench.provider.put('a', bytesOf(size));
    let reads = 0;
    bench.provider.fault = ({ name }) => (name === 'read' && (reads += 1) === 1 ? { type: 'hang' } : undefined);
    expect(await bench.finish(bench.start({ source: objectRef('a'), target: objectRef('b') }))).toBe('completed');
  });

  it('of a changed source object never mix two versions', async () => {
    bench.provider.put('a', bytesOf(size));
    bench.provider.fault = ({ name, offset }) => {
      if (name !== 'write' || offset < 300_000) return undefined;
      bench.provider.put('a', bytesOf(size));
      return { type: 'cut', after: 0 };
    };
    const id = bench.start({ source: objectRef('a'), target: objectRef('b') });
    expect(await bench.finish(id)).toBe('failed');
    expect(bench.engine.get(id)?.errorMessage).toMatch(/changed/);
    expect(bench.provider.objects.has('b')).toBe(false);
    expect(bench.provider.sessions.size).toBe(0);
  });

  it.each([
    ['rewritten', (path: string) => writeFile(path, bytesOf(size))],
    ['truncated', (path: string) => writeFile(path, bytesOf(10))],
    ['grown', (path: string) => writeFile(path, bytesOf(size), { flag: 'a' })],
  ])('of a local file that is %s on the way end in failed', async (_title, change) => {
    const path = await bench.file('a', bytesOf(size));
    let changed = false;
    bench.provider.gate = async ({ name, offset }) => {
      if (name !== 'write' || offset < 300_000 || changed) return;
      changed = true;
      await change(path);
    };
    const id = bench.start({ source: file(path), target: objectRef('b') });
    expect(await bench.finish(id)).toBe('failed');
    expect(bench.engine.get(id)?.errorMessage).toMatch(/changed/);
    expect(bench.provider.objects.size + bench.provider.sessions.size).toBe(0);
  });

  it('of ours are reported and told without their text', async () => {
    await bench.close();
    bench = await Bench.open({ engine: { endpoints: { resolve: () => Promise.reject(new Error('password=hunter2')) } } });
    const id = bench.start({ source: objectRef('a'), target: objectRef('b') });
    expect(await bench.finish(id)).toBe('failed');
    expect(bench.engine.get(id)?.errorMessage).not.toContain('hunter2');
    expect(bench.reported).toHaveLength(1);
  });
});
