// Owns folders on HTTP servers: a marker object on an object server, a collection on WebDAV.
import { discard, type HttpClient } from './http-client.ts';
import { discover } from './tus-protocol.ts';

export async function makeFolder(client: HttpClient, bucket: string, key: string, signal: AbortSignal): Promise<void> {
  const folder = key.endsWith('/') ? key : `${key}/`;
  const url = client.url(bucket, folder);
  if ((await discover(client, url, signal)) === undefined && (await makeCollections(client, bucket, folder.slice(0, -1), signal))) return;
  await discard(await client.send({ method: 'PUT', url, headers: { 'content-length': '0' } }, signal));
}

/**
 * Makes the collections above an object, since WebDAV's PUT answers 409 without them. Best effort: a server that refuses
 * MKCOL may well make folders by itself, so the PUT that follows has the last word.
 */
export async function makeParents(client: HttpClient, bucket: string, key: string, signal: AbortSignal): Promise<void> {
  const end = key.lastIndexOf('/');
  if (end > 0) await makeCollections(client, bucket, key.slice(0, end), signal);
}

/** Whether the collection stands now; the bucket itself is never made. */
async function makeCollections(client: HttpClient, bucket: string, key: string, signal: AbortSignal): Promise<boolean> {
  const status = await makeCollection(client, bucket, key, signal);
  if (status !== 409) return status === 201 || (status === 405 && (await stands(client, bucket, key, signal)));
  const end = key.lastIndexOf('/');
  if (end <= 0 || !(await makeCollections(client, bucket, key.slice(0, end), signal))) return false;
  return (await makeCollection(client, bucket, key, signal)) === 201;
}

async function makeCollection(client: HttpClient, bucket: string, key: string, signal: AbortSignal): Promise<number> {
  const response = await client.send({ method: 'MKCOL', url: client.url(bucket, `${key}/`) }, signal, [400, 403, 404, 405, 409, 415, 501]);
  await discard(response);
  return response.statusCode;
}

// 405 means "exists already" (RFC 4918) or "no MKCOL here"; 403 is what nginx says of an existing folder without index.
async function stands(client: HttpClient, bucket: string, key: string, signal: AbortSignal): Promise<boolean> {
  const response = await client.send({ method: 'HEAD', url: client.url(bucket, `${key}/`) }, signal, [403, 404, 405, 501]);
  await discard(response);
  return response.statusCode === 403 || (response.statusCode >= 200 && response.statusCode < 300);
}
