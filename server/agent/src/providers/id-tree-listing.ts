// Owns listings of stores that know items by ids: in the order of the UTF-8 bytes of the keys, one level in memory at a time for each depth.
import { type IdTree, isAddressable, olderFirst, type TreeItem } from './id-tree.ts';
import { type ListedObject, type ListQuery, type ObjectPage, ProviderError } from './provider.ts';

/**
 * The stores list a folder in an order of their own (by locale, or none), so a level is read whole before its first entry is given.
 * That is what the first bound is for; the second is for all levels that are kept between two pages.
 */
export interface ListingLimits {
  readonly levelItems: number;
  readonly keptItems: number;
  readonly keptMs: number;
  readonly depth: number;
}

export const defaultListingLimits: ListingLimits = { levelItems: 100_000, keptItems: 100_000, keptMs: 60_000, depth: 200 };

interface Entry {
  readonly item: TreeItem;
  /** The name, and a `/` behind that of a folder: what decides the order. */
  readonly tail: string;
}

export class TreeListing {
  readonly #tree: IdTree;
  readonly #limits: ListingLimits;
  readonly #kept = new Map<string, { readonly level: readonly Entry[]; readonly at: number }>();
  #keptItems = 0;

  constructor(tree: IdTree, limits: ListingLimits = defaultListingLimits) {
    this.#tree = tree;
    this.#limits = limits;
  }

  /** The token is the last key that was given. */
  async page(root: string, query: ListQuery, signal: AbortSignal): Promise<ObjectPage> {
    const { prefix, continuationToken: after, count } = query;
    const base = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    const names = base === '' ? [] : base.slice(0, -1).split('/');
    const folder = names.every(isAddressable) ? await this.#tree.folder(root, names, signal) : undefined;
    if (folder === undefined) return { objects: [], continuationToken: '' };
    const objects: ListedObject[] = [];
    for await (const object of this.#walk({ folder, base, depth: 0 }, query, signal)) {
      if (objects.length === count) return { objects, continuationToken: objects.at(-1)?.key ?? after };
      objects.push(object);
    }
    return { objects, continuationToken: '' };
  }

  async *#walk(
    { folder, base, depth }: { folder: string; base: string; depth: number },
    query: ListQuery,
    signal: AbortSignal,
  ): AsyncGenerator<ListedObject> {
    if (depth > this.#limits.depth) throw new ProviderError('invalid', `${base} lies deeper than ${this.#limits.depth} folders`);
    const { prefix, delimiter, continuationToken: after } = query;
    const level = await this.#level(folder, after !== '', signal);
    // An empty folder would get lost in a listing of files.
    if (level.length === 0 && depth > 0 && isBehind(base, after)) yield folderOf(base);
    for (const { item, tail } of level) {
      const key = base + tail;
      if (!key.startsWith(prefix)) continue;
      const deeper = item.kind === 'folder' && delimiter === '';
      // Of a folder that was begun, only what follows is looked for.
      if (deeper && (after.startsWith(key) || isBehind(key, after)))
        yield* this.#walk({ folder: item.id, base: key, depth: depth + 1 }, query, signal);
      else if (!deeper && isBehind(key, after)) yield item.kind === 'folder' ? folderOf(key) : fileOf(key, item);
    }
  }

  /** Pages that follow one another may see a level as it was when the first was asked for. */
  async #level(folder: string, mayBeKept: boolean, signal: AbortSignal): Promise<readonly Entry[]> {
    const kept = this.#kept.get(folder);
    if (mayBeKept && kept !== undefined && Date.now() - kept.at < this.#limits.keptMs) return kept.level;
    const level = await this.#read(folder, signal);
    this.#drop(folder);
    this.#kept.set(folder, { level, at: Date.now() });
    this.#keptItems += level.length;
    for (const oldest of this.#kept.keys()) {
      if (this.#keptItems <= this.#limits.keptItems) break;
      this.#drop(oldest);
    }
    return level;
  }

  #drop(folder: string): void {
    this.#keptItems -= this.#kept.get(folder)?.level.length ?? 0;
    this.#kept.delete(folder);
  }

  async #read(folder: string, signal: AbortSignal): Promise<readonly Entry[]> {
    const counting = new Map<string, TreeItem>();
    for await (const page of this.#tree.store.children(folder, signal)) {
      for (const item of page) {
        const tail = item.kind === 'folder' ? `${item.name}/` : item.name;
        const twin = counting.get(tail);
        if (isAddressable(item.name) && (twin === undefined || olderFirst(item, twin) < 0)) counting.set(tail, item);
      }
      if (counting.size > this.#limits.levelItems)
        throw new ProviderError('invalid', `a folder of more than ${this.#limits.levelItems} items cannot be listed in order: divide it`);
    }
    for (const item of counting.values()) this.#tree.remember({ folder, name: item.name, kind: item.kind }, item.id);
    return Array.from(counting, ([tail, item]) => ({ item, tail, bytes: Buffer.from(tail) })).toSorted((a, b) =>
      Buffer.compare(a.bytes, b.bytes),
    );
  }
}

const isBehind = (key: string, after: string): boolean => after === '' || Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0;

const folderOf = (key: string): ListedObject => ({ key, size: 0, eTag: '', lastModified: undefined, kind: 'folder' });

const fileOf = (key: string, { size, version, lastModified }: TreeItem): ListedObject => ({
  key,
  size,
  eTag: version,
  lastModified,
  kind: 'file',
});
