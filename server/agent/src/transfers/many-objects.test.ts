import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ProviderError } from '../providers/provider.ts';
import type { TransferPlan } from './plan.ts';
import { Bench, bytesOf, objectRef, planOf, prefixRef } from './testing/bench.ts';
import { FakeProvider, type FakeOptions } from './testing/fake-provider.ts';

let bench: Bench;
afterEach(() => bench.close());

async function open(options: FakeOptions = {}, settings = {}): Promise<void> {
  bench = await Bench.open({ provider: new FakeProvider(options), settings: { listPageSize: 5, ...settings } });
}

/** From a folder of one account into a folder of another. */
function copy(from: string, to: string, changes: Partial<TransferPlan> = {}): string {
  const target = { ...prefixRef(to), cloudAccountId: 'other' };
  const result = bench.engine.start({ ...planOf({ source: prefixRef(from), target }, 'server'), ...changes } as TransferPlan);
  if ('refused' in result) throw new Error(result.refused);
  return result.transferId;
}

const keys = (prefix: string): string[] => [...bench.provider.objects.keys()].filter((key) => key.startsWith(prefix)).toSorted();

describe('a copy of many objects', () => {
  it('keeps the tree below the target, several at once, and counts every object and byte', async () => {
    await open({ whole: true, lanes: 2 });
    const wanted = new Map(Array.from({ length: 40 }, (_, n) => [`d${n % 3}/o${n}`, bytesOf(n * 9000)]));
    for (const [key, bytes] of wanted) bench.provider.put(`from/${key}`, bytes);
    const id = copy('from', 'to');
    expect(await bench.finish(id)).toBe('completed');
    for (const [key, bytes] of wanted) expect(bench.provider.objects.get(`to/${key}`)?.equals(bytes), key).toBe(true);
    const total = [...wanted.values()].reduce((sum, { length }) => sum + length, 0);
    expect(bench.history).toMatchObject([{ totalObjects: 40, transferredObjects: 40, skippedObjects: 0, transferredSize: total }]);
    expect(bench.provider.sessions.size).toBe(0);
    expect(bench.engine.pool.inUse).toBe(0);
  });

  it('puts everything side by side when the tree is not kept', async () => {
    await open({ whole: true });
    for (const key of ['from/a', 'from/b/c', 'from/b/d/e']) bench.provider.put(key, bytesOf(10));
    expect(await bench.finish(copy('from', 'to/', { keepSourceTree: false }))).toBe('completed');
    expect(keys('to/')).toEqual(['to/a', 'to/c', 'to/e']);
  });

  it('copies one object into a folder under its own name', async () => {
    await open({ whole: true });
    bench.provider.put('from/deep/a.bin', bytesOf(10));
    const id = bench.start({ source: objectRef('from/deep/a.bin'), target: prefixRef('to') }, 'server');
    expect(await bench.finish(id)).toBe('completed');
    expect(keys('to/')).toEqual(['to/a.bin']);
  });

  it('skips what is there and not older, counts it, and does not count its bytes', async () => {
    await open({ whole: true });
    const at = (key: string, time: number): void => {
      bench.provider.put(key, bytesOf(100));
      bench.provider.modified.set(key, new Date(time));
    };
    at('from/old', 1000);
    at('from/new', 3000);
    at('from/same', 2000);
    for (const name of ['old', 'new', 'same']) at(`to/${name}`, 2000);
    const before = bench.provider.objects.get('to/old');
    const id = copy('from', 'to', { allowSkip: true });
    expect(await bench.finish(id)).toBe('completed');
    expect(bench.provider.objects.get('to/old')).toBe(before);
    expect(bench.provider.objects.get('to/new')?.equals(bench.provider.objects.get('from/new')!)).toBe(true);
    expect(bench.history).toMatchObject([{ totalObjects: 3, transferredObjects: 1, skippedObjects: 2, failedObjects: 0, totalSize: 100 }]);
  });

  it('goes on after an object that fails, and says how many did', async () => {
    await open({ whole: true });
    for (let n = 0; n < 12; n += 1) bench.provider.put(`from/${n}`, bytesOf(10));
    bench.provider.fault = ({ name, key }) =>
      name === 'put' && key === 'to/7' ? { type: 'fail', error: new ProviderError('invalid', 'The name 7 is taken.') } : undefined;
    const id = copy('from', 'to');
    expect(await bench.finish(id)).toBe('failed');
    expect(bench.engine.get(id)?.errorMessage).toBe('1 of 12 objects could not be transferred; the first: The name 7 is taken.');
    expect(bench.history).toMatchObject([{ totalObjects: 12, transferredObjects: 11, failedObjects: 1 }]);
  });

  it('refuses names that step out of the folder, and copies the others', async () => {
    await open({ whole: true });
    for (const key of ['from/good', 'from/../evil', 'from/a/./b']) bench.provider.put(key, bytesOf(10));
    expect(await bench.finish(copy('from', 'to'))).toBe('failed');
    expect(keys('to/')).toEqual(['to/good']);
  });

  it('ends all its work when the store is down for good', async () => {
    await open({ whole: true }, { objectsAtOnce: 4 });
    for (let n = 0; n < 20; n += 1) bench.provider.put(`from/${n}`, bytesOf(10));
    let puts = 0;
    bench.provider.fault = ({ name }) =>
      name === 'put' && (puts += 1) > 5 ? { type: 'fail', error: new ProviderError('unavailable', 'The store is down.') } : undefined;
    const id = copy('from', 'to');
    expect(await bench.finish(id)).toBe('failed');
    expect(bench.engine.get(id)?.errorMessage).toBe('The store is down.');
    expect(bench.history).toMatchObject([{ transferredObjects: 5 }]);
    expect(bench.engine.pool.inUse).toBe(0);
  });

  it('is paused between objects and goes on with those that are missing', async () => {
    await open({ whole: true }, { objectsAtOnce: 3 });
    for (let n = 0; n < 30; n += 1) bench.provider.put(`from/${n}`, bytesOf(2000));
    const puts = (): number => bench.provider.calls.filter(({ name }) => name === 'put').length;
    const held = bench.hold(({ name }) => name === 'put' && puts() > 9);
    const id = copy('from', 'to');
    await held.reached;
    const pausing = bench.engine.pause(id);
    held.release();
    // A server transfer knows no pause; the engine says so, and what runs goes on.
    expect(await pausing).toEqual({ illegal: 'running' });
    expect(await bench.finish(id)).toBe('completed');
    const down = bench.start({ source: prefixRef('from'), target: { type: 'folder', path: join(bench.folder, 'to') } });
    await bench.when(() => (bench.engine.get(id)?.status ?? '') === 'completed');
    await bench.engine.pause(down);
    const [status] = [bench.engine.get(down)?.status];
    if (status === 'paused') expect(await bench.engine.resume(down)).toBe('ok');
    expect(await bench.finish(down)).toBe('completed');
    expect(await bench.names('to')).toHaveLength(30);
    expect(keys('to/')).toHaveLength(30);
  });

  it('looks again at an object whose listing told another version, and moves what is there', async () => {
    await open({ whole: true });
    bench.provider.put('from/a', bytesOf(10));
    bench.provider.listedETag = 'of an older version';
    expect(await bench.finish(copy('from', 'to'))).toBe('completed');
    expect(keys('to/')).toEqual(['to/a']);
  });

  it('looks again before a download, too, and a crash after that goes on with the version that was seen', async () => {
    await open({ lanes: 2 });
    bench.provider.put('from/a', bytesOf(30_000));
    bench.provider.listedETag = 'of an older version';
    const id = bench.start({ source: prefixRef('from'), target: { type: 'folder', path: join(bench.folder, 'to') } });
    expect(await bench.finish(id)).toBe('completed');
    expect(await bench.names('to')).toEqual(['a']);
  });

  it('that is cancelled has every object in its counts that had arrived', async () => {
    await open({ whole: true }, { objectsAtOnce: 2 });
    for (let n = 0; n < 30; n += 1) bench.provider.put(`from/${n}`, bytesOf(100));
    const held = bench.hold(({ name }) => name === 'put' && keys('to/').length === 10);
    const id = copy('from', 'to');
    await held.reached;
    const cancelling = bench.engine.cancel(id);
    held.release();
    expect(await cancelling).toBe('ok');
    await bench.engine.cleanedUp();
    expect(bench.history[0]?.transferredObjects).toBeGreaterThanOrEqual(10);
    expect(bench.history[0]?.transferredObjects).toBe(bench.ledger.counts(id).done);
  });

  it('of an empty bucket is done when nothing was moved', async () => {
    await open();
    const id = copy('', 'to');
    expect(await bench.finish(id)).toBe('completed');
    expect(bench.history).toMatchObject([{ totalObjects: 0, transferStatus: 4 }]);
  });
});

