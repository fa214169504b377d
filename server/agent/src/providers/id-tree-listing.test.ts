import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IdTree, type ItemKind, isAddressable, olderFirst, type Place, type TreeItem, type TreeStore } from './id-tree.ts';
import { defaultListingLimits, TreeListing } from './id-tree-listing.ts';
import { ProviderError } from './provider.ts';
import { kindOf, signal } from './testing/provider-tools.ts';

interface Held extends TreeItem {
  readonly parent: string;
}

/** Children in the order in which they were made, two a page. */
class MemoryStore implements TreeStore {
  readonly items: Held[] = [];
  #made = 0;
  asked = 0;

  add(parent: string, name: string, kind: ItemKind, created = this.#made): string {
    this.#made += 1;
    const id = `i${this.#made}`;
    this.items.push({ id, parent, name, kind, size: 1, version: id, lastModified: undefined, checksum: undefined, created });
    return id;
  }

  addPath(path: string): void {
    const names = path.split('/');
    const last = names.pop() ?? '';
    let folder = 'root';
    for (const name of names) folder = this.named({ folder, name, kind: 'folder' })?.id ?? this.add(folder, name, 'folder');
    if (last !== '' && this.named({ folder, name: last, kind: 'file' }) === undefined) this.add(folder, last, 'file');
  }

  named({ folder, name, kind }: Place): Held | undefined {
    return this.items.filter((item) => item.parent === folder && item.name === name && item.kind === kind).toSorted(olderFirst)[0];
  }

  async *children(folder: string): AsyncGenerator<readonly TreeItem[]> {
    this.asked += 1;
    const found = this.items.filter(({ parent }) => parent === folder);
    for (let at = 0; at < found.length; at += 2) yield found.slice(at, at + 2);
  }

  async find(place: Place): Promise<TreeItem | undefined> {
    return this.named(place);
  }

  async confirm(id: string): Promise<TreeItem | undefined> {
    return this.items.find((item) => item.id === id);
  }

  async makeFolder(folder: string, name: string): Promise<string> {
    return this.add(folder, name, 'folder');
  }
}

const bytewise = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

async function pages(listing: TreeListing, query: { prefix: string; delimiter: '' | '/'; count: number }): Promise<string[][]> {
  const all: string[][] = [];
  let continuationToken = '';
  do {
    const page = await listing.page('root', { bucket: '', continuationToken, ...query }, signal());
    all.push(page.objects.map(({ key }) => key));
    continuationToken = page.continuationToken;
  } while (continuationToken !== '' && all.length < 1000);
  return all;
}

const listingOf = (store: MemoryStore, limits = defaultListingLimits): TreeListing => new TreeListing(new IdTree(store), limits);
const name = fc
  .string({ minLength: 1, maxLength: 3, unit: fc.constantFrom('a', 'b', '.', '-', '0', 'é', '😀', '\uffff') })
  .filter(isAddressable);

