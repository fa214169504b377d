import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { EngineOptions } from './engine.ts';
import { Bench, bytesOf, objectRef, prefixRef, sha256 } from './testing/bench.ts';
import { FakeProvider, type FakeOptions } from './testing/fake-provider.ts';
import { userSettings } from './testing/user-settings.ts';

const size = 600_000;
const benches: Bench[] = [];
afterEach(async () => {
  for (const bench of benches.splice(0).reverse()) await bench.close();
});

/** KeepBoth, for everybody. */
const engine = (): Partial<EngineOptions> => ({ policies: userSettings({ fileExistsAction: 2 }) });

async function open(options: FakeOptions = {}): Promise<Bench> {
  const bench = await Bench.open({ provider: new FakeProvider(options), engine: engine() });
  benches.push(bench);
  return bench;
}

async function restart(bench: Bench): Promise<Bench> {
  const next = await Bench.open({ folder: bench.folder, provider: bench.provider.reborn(), engine: engine() });
  benches.push(next);
  return next;
}

const keys = (bench: Bench): string[] => [...bench.provider.objects.keys()].filter((key) => key.startsWith('to/')).toSorted();
const objects = (count: number): string[] => Array.from({ length: count }, (_, n) => `to/${n}.bin`);

describe('a name that was free when KeepBoth was decided and is taken during a pause', () => {
  it('keeps the file that was put there, and the download takes the next number', async () => {
    const bench = await open({ lanes: 2 });
    const bytes = bytesOf(size);
    bench.provider.put('a', bytes);
    const path = join(bench.folder, 'b.bin');
    const held = bench.hold(({ name, offset }) => name === 'read' && offset > 300_000);
    const id = bench.start({ source: objectRef('a'), target: { type: 'file', path } });
    await held.reached;
    const pausing = bench.engine.pause(id);
    held.release();
    expect(await pausing).toBe('ok');
    await writeFile(path, 'mine');
    const before = bench.provider.bytesRead;
    expect(await bench.engine.resume(id)).toBe('ok');
    expect(await bench.finish(id)).toBe('completed');
    expect(await readFile(path, 'utf8')).toBe('mine');
    expect(sha256(await readFile(join(bench.folder, 'b (1).bin')))).toBe(sha256(bytes));
    expect(await bench.names()).toEqual(['b (1).bin', 'b.bin']);
    // What had arrived is finished under the new name, not fetched anew.
    expect(bench.provider.bytesRead - before).toBeLessThan(size);
  });

  it.each([
    ['keeps the object that was put there, and the upload takes the next number', {}],
    ['does so at a store that looks at the name of a resumed upload, too', { looksEarly: true }],
  ])('%s', async (_title, manner) => {
    const bench = await open(manner);
    bench.provider.put('a', bytesOf(size));
    const held = bench.hold(({ name, offset }) => name === 'write' && offset > 300_000);
    const id = bench.start({ source: objectRef('a'), target: objectRef('to/b.bin') });
    await held.reached;
    const pausing = bench.engine.pause(id);
    held.release();
    expect(await pausing).toBe('ok');
    bench.provider.put('to/b.bin', Buffer.from('mine'));
    expect(await bench.engine.resume(id)).toBe('ok');
    expect(await bench.finish(id)).toBe('completed');
    expect(bench.provider.objects.get('to/b.bin')?.toString()).toBe('mine');
    expect(bench.provider.objects.get('to/b (1).bin')?.equals(bench.provider.objects.get('a')!)).toBe(true);
    expect(bench.provider.sessions.size).toBe(0);
    expect(keys(bench)).toEqual(['to/b (1).bin', 'to/b.bin']);
  });

  it('and in the agent that starts again after a crash', async () => {
    const bench = await open();
    bench.provider.put('a', bytesOf(size));
    const held = bench.hold(({ name, offset }) => name === 'write' && offset > 300_000);
    const id = bench.start({ source: objectRef('a'), target: objectRef('to/b.bin') });
    await held.reached;
    bench.crash();
    const next = await restart(bench);
    next.provider.put('to/b.bin', Buffer.from('mine'));
    next.engine.recover();
    expect(await next.finish(id)).toBe('completed');
    expect(next.provider.objects.get('to/b.bin')?.toString()).toBe('mine');
    expect(keys(next)).toEqual(['to/b (1).bin', 'to/b.bin']);
    expect(next.provider.sessions.size).toBe(0);
  });

  it('even when the settings say Overwrite by then', async () => {
    const policies = userSettings({ fileExistsAction: 2 });
    const bench = await Bench.open({ engine: { policies } });
    benches.push(bench);
    bench.provider.put('a', bytesOf(size));
    const held = bench.hold(({ name, offset }) => name === 'write' && offset > 300_000);
    const id = bench.start({ source: objectRef('a'), target: objectRef('to/b.bin') });
    await held.reached;
    const pausing = bench.engine.pause(id);
    held.release();
    await pausing;
    bench.provider.put('to/b.bin', Buffer.from('mine'));
    policies.change({});
    await bench.engine.resume(id);
    expect(await bench.finish(id)).toBe('completed');
    expect(bench.provider.objects.get('to/b.bin')?.toString()).toBe('mine');
  });
});

