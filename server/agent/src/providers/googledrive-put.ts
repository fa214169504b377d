// Owns where an upload to Google Drive goes, what proves that it arrived, and the upload of a small file in one request.
import { createHash, randomBytes } from 'node:crypto';
import { all, type DriveApi, fileFields, itemOf } from './googledrive-api.ts';
import type { IdTree, Place, TreeItem } from './id-tree.ts';
import { ProviderError, type UploadRequest, type Verification } from './provider.ts';
import type { Json } from './vendor-json.ts';

export interface DriveTarget {
  readonly place: Place;
  /** The file that is there, whose content is replaced; its id, revisions and sharing stay. */
  readonly before: TreeItem | undefined;
  /** Of that file, or of the one to be made. */
  readonly id: string;
}

export interface Expected {
  readonly size: number;
  readonly md5: string;
}

/** developers.google.com/workspace/drive/api/guides/manage-uploads: one request is for files of 5 MB and less. */
export const multipartBytes = 5_000_000;

export const md5Of = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex');

/** A type of Google's would make Drive convert the bytes. */
export const typeOf = ({ contentType }: Pick<UploadRequest, 'contentType'>): string =>
  contentType === '' || contentType.startsWith('application/vnd.google-apps.') ? 'application/octet-stream' : contentType;

export function metadataOf({ place, before, id }: DriveTarget, mimeType: string): Json {
  return before === undefined ? { id, name: place.name, mimeType, parents: [place.folder] } : { mimeType };
}

export function uploadUrl({ before, id }: DriveTarget, uploadType: 'multipart' | 'resumable'): string {
  return `/upload/drive/v3/files${before === undefined ? '' : `/${encodeURIComponent(id)}`}?uploadType=${uploadType}&${all()}&fields=${fileFields}`;
}

export const methodOf = ({ before }: DriveTarget): 'POST' | 'PATCH' => (before === undefined ? 'POST' : 'PATCH');

export async function putMultipart(
  { api, tree }: { api: DriveApi; tree: IdTree },
  target: DriveTarget,
  { request, bytes }: { request: UploadRequest; bytes: Buffer },
  signal: AbortSignal,
): Promise<Verification> {
  const wanted = { size: bytes.length, md5: md5Of(bytes) };
  const type = typeOf(request);
  const boundary = `click-${randomBytes(18).toString('hex')}`;
  const body = Buffer.concat([
    Buffer.from(
      `--${boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n${JSON.stringify(metadataOf(target, type))}\r\n--${boundary}\r\nContent-Type: ${type}\r\n\r\n`,
    ),
    bytes,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  const headers = { 'content-type': `multipart/related; boundary=${boundary}` };
  const file = await api.settled({ id: target.id, fits: (found) => isExpected(itemOf(found), wanted) }, signal, async () => {
    const { json } = await api.vendor.call(
      { what: 'Drive upload', method: methodOf(target), url: uploadUrl(target, 'multipart'), headers, body },
      signal,
    );
    return json;
  });
  return prove({ api, tree }, target, { file, wanted, ifAbsent: request.ifAbsent ?? false }, signal);
}

export const isExpected = ({ size, checksum }: TreeItem, wanted: Expected): boolean =>
  size === wanted.size && checksum?.value === wanted.md5;

/** Whether what Drive stored is what was sent, in the place where it was meant; takes it back when it is not. */
export async function prove(
  { api, tree }: { api: DriveApi; tree: IdTree },
  target: DriveTarget,
  { file, wanted, ifAbsent }: { file: Json; wanted: Expected; ifAbsent: boolean },
  signal: AbortSignal,
): Promise<Verification> {
  const stored = itemOf(file);
  if (stored.id !== target.id || stored.size !== wanted.size || (stored.checksum?.value ?? wanted.md5) !== wanted.md5) {
    await undo(api, target, stored, signal);
    throw new ProviderError('unavailable', 'Google Drive stored other bytes than it was sent; the copy was taken back');
  }
  if (file['trashed'] === true) {
    tree.forget();
    await undo(api, target, stored, signal);
    throw new ProviderError('unavailable', 'the folder in Google Drive was moved to the trash meanwhile');
  }
  tree.remember(target.place, target.id);
  if (target.before === undefined) await yieldToOlder({ api, tree }, target, ifAbsent, signal);
  return stored.checksum === undefined ? 'size' : 'object';
}

/** Drive has no condition for uploads: when another file of the name came first, it counts, and ours must not lie beside it. */
async function yieldToOlder(
  { api, tree }: { api: DriveApi; tree: IdTree },
  { place, id }: DriveTarget,
  ifAbsent: boolean,
  signal: AbortSignal,
): Promise<void> {
  const counting = await api.find(place, undefined, signal);
  if (counting === undefined || counting.id === id) return;
  await api.destroy(id, signal);
  tree.remember(place, counting.id);
  const kind = ifAbsent ? 'conflict' : 'unavailable';
  throw new ProviderError(kind, `another ${JSON.stringify(place.name)} appeared in Google Drive meanwhile; the copy was taken back`);
}

async function undo(api: DriveApi, { before, id }: DriveTarget, stored: TreeItem, signal: AbortSignal): Promise<void> {
  if (before === undefined) await api.destroy(id, signal);
  // Without its newest revision a file has the content that it had before.
  else if (stored.version !== before.version) await api.dropRevision(id, stored.version, signal);
}
