import { describe, expect, it } from 'vitest';
import { type FolderEntry, listByFolders } from './folder-listing.ts';
import type { ListQuery } from './provider.ts';

const file = (name: string): FolderEntry => ({ name, kind: 'file', size: 1, eTag: '', lastModified: undefined });
const folder = (name: string): FolderEntry => ({ ...file(name), kind: 'folder' });

const tree: Readonly<Record<string, readonly FolderEntry[]>> = {
  '': [file('b0'), folder('b'), file('b.bin'), file('\u{1F600}'), file('\uFFEE'), folder('empty')],
  'b/': [file('z'), folder('c'), file('a')],
  'b/c/': [file('3'), file('1'), file('2')],
  'empty/': [],
};
const inOrder = ['b.bin', 'b/a', 'b/c/1', 'b/c/2', 'b/c/3', 'b/z', 'b0', 'empty/', '\uFFEE', '\u{1F600}'];

/** Two entries a page, as a store would cut it; every folder that is asked for is noted. */
function store(asked: string[] = []) {
  return async function* (path: string) {
    asked.push(path);
    const entries = tree[path] ?? [];
    for (let start = 0; start < entries.length; start += 2) yield entries.slice(start, start + 2);
  };
}

async function all(changes: Partial<ListQuery> = {}): Promise<{ keys: string[]; pages: number }> {
  const keys: string[] = [];
  let [continuationToken, pages] = ['', 0];
  do {
    const query = { bucket: 'b', prefix: '', delimiter: '', count: 100, ...changes, continuationToken } as const;
    const page = await listByFolders(store(), query);
    expect(page.objects.length).toBeLessThanOrEqual(query.count);
    keys.push(...page.objects.map(({ key }) => key));
    continuationToken = page.continuationToken;
    pages += 1;
  } while (continuationToken !== '' && pages < 50);
  return { keys, pages };
}

describe('A listing by folders', () => {
  it.each([1, 2, 3, 4, 5, 9, 10, 100])('is in the order of UTF-8 bytes, in pages of %i', async (count) => {
    expect(await all({ count })).toEqual({ keys: inOrder, pages: Math.ceil(inOrder.length / count) });
  });

  it.each([1, 2, 100])('lists one level, in pages of %i', async (count) => {
    expect((await all({ delimiter: '/', count })).keys).toEqual(['b.bin', 'b/', 'b0', 'empty/', '\uFFEE', '\u{1F600}']);
  });

  it('takes a prefix that ends within a name', async () => {
    expect((await all({ prefix: 'b/c' })).keys).toEqual(['b/c/1', 'b/c/2', 'b/c/3']);
    expect((await all({ prefix: 'b', delimiter: '/' })).keys).toEqual(['b.bin', 'b/', 'b0']);
    expect((await all({ prefix: 'nothing/' })).keys).toEqual([]);
  });

  it('leaves out folders that cannot hold anything for the page', async () => {
    const asked: string[] = [];
    const continuationToken = Buffer.from('b/z').toString('base64url');
    await listByFolders(store(asked), { bucket: 'b', prefix: '', delimiter: '', count: 1, continuationToken });
    expect(asked).toEqual(['', 'b/', 'empty/']);
  });
});
