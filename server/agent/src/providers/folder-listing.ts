// Owns listings of stores that know folders only: keys in the order of their UTF-8 bytes, in memory bounded by the page.
import type { ListedObject, ListQuery, ObjectPage } from './provider.ts';

export type FolderEntry = Omit<ListedObject, 'key'> & { readonly name: string };

/** The entries of one folder in any order, page by page; nothing for a folder that is not there. `folder` is empty or ends in `/`. */
export type FolderPages = (folder: string) => AsyncIterable<readonly FolderEntry[]>;

interface Walk {
  readonly pages: FolderPages;
  readonly query: ListQuery;
  /** The last key of the page before, or empty. */
  readonly after: string;
}

/**
 * A folder is sorted as `name/`, so a walk in the order of names is a walk in the order of keys. Of each folder on the way only as
 * many entries are kept as a page can take; the next page reads the folders on the way to its first key again.
 */
export async function listByFolders(pages: FolderPages, query: ListQuery): Promise<ObjectPage> {
  const { prefix, continuationToken, count } = query;
  const walk = { pages, query, after: Buffer.from(continuationToken, 'base64url').toString() };
  const found: ListedObject[] = [];
  for await (const object of below(prefix.slice(0, prefix.lastIndexOf('/') + 1), walk, false)) {
    if (found.length === count) return { objects: found, continuationToken: Buffer.from(found.at(-1)?.key ?? '').toString('base64url') };
    found.push(object);
  }
  return { objects: found, continuationToken: '' };
}

async function* below(folder: string, walk: Walk, marked: boolean): AsyncGenerator<ListedObject> {
  const level = await nextOf(folder, walk);
  // A folder without anything in it is the only trace of itself, as a marker is in an object store.
  if (level.empty && marked && isAfter(folder, walk.after)) yield { ...folderEntry, key: folder };
  for (const entry of level.entries) {
    if (entry.kind === 'folder' && walk.query.delimiter === '') yield* below(entry.key, walk, true);
    else yield entry;
  }
}

const folderEntry = { size: 0, eTag: '', lastModified: undefined, kind: 'folder' } as const;

/** The first entries of a folder that may hold something for this page. */
async function nextOf(folder: string, { pages, query, after }: Walk): Promise<{ entries: readonly ListedObject[]; empty: boolean }> {
  const wanted = ({ key, kind }: ListedObject): boolean =>
    key.startsWith(query.prefix) && (isAfter(key, after) || (kind === 'folder' && query.delimiter === '' && after.startsWith(key)));
  let entries: ListedObject[] = [];
  let empty = true;
  for await (const page of pages(folder)) {
    empty &&= page.length === 0;
    const more = page.map((entry) => keyed(folder, entry)).filter(wanted);
    // One more says that there is a next page; another one may be a folder that the page before has used up.
    if (more.length > 0) entries = [...entries, ...more].toSorted((a, b) => order(a.key, b.key)).slice(0, query.count + 2);
  }
  return { entries, empty };
}

function keyed(folder: string, { name, ...entry }: FolderEntry): ListedObject {
  return entry.kind === 'folder' ? { ...entry, key: `${folder}${name}/`, size: 0 } : { ...entry, key: `${folder}${name}` };
}

const isAfter = (key: string, after: string): boolean => after === '' || order(key, after) > 0;

const order = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
