import { mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProviderError } from '../providers/provider.ts';
import { Bench, bytesOf, objectRef, planOf, prefixRef } from './testing/bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open({ settings: { listPageSize: 3, objectsAtOnce: 1 } });
});
afterEach(async () => {
  await bench.close();
});

const download = (prefix: string): string =>
  bench.start({ source: prefixRef(prefix), target: { type: 'folder', path: join(bench.folder, 'to') } });

it('an id that a caller chose never becomes a path', async () => {
  bench.provider.put('a', bytesOf(100_000));
  const held = bench.hold(({ name }) => name === 'read');
  const target = { type: 'file' as const, path: join(bench.folder, 'to', 'a') };
  expect(bench.engine.start(planOf({ source: objectRef('a'), target }), '/../../evil')).toEqual({ transferId: '/../../evil' });
  await held.reached;
  expect((await bench.names('to'))[0]).toMatch(/^\.a\.[0-9a-f]{32}\.part$/);
  held.release();
  expect(await bench.finish('/../../evil')).toBe('completed');
  expect(await bench.names()).toEqual(['to', 'to/a']);
});

describe('a folder download', () => {
  it('writes every object below the prefix, folder markers too, and counts them', async () => {
    const wanted = new Map(['a', 'b/c', 'b/d/e', 'z.bin'].map((key, n) => [key, bytesOf(n * 70_000)]));
    for (const [key, bytes] of wanted) bench.provider.put(`photos/${key}`, bytes);
    bench.provider.put('photos/', Buffer.alloc(0));
    bench.provider.put('photos/empty/', Buffer.alloc(0));
    bench.provider.put('photos-2026/other', bytesOf(10));
    const id = download('photos');
    expect(await bench.finish(id)).toBe('completed');
    for (const [key, bytes] of wanted) expect((await readFile(join(bench.folder, 'to', key))).equals(bytes)).toBe(true);
    expect(await bench.names()).toEqual(['to', 'to/a', 'to/b', 'to/b/c', 'to/b/d', 'to/b/d/e', 'to/empty', 'to/z.bin']);
    expect(bench.engine.get(id)).toMatchObject({ bytesTransferred: 420_000, totalBytes: 420_000 });
    expect(bench.history).toMatchObject([{ totalObjects: 6, transferredObjects: 6, failedObjects: 0, totalSize: 420_000 }]);
  });

  it('never writes outside for hostile keys: those objects fail and are counted, the others arrive', async () => {
    const hostile = [
      '../evil',
      'a/../../evil',
      '/etc/evil',
      'a//evil',
      'a\\..\\evil',
      'nul\0evil',
      'C:/evil',
      'CON',
      'a/com1.txt',
      './evil',
      'link/evil',
    ];
    for (const key of hostile) bench.provider.put(`p/${key}`, bytesOf(10));
    bench.provider.put('p/good', bytesOf(10));
    await mkdir(join(bench.folder, 'outside'));
    await mkdir(join(bench.folder, 'to'));
    await symlink(join(bench.folder, 'outside'), join(bench.folder, 'to', 'link'));
    const id = download('p/');
    expect(await bench.finish(id)).toBe('failed');
    expect(await bench.names()).toEqual(['outside', 'to', 'to/good', 'to/link']);
    expect(await bench.names('outside')).toEqual([]);
    expect(bench.history).toMatchObject([{ totalObjects: 12, transferredObjects: 1, failedObjects: 11, transferredSize: 10 }]);
    expect(bench.engine.get(id)?.errorMessage).toMatch(/^11 of 12 objects/);
  });

  it('fails as a whole when the storage is down, and keeps what arrived', async () => {
    for (const key of ['a', 'b', 'c', 'd', 'e']) bench.provider.put(`p/${key}`, bytesOf(100_000));
    bench.provider.fault = ({ name, key }) =>
      name === 'read' && key > 'p/a' ? { type: 'fail', error: new ProviderError('unavailable', 'The storage is down.') } : undefined;
    const id = download('p');
    expect(await bench.finish(id)).toBe('failed');
    expect(await bench.names('to')).toEqual(['a']);
    expect(bench.engine.get(id)?.errorMessage).toBe('The storage is down.');
  });

  it('goes on with the objects that are missing after a pause', async () => {
    for (const key of ['a', 'b', 'c', 'd']) bench.provider.put(`p/${key}`, bytesOf(300_000));
    const held = bench.hold(({ name, key }) => name === 'read' && key === 'p/b');
    const id = download('p');
    await held.reached;
    const pausing = bench.engine.pause(id);
    held.release();
    expect(await pausing).toBe('ok');
    bench.provider.calls.length = 0;
    expect(await bench.engine.resume(id)).toBe('ok');
    expect(await bench.finish(id)).toBe('completed');
    expect(bench.provider.calls.filter(({ name, key }) => name === 'list' || key === 'p/a')).toEqual([]);
    expect(await bench.names('to')).toEqual(['a', 'b', 'c', 'd']);
  });

  it('of a prefix that does not exist, or has too many objects, fails with a clear message', async () => {
    const nothing = download('nothing');
    expect(await bench.finish(nothing)).toBe('failed');
    expect(bench.engine.get(nothing)?.errorMessage).toBe('There is no folder nothing/ in bucket.');
    await bench.close();
    bench = await Bench.open({ settings: { maxObjects: 2, objectsAtOnce: 1 } });
    for (const key of ['a', 'b', 'c']) bench.provider.put(`p/${key}`, bytesOf(1));
    const many = download('p');
    expect(await bench.finish(many)).toBe('failed');
    expect(bench.engine.get(many)?.errorMessage).toMatch(/more than 2 objects/);
  });

  it('does not replace a folder by a file of the same name', async () => {
    bench.provider.put('p/a', bytesOf(10));
    await mkdir(join(bench.folder, 'to', 'a'), { recursive: true });
    expect(await bench.finish(download('p'))).toBe('failed');
    expect(await bench.names('to')).toEqual(['a']);
  });
});
