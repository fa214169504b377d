// Owns the one order of listings: objects and common prefixes of a page, sorted by the UTF-8 bytes of their keys.
import type { ListedObject, ListQuery } from './provider.ts';

type Found = Omit<ListedObject, 'kind'>;

export function mergeListing(
  objects: readonly Found[],
  prefixes: readonly string[],
  query: Pick<ListQuery, 'prefix' | 'delimiter'>,
): ListedObject[] {
  // In a level, the marker of the listed folder itself is not one of its entries.
  const entries = objects.filter(({ key }) => query.delimiter === '' || key !== query.prefix);
  return [...entries.map(entryOf), ...prefixes.map(folderOf)].toSorted((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
}

function entryOf(object: Found): ListedObject {
  return object.key.endsWith('/') ? { ...object, size: 0, kind: 'folder' } : { ...object, kind: 'file' };
}

function folderOf(key: string): ListedObject {
  return { key, size: 0, eTag: '', lastModified: undefined, kind: 'folder' };
}