describe('an upload with KeepBoth whose name is taken', () => {
  it('leaves nothing behind when it is cancelled, though the store refuses to go on with it', async () => {
    const bench = await open({ looksEarly: true });
    bench.provider.put('a', bytesOf(size));
    const held = bench.hold(({ name, offset }) => name === 'write' && offset > 300_000);
    const id = bench.start({ source: objectRef('a'), target: objectRef('to/b.bin') });
    await held.reached;
    bench.provider.put('to/b.bin', Buffer.from('mine'));
    expect(await bench.engine.cancel(id)).toBe('ok');
    held.release();
    await bench.engine.cleanedUp();
    expect(bench.provider.sessions.size).toBe(0);
    expect(bench.ledger.leftovers()).toEqual([]);
    expect(bench.provider.objects.get('to/b.bin')?.toString()).toBe('mine');
  });

  it('knows the copy of its own whose answer was lost without touching the session that has made it', async () => {
    const bench = await open({ looksEarly: true });
    bench.provider.put('a', bytesOf(size));
    let commits = 0;
    bench.provider.fault = ({ name }) => (name === 'commit' && (commits += 1) === 1 ? { type: 'lost' } : undefined);
    const id = bench.start({ source: objectRef('a'), target: objectRef('to/b.bin') });
    expect(await bench.finish(id)).toBe('completed');
    expect(keys(bench)).toEqual(['to/b.bin']);
    expect(bench.provider.calls.some(({ name }) => name === 'abort')).toBe(false);
  });
});

describe('a name that somebody else takes in the middle of KeepBoth', () => {
  it('is left to them each time, and after many times the transfer fails', async () => {
    const bench = await open({ whole: true });
    bench.provider.put('a', bytesOf(10));
    bench.provider.gate = async ({ name, key }) => {
      if (name === 'put') bench.provider.put(key, Buffer.from('theirs'));
    };
    expect(await bench.finish(bench.start({ source: objectRef('a'), target: objectRef('to/b.bin') }))).toBe('failed');
    expect(keys(bench).length).toBeLessThan(20);
    for (const key of keys(bench)) expect(bench.provider.objects.get(key)?.toString()).toBe('theirs');
  });

  it('gives two transfers of one name a copy each', async () => {
    const bench = await open({ whole: true });
    bench.provider.put('a', bytesOf(10));
    const ids = [1, 2, 3].map(() => bench.start({ source: objectRef('a'), target: objectRef('to/b.bin') }, 'server'));
    for (const id of ids) expect(await bench.finish(id)).toBe('completed');
    expect(keys(bench)).toEqual(['to/b (1).bin', 'to/b (2).bin', 'to/b.bin']);
  });
});

/** Dies when so many objects are published and no end is in the ledger; the one after them has not been sent. */
async function dieUnrecorded(bench: Bench, published: number): Promise<{ id: string; next: Bench }> {
  bench.ledger.endItems = () => ({ bytes: 0, totalBytes: 0 });
  bench.provider.gate = async ({ key }) => {
    if (key.includes(`${published}.bin`)) await new Promise(() => undefined);
  };
  const id = bench.start({ source: prefixRef('from'), target: prefixRef('to') }, 'server');
  await bench.reached(() => keys(bench).length === published);
  bench.crash();
  return { id, next: await restart(bench) };
}

describe('copies that KeepBoth has published when the agent dies', () => {
  it.each([
    ['in one request each', { whole: true }, 1000],
    ['by the store itself', { copies: true }, size],
    ['in upload sessions', { lanes: 2 }, size],
  ])('%s are known again and counted once', async (_how, manner, length) => {
    const bench = await open(manner);
    for (let n = 0; n < 6; n += 1) bench.provider.put(`from/${n}.bin`, bytesOf(length));
    const { id, next } = await dieUnrecorded(bench, 5);
    next.engine.recover();
    expect(await next.finish(id)).toBe('completed');
    expect(keys(next)).toEqual(objects(6));
    expect(next.history).toMatchObject([{ totalObjects: 6, transferredObjects: 6, failedObjects: 0 }]);
    expect(next.provider.sessions.size).toBe(0);
  });

  it('are told from others of their size by what is in them', async () => {
    const bench = await open({ whole: true });
    // No ETag tells anything here: the content has to.
    bench.provider.eTagOf = () => '"1"';
    for (let n = 0; n < 3; n += 1) bench.provider.put(`from/${n}.bin`, bytesOf(1000));
    const { id, next } = await dieUnrecorded(bench, 2);
    next.provider.eTagOf = () => '"1"';
    next.provider.put('to/1.bin', bytesOf(1000));
    next.engine.recover();
    expect(await next.finish(id)).toBe('completed');
    expect(keys(next)).toEqual(['to/0.bin', 'to/1 (1).bin', 'to/1.bin', 'to/2.bin']);
  });

  it('are known again when only the answer was lost', async () => {
    const bench = await open({ whole: true });
    bench.provider.put('a', bytesOf(1000));
    let puts = 0;
    bench.provider.fault = ({ name }) => (name === 'put' && (puts += 1) === 1 ? { type: 'lost' } : undefined);
    expect(await bench.finish(bench.start({ source: objectRef('a'), target: objectRef('to/b.bin') }))).toBe('completed');
    expect(keys(bench)).toEqual(['to/b.bin']);
  });

  it('cost nothing where objects are replaced: no row is written before one is sent', async () => {
    const bench = await Bench.open({ provider: new FakeProvider({ whole: true }) });
    benches.push(bench);
    let begun = 0;
    bench.ledger.beginItem = () => {
      begun += 1;
      return true;
    };
    for (let n = 0; n < 5; n += 1) bench.provider.put(`from/${n}.bin`, bytesOf(1000));
    expect(await bench.finish(bench.start({ source: prefixRef('from'), target: prefixRef('to') }, 'server'))).toBe('completed');
    expect(begun).toBe(0);
  });
});