describe('Listings of stores that know items by ids', () => {
  it('give every key once, in the order of its UTF-8 bytes, whatever the tree and the pages', async () => {
    const paths = fc.array(fc.array(name, { minLength: 1, maxLength: 3 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(paths, fc.integer({ min: 1, max: 4 }), async (found, count) => {
        const store = new MemoryStore();
        for (const names of found) store.addPath(names.join('/'));
        const keys = [...new Set(found.map((names) => names.join('/')))].toSorted(bytewise);
        const got = await pages(listingOf(store), { prefix: '', delimiter: '', count });
        expect(got.flat()).toEqual(keys);
        expect(got.every((page) => page.length <= count)).toBe(true);
        const level = [...new Set(found.map(([first = '', ...rest]) => (rest.length > 0 ? `${first}/` : first)))].toSorted(bytewise);
        expect((await pages(listingOf(store), { prefix: '', delimiter: '/', count })).flat()).toEqual(level);
      }),
      { numRuns: 60 },
    );
  });

  it('end at a prefix that is not the end of a name, and are empty for one that leads nowhere', async () => {
    const store = new MemoryStore();
    for (const path of ['logs/2026.txt', 'logs/2027.txt', 'logs/old/2026.txt', 'logs2/x']) store.addPath(path);
    const list = async (prefix: string): Promise<string[]> => (await pages(listingOf(store), { prefix, delimiter: '', count: 9 })).flat();
    expect(await list('logs/2026')).toEqual(['logs/2026.txt']);
    expect(await list('logs')).toEqual(['logs/2026.txt', 'logs/2027.txt', 'logs/old/2026.txt', 'logs2/x']);
    expect(await list('nowhere/x')).toEqual([]);
    expect(await list('logs//')).toEqual([]);
    expect(await list('../')).toEqual([]);
  });

  it('name folders without files, so that they do not get lost, and leave out names that are no part of a key', async () => {
    const store = new MemoryStore();
    for (const path of ['a/empty/', 'a/file', 'b']) store.addPath(path);
    for (const odd of ['x/y', '.', '..']) store.add('root', odd, 'file');
    expect((await pages(listingOf(store), { prefix: '', delimiter: '', count: 1 })).flat()).toEqual(['a/empty/', 'a/file', 'b']);
  });

  it('give the oldest of several items of one name', async () => {
    const store = new MemoryStore();
    const young = store.add('root', 'twins', 'folder', 9);
    const old = store.add('root', 'twins', 'folder', 5);
    store.add(young, 'young', 'file');
    store.add(old, 'old', 'file');
    expect((await pages(listingOf(store), { prefix: '', delimiter: '', count: 9 })).flat()).toEqual(['twins/old']);
  });

  it('read a folder once for the pages that follow the first, as far as memory is allowed for it', async () => {
    const store = new MemoryStore();
    for (let n = 10; n < 30; n++) store.addPath(`f${n}`);
    await pages(listingOf(store), { prefix: '', delimiter: '/', count: 5 });
    expect(store.asked).toBe(1);
    store.asked = 0;
    await pages(listingOf(store, { ...defaultListingLimits, keptItems: 19 }), { prefix: '', delimiter: '/', count: 5 });
    expect(store.asked).toBe(4);
    expect(
      await kindOf(pages(listingOf(store, { ...defaultListingLimits, levelItems: 19 }), { prefix: '', delimiter: '/', count: 5 })),
    ).toBe('invalid');
  });

  it('do not go deeper than they are allowed to', async () => {
    const store = new MemoryStore();
    store.addPath('a/b/c/d');
    const listing = listingOf(store, { ...defaultListingLimits, depth: 2 });
    expect(await kindOf(pages(listing, { prefix: '', delimiter: '', count: 5 }))).toBe('invalid');
  });
});

describe('Paths in stores that know items by ids', () => {
  it('are remembered for a minute', async () => {
    const store = new MemoryStore();
    store.addPath('a/b/');
    let now = 0;
    const tree = new IdTree(store, () => now);
    const first = await tree.folder('root', ['a', 'b'], signal());
    store.items.splice(1, 1);
    store.addPath('a/b/');
    store.addPath('a/other/');
    expect(await tree.folder('root', ['a', 'b'], signal())).toBe(first);
    now = 60_001;
    expect(await tree.folder('root', ['a', 'b'], signal())).not.toBe(first);
  });

  it('are looked for again when the store says that a folder is gone, once', async () => {
    const store = new MemoryStore();
    store.addPath('a/');
    const tree = new IdTree(store);
    let calls = 0;
    const work = async (): Promise<string> => {
      calls += 1;
      if (calls < 2) throw new ProviderError('missing', 'gone');
      return 'done';
    };
    expect(await tree.within({ root: 'root', names: ['a'] }, signal(), work)).toBe('done');
    calls = -9;
    expect(await kindOf(tree.within({ root: 'root', names: ['a'] }, signal(), work))).toBe('missing');
    expect(calls).toBe(-7);
  });
});
