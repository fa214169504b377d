// Owns paths in stores that know items by ids: from a key to an id folder by folder, with a bounded memory of what was found.
import { type Checksum, ProviderError } from './provider.ts';

export interface TreeItem {
  readonly id: string;
  readonly name: string;
  readonly kind: 'file' | 'folder';
  readonly size: number;
  /** Another one whenever the content is another one. */
  readonly version: string;
  readonly lastModified: Date | undefined;
  readonly checksum: Checksum | undefined;
  /** Of items of one name in one folder, the oldest counts. */
  readonly created: number;
  /** Why its bytes are out of reach; left out for files that have bytes. */
  readonly sealed?: string;
}

export type ItemKind = TreeItem['kind'];

export interface Place {
  readonly folder: string;
  readonly name: string;
  readonly kind: ItemKind;
}

/** Every call rejects with `missing` when the folder is gone. */
export interface TreeStore {
  /** Page by page, in any order. */
  children(folder: string, signal: AbortSignal): AsyncIterable<readonly TreeItem[]>;
  /** The one that counts; `seen` takes whatever else came along. */
  find(place: Place, seen: (item: TreeItem) => void, signal: AbortSignal): Promise<TreeItem | undefined>;
  /** The item as it is now; undefined when it is no longer in that place. */
  confirm(id: string, place: Place, signal: AbortSignal): Promise<TreeItem | undefined>;
  /** The folder of that name, made unless it is there. */
  makeFolder(folder: string, name: string, signal: AbortSignal): Promise<string>;
}

interface Known {
  readonly id: string;
  readonly at: number;
}

/** Of the oldest items of one name and kind the one with the smallest id counts, whoever asks. */
export const olderFirst = (a: TreeItem, b: TreeItem): number => a.created - b.created || (a.id < b.id ? -1 : 1);

/** How many places are remembered, and for how long a folder that somebody moves may still be taken for where it was. */
const [maxKnown, knownMs] = [10_000, 60_000];

export class IdTree {
  readonly store: TreeStore;
  readonly #now: () => number;
  readonly #known = new Map<string, Known>();
  readonly #making = new Map<string, Promise<string>>();

  constructor(store: TreeStore, now: () => number = Date.now) {
    this.store = store;
    this.#now = now;
  }

  /** The folder at the end of the names; undefined when there is none. */
  folder(root: string, names: readonly string[], signal: AbortSignal): Promise<string | undefined> {
    return this.#fresh(async () => {
      let folder = root;
      for (const name of names) {
        const next = await this.#subfolder({ folder, name, kind: 'folder' }, signal);
        if (next === undefined) return undefined;
        folder = next;
      }
      return folder;
    });
  }

  /** The folder at the end of the names, made with its parents where they are missing. */
  async ensureFolder(root: string, names: readonly string[], signal: AbortSignal): Promise<string> {
    const made = await this.#fresh(async () => {
      let folder = root;
      for (const name of names) {
        const place = { folder, name, kind: 'folder' } as const;
        folder = (await this.#subfolder(place, signal)) ?? (await this.#make(place, signal));
      }
      return folder;
    });
    if (made === undefined) throw new ProviderError('missing', 'the bucket is gone');
    return made;
  }

  /** What `work` does in that folder; once more when a folder that was remembered turns out to be gone. */
  async within<Done>(
    { root, names }: { root: string; names: readonly string[] },
    signal: AbortSignal,
    work: (folder: string) => Promise<Done>,
  ): Promise<Done> {
    try {
      return await work(await this.ensureFolder(root, names, signal));
    } catch (error) {
      if (!isMissing(error)) throw error;
      this.forget();
      return work(await this.ensureFolder(root, names, signal));
    }
  }

  /** What is there now; undefined when nothing is. */
  item(root: string, { names, kind }: { names: readonly string[]; kind: ItemKind }, signal: AbortSignal): Promise<TreeItem | undefined> {
    return this.#fresh(async () => {
      const folder = await this.folder(root, names.slice(0, -1), signal);
      return folder === undefined ? undefined : this.itemIn({ folder, name: names.at(-1) ?? '', kind }, signal);
    });
  }

  async itemIn(place: Place, signal: AbortSignal): Promise<TreeItem | undefined> {
    const id = this.#recall(place);
    const known = id === undefined ? undefined : await this.store.confirm(id, place, signal);
    if (known !== undefined) return known;
    this.#known.delete(keyOf(place));
    const found = await this.store.find(place, (item) => this.remember({ ...place, name: item.name, kind: item.kind }, item.id), signal);
    if (found !== undefined) this.remember(place, found.id);
    return found;
  }

  remember(place: Place, id: string): void {
    const key = keyOf(place);
    this.#known.delete(key);
    this.#known.set(key, { id, at: this.#now() });
    const oldest = this.#known.size > maxKnown ? this.#known.keys().next().value : undefined;
    if (oldest !== undefined) this.#known.delete(oldest);
  }

  forget(): void {
    this.#known.clear();
  }

  async #subfolder(place: Place, signal: AbortSignal): Promise<string | undefined> {
    return this.#recall(place) ?? (await this.itemIn(place, signal))?.id;
  }

  /** Once for all who want it at the same time: a store that takes one name twice would hold two. */
  async #make(place: Place, signal: AbortSignal): Promise<string> {
    const key = keyOf(place);
    const making = this.#making.get(key) ?? this.store.makeFolder(place.folder, place.name, signal);
    this.#making.set(key, making);
    try {
      const id = await making;
      this.remember(place, id);
      return id;
    } finally {
      this.#making.delete(key);
    }
  }

  #recall(place: Place): string | undefined {
    const known = this.#known.get(keyOf(place));
    return known !== undefined && this.#now() - known.at < knownMs ? known.id : undefined;
  }

  /** A folder that is remembered may be gone, and another one of its name be there: once more from the root. */
  async #fresh<Found>(look: () => Promise<Found | undefined>): Promise<Found | undefined> {
    try {
      return await look();
    } catch (error) {
      if (!isMissing(error)) throw error;
      this.forget();
    }
    try {
      return await look();
    } catch (error) {
      if (!isMissing(error)) throw error;
      return undefined;
    }
  }
}

const keyOf = ({ folder, name, kind }: Place): string => `${kind} ${folder} ${name}`;

export const isMissing = (error: unknown): boolean => error instanceof ProviderError && error.kind === 'missing';

/** Neither can be part of a key: they would be taken for more names, for none, or for a folder further up. */
export const isAddressable = (name: string): boolean => name !== '' && name !== '.' && name !== '..' && !name.includes('/');

/** A key that ends in `/` is a folder. */
export function parseKey(key: string): { names: readonly string[]; kind: ItemKind } {
  const kind = key.endsWith('/') ? 'folder' : 'file';
  const names = (kind === 'folder' ? key.slice(0, -1) : key).split('/');
  if (!names.every(isAddressable))
    throw new ProviderError(
      'invalid',
      `${JSON.stringify(key)} cannot be a path here: each name between slashes needs a text other than . and ..`,
    );
  return { names, kind };
}
