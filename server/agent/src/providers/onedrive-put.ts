// Owns what publishes an object in a OneDrive: the proof of what was published, and small objects in one request.
import type { Item, OneDriveClient } from './onedrive-client.ts';
import { checksumOf, itemOf, removeItem } from './onedrive-files.ts';
import { type Chunk, ProviderError, type UploadRequest, type Verification } from './provider.ts';
import { quickXorOf } from './quick-xor.ts';

export const conflictBehavior = ({ ifAbsent = false }: UploadRequest): 'fail' | 'replace' => (ifAbsent ? 'fail' : 'replace');

/** Removes a copy that is not what was sent. `hash` is unknown after an interruption that nobody has kept the state of. */
export async function confirm(
  client: OneDriveClient,
  { bucket, key, size }: UploadRequest,
  published: Item,
  hash: string | undefined,
  signal: AbortSignal,
): Promise<Verification> {
  // The answer to an upload may come before the hash is there.
  const known = checksumOf(published) ?? (hash === undefined ? undefined : checksumOf((await itemOf(client, bucket, key, signal)) ?? {}));
  const wrongHash = hash !== undefined && known !== undefined && known.value !== hash;
  if (published.size === size && !wrongHash) return hash === undefined || known === undefined ? 'size' : 'object';
  await removeItem(client, published, signal);
  throw new ProviderError(
    'unavailable',
    `OneDrive published ${String(published.size)} bytes that are not the ${size} sent (SharePoint writes into Office documents)`,
  );
}

/** learn.microsoft.com/graph/api/driveitem-put-content: up to 250 MB, more than any chunk has. */
export async function putWhole(
  client: OneDriveClient,
  request: UploadRequest,
  { bytes }: Chunk,
  signal: AbortSignal,
): Promise<Verification> {
  const { bucket, key, size, contentType } = request;
  if (bytes.length !== size) throw new ProviderError('invalid', `${bytes.length} bytes for an object of ${size}`);
  const url = `${client.at(bucket, key, 'content')}?@microsoft.graph.conflictBehavior=${conflictBehavior(request)}`;
  const headers = { 'content-type': contentType || 'application/octet-stream' };
  const { json } = await client.call({ what: 'OneDrive put', method: 'PUT', url, headers, body: bytes }, signal);
  return await confirm(client, request, json, quickXorOf(bytes), signal);
}
