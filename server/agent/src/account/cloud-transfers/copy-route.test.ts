import { describe, expect, it } from 'vitest';
import { type CopyEnd, copyRoute, nameOf } from './copy-route.ts';

const end = (path: string, changes: Partial<CopyEnd> = {}): CopyEnd => ({
  cloudAccountId: 'one',
  provider: 1,
  bucket: 'from',
  path,
  ...changes,
});
const to = (path: string): CopyEnd => end(path, { cloudAccountId: 'two', provider: 2, bucket: 'to' });
const within = (from: string, into: string) => copyRoute(end(from), end(into));

describe('the route of a copy', () => {
  it.each([
    ['folder/file.mov', 'object', 'folder/file.mov', 'file.mov'],
    ['/folder/file.mov', 'object', 'folder/file.mov', 'file.mov'],
    ['folder/', 'prefix', 'folder/', 'folder'],
    ['//a/b//', 'prefix', 'a/b//', 'b'],
    ['', 'prefix', '', 'from'],
    ['/', 'prefix', '', 'from'],
    ['a..b', 'object', 'a..b', 'a..b'],
  ] as const)('reads %j as the %s %j', (path, type, key, name) => {
    const { source } = copyRoute(end(path), to('x'));
    expect(source).toEqual({ type, key, cloudAccountId: 'one', serverUrl: null, provider: 1, bucket: 'from' });
    expect(nameOf(source)).toBe(name);
  });

  it.each([
    ['archive/', 'archive/'],
    ['archive', 'archive/'],
    ['/archive/deep', 'archive/deep/'],
    ['', ''],
    ['/', ''],
  ])('takes the destination %j for the folder %j', (path, key) => {
    expect(copyRoute(end('a'), to(path)).target).toEqual({
      type: 'prefix',
      key,
      cloudAccountId: 'two',
      serverUrl: null,
      provider: 2,
      bucket: 'to',
    });
  });

  it.each(['..', '../a', 'a/..', 'a/../b', '.', 'a/./b', '/..'])('refuses to climb by %j, and says where', (path) => {
    expect(() => copyRoute(end(path), to('x'))).toThrow('sourcePath has a segment');
    expect(() => copyRoute(end('x'), to(path))).toThrow('destinationPath has a segment');
  });

  it('refuses to copy an object onto itself, and only onto itself', () => {
    expect(() => within('a/b.bin', 'a')).toThrow('the source itself');
    expect(() => within('b.bin', '')).toThrow('the source itself');
    expect(() => within('a/b.bin', 'c')).not.toThrow();
    expect(() => copyRoute(end('a/b.bin'), end('a', { bucket: 'to' }))).not.toThrow();
    expect(() => copyRoute(end('a/b.bin'), end('a', { cloudAccountId: 'two' }))).not.toThrow();
  });

  it('refuses to copy a folder into itself, but not beside itself or above', () => {
    for (const [from, into] of [
      ['a/', 'a'],
      ['a/', 'a/b'],
      ['', 'a'],
      ['', ''],
    ] as const)
      expect(() => within(from, into), `${from} into ${into}`).toThrow('lies inside the source');
    expect(() => within('a/', 'a-beside')).not.toThrow();
    expect(() => within('a/b/', 'a')).not.toThrow();
    expect(() => within('a/b/', '')).not.toThrow();
  });
});
