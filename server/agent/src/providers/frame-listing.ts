// Owns Frame.io listings in key order: one level, or everything below a prefix.
import { type FrameTree, split } from './frame-tree.ts';
import type { Asset } from './frame-client.ts';
import { ProviderError, type ListedObject, type ListQuery, type ObjectPage } from './provider.ts';

/** The continuation token is the last key of the page before. */
export async function listFrame(tree: FrameTree, query: ListQuery, signal: AbortSignal): Promise<ObjectPage> {
  const { bucket, prefix, delimiter, continuationToken: after, count } = query;
  const { folder } = split(prefix);
  const id = await tree.folder(bucket, folder, signal);
  if (id === undefined) return { objects: [], continuationToken: '' };
  const walk = walkFrom({ tree, deep: delimiter === '', after, signal }, id, folder);
  const objects: ListedObject[] = [];
  for await (const object of walk) {
    if (!object.key.startsWith(prefix) || !isAfter(object.key, after)) continue;
    if (objects.length === count) return { objects, continuationToken: objects.at(-1)?.key ?? '' };
    objects.push(object);
  }
  return { objects, continuationToken: '' };
}

interface Walk {
  readonly tree: FrameTree;
  readonly deep: boolean;
  readonly after: string;
  readonly signal: AbortSignal;
}

async function* walkFrom(walk: Walk, id: string, folder: string): AsyncGenerator<ListedObject> {
  const { folders, files } = await walk.tree.level(id, walk.signal);
  const entries = [
    ...folders.map((asset) => ({ key: `${folder}${asset.name}/`, asset })),
    ...files.map((asset) => ({ key: `${folder}${asset.name}`, asset })),
  ].toSorted((a, b) => compare(a.key, b.key));
  // Below, a folder shows by what is in it; an empty one would be lost.
  if (walk.deep && folder !== '' && entries.length === 0) yield folderAt(folder);
  for (const { key, asset } of entries) {
    if (!key.endsWith('/')) yield fileAt(key, asset);
    else if (!walk.deep) yield folderAt(key);
    // Nothing below is asked for again that comes before the page.
    else if (isAfter(key, walk.after) || walk.after.startsWith(key)) yield* walkFrom(walk, asset.id, key);
  }
}

const compare = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
const isAfter = (key: string, after: string): boolean => after === '' || compare(key, after) > 0;

const folderAt = (key: string): ListedObject => ({ key, size: 0, eTag: '', lastModified: undefined, kind: 'folder' });
const fileAt = (key: string, { filesize, id, completed }: Asset): ListedObject => ({
  key,
  size: filesize,
  eTag: id,
  lastModified: new Date(completed),
  kind: 'file',
});

/** Removes a file with all that share its name, or a folder without anything in it. */
export async function removeFrame(
  tree: FrameTree,
  removeAsset: (id: string) => Promise<void>,
  { bucket, key }: { bucket: string; key: string },
  signal: AbortSignal,
): Promise<void> {
  if (!key.endsWith('/')) {
    const files = await tree.files(bucket, key, signal);
    if (files.length === 0) throw new ProviderError('missing', `Frame.io has no file ${key} in ${bucket}`);
    for (const { id } of files.toReversed()) await removeAsset(id);
    return;
  }
  const id = await tree.folder(bucket, key, signal);
  if (id === undefined) throw new ProviderError('missing', `Frame.io has no folder ${key} in ${bucket}`);
  const { folders, files } = await tree.level(id, signal);
  // Frame.io removes a folder with all that is in it.
  if (folders.length + files.length > 0) throw new ProviderError('conflict', `the folder ${key} is not empty`);
  await removeAsset(id);
}