it('a local folder goes up with its tree, hidden files too, and links are left out', async () => {
  await open({ whole: true, lanes: 2 });
  const root = join(bench.folder, 'up');
  await mkdir(join(root, 'a', 'b'), { recursive: true });
  for (const name of ['top', '.hidden', 'a/mid', 'a/b/deep']) await writeFile(join(root, name), name);
  await writeFile(join(root, 'large'), bytesOf(300_000));
  const id = bench.start({ source: { type: 'folder', path: root }, target: prefixRef('to') });
  expect(await bench.finish(id)).toBe('completed');
  expect(keys('to/')).toEqual(['to/.hidden', 'to/a/b/deep', 'to/a/mid', 'to/large', 'to/top']);
  expect(bench.history).toMatchObject([{ totalObjects: 5, direction: 1 }]);
});

describe('a copy within one store', () => {
  const within = (): string => bench.start({ source: prefixRef('from'), target: prefixRef('to') }, 'server');

  it('is made by the store, without a byte passing here', async () => {
    await open({ copies: true });
    for (const key of ['from/a', 'from/b']) bench.provider.put(key, bytesOf(300_000));
    expect(await bench.finish(within())).toBe('completed');
    expect(keys('to/')).toEqual(['to/a', 'to/b']);
    expect(bench.provider.bytesRead).toBe(0);
  });

  it('passes here when the store cannot copy an object after all', async () => {
    await open({ copies: true, lanes: 2 });
    bench.provider.put('from/a', bytesOf(300_000));
    bench.provider.fault = ({ name }) =>
      name === 'copy' ? { type: 'fail', error: new ProviderError('invalid', 'Too large to copy.') } : undefined;
    expect(await bench.finish(within())).toBe('completed');
    expect(bench.provider.bytesRead).toBe(300_000);
  });
});
