// Owns single files and folders of a OneDrive: what they are, their bytes, removing, folders, links.
import { Readable } from 'node:stream';
import { DRIVE, type Item, type OneDriveClient } from './onedrive-client.ts';
import { type Checksum, type ObjectReader, type ObjectStat, ProviderError, type ReadRequest, type SignRequest } from './provider.ts';
import { StreamReader } from './stream-reader.ts';

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Undefined when there is nothing. */
export async function itemOf(client: OneDriveClient, bucket: string, key: string, signal: AbortSignal): Promise<Item | undefined> {
  const request = { what: 'OneDrive item', method: 'GET', url: client.at(bucket, key), tolerated: [404] } as const;
  const { status, json } = await client.call(request, signal);
  return status === 404 ? undefined : json;
}

async function objectAt(client: OneDriveClient, bucket: string, key: string, signal: AbortSignal): Promise<Item> {
  const found = await itemOf(client, bucket, key, signal);
  // A key that ends in a slash is a folder, as in a listing; without one, a folder is no object.
  if (found?.[key.endsWith('/') ? 'folder' : 'file'] !== undefined) return found;
  throw new ProviderError('missing', `there is no ${JSON.stringify(key)}`);
}

export async function fileAt(
  client: OneDriveClient,
  { bucket, key, eTag }: Pick<ReadRequest, 'bucket' | 'key' | 'eTag'>,
  signal: AbortSignal,
): Promise<Item & { readonly size: number }> {
  const found = await objectAt(client, bucket, key, signal);
  if (eTag !== '' && itemFacts(found).eTag !== eTag)
    throw new ProviderError('changed', `${JSON.stringify(key)} is no longer the version that was started with`);
  return { ...found, size: Number(found.size ?? 0) };
}

/** The cTag changes with the content, the eTag with a new name or a share as well. */
export function itemFacts({ size, cTag, eTag, lastModifiedDateTime, folder }: Item) {
  const time = Date.parse(textOf(lastModifiedDateTime));
  return {
    size: folder === undefined ? Number(size ?? 0) : 0,
    eTag: textOf(cTag) || textOf(eTag),
    lastModified: Number.isNaN(time) ? undefined : new Date(time),
  };
}

export function checksumOf({ file }: Item): Checksum | undefined {
  const hash = textOf((file as { hashes?: { quickXorHash?: unknown } } | undefined)?.hashes?.quickXorHash);
  return hash === '' ? undefined : { algorithm: 'quickxor', value: Buffer.from(hash, 'base64').toString('hex') };
}

export async function statFile(client: OneDriveClient, bucket: string, key: string, signal: AbortSignal): Promise<ObjectStat> {
  const found = await objectAt(client, bucket, key, signal);
  return { ...itemFacts(found), acceptsRanges: true, checksum: checksumOf(found) };
}

/**
 * An item names the address of its bytes, so one answer tells the version and where it is. learn.microsoft.com/graph/api/driveitem-get-content:
 * the address carries its own proof, and ranges go there and not to `/content`, which only redirects to it.
 */
export async function readFile(client: OneDriveClient, request: ReadRequest, signal: AbortSignal): Promise<ObjectReader> {
  const { offset, length } = request;
  const found = await fileAt(client, request, signal);
  if (offset > found.size) throw new ProviderError('changed', `${JSON.stringify(request.key)} ends before byte ${offset}`);
  if (offset === found.size || length === 0) return new StreamReader(Readable.from([]), client.api.limits.stallMs, 0);
  const url = await addressOf(client, request, found, signal);
  const check = (header: (name: string) => string | undefined): void => {
    const total = /\/(\d+)$/.exec(header('content-range') ?? '')?.[1] ?? header('content-length') ?? String(found.size);
    if (Number(total) !== found.size) throw new ProviderError('changed', `${JSON.stringify(request.key)} changed while it was opened`);
  };
  return await client.api.read({ what: 'OneDrive download', method: 'GET', url, anonymous: true, check }, { offset, length }, signal);
}

async function addressOf(
  client: OneDriveClient,
  { bucket, key }: Pick<ReadRequest, 'bucket' | 'key'>,
  found: Item,
  signal: AbortSignal,
): Promise<string> {
  const given = found['@microsoft.graph.downloadUrl'];
  const content = { what: 'OneDrive content', method: 'GET', url: client.at(bucket, key, 'content') } as const;
  return client.ownProof(given ?? (await client.api.location(content, signal)), 'a download');
}

/** Removing takes folders with all that is in them: a folder goes only when it is empty, and a file only as it was seen. */
export async function removeFile(client: OneDriveClient, bucket: string, key: string, signal: AbortSignal): Promise<void> {
  const found = await objectAt(client, bucket, key, signal);
  const children = (found.folder as { childCount?: unknown } | undefined)?.childCount;
  if (found.folder !== undefined && children !== 0) throw new ProviderError('conflict', `the folder ${JSON.stringify(key)} is not empty`);
  await removeItem(client, found, signal);
}

export async function removeItem(client: OneDriveClient, { id, eTag }: Item, signal: AbortSignal): Promise<void> {
  const headers: Record<string, string> = typeof eTag === 'string' ? { 'if-match': eTag } : {};
  const url = `${DRIVE}/items/${encodeURIComponent(String(id))}`;
  await client.call({ what: 'OneDrive delete', method: 'DELETE', url, headers, tolerated: [404] }, signal);
}

/** With the folders above it, as `mkdir -p` does. */
export async function createFolder(client: OneDriveClient, bucket: string, key: string, signal: AbortSignal): Promise<void> {
  const path = key.replace(/\/$/, '');
  const cut = path.lastIndexOf('/');
  const parent = path.slice(0, Math.max(0, cut));
  const body = { name: path.slice(cut + 1), folder: {}, '@microsoft.graph.conflictBehavior': 'fail' };
  client.at(bucket, path);
  const create = {
    what: 'OneDrive new folder',
    method: 'POST',
    url: client.at(bucket, parent, 'children'),
    body,
    tolerated: [409],
  } as const;
  let answer = await client.call({ ...create, tolerated: [404, 409] }, signal);
  if (answer.status === 404) {
    if (parent === '') throw client.refusal(create.what, answer);
    await createFolder(client, bucket, parent, signal);
    answer = await client.call(create, signal);
  }
  if (answer.status !== 409) return;
  if ((await itemOf(client, bucket, path, signal))?.folder === undefined) throw client.refusal(create.what, answer);
}

/** learn.microsoft.com/graph/api/resources/driveitem: "short-lived download URLs", for an hour, and always as an attachment. */
const LINK_SECONDS = 3600;

export async function linkTo(client: OneDriveClient, { bucket, key, expiresInSeconds }: SignRequest): Promise<string> {
  if (expiresInSeconds > LINK_SECONDS)
    throw new ProviderError('invalid', `links of OneDrive are good for ${LINK_SECONDS} seconds: ask for no more than that`);
  // The requests have deadlines of their own.
  const { signal } = new AbortController();
  return await addressOf(client, { bucket, key }, await fileAt(client, { bucket, key, eTag: '' }, signal), signal);
}
