// Owns the requests on one Azure blob: properties, ranged read, whole small puts, removal, folder marker.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { type AzureAnswer, type AzureClient, nameOf } from './azure-client.ts';
import { cut, header } from './http-client.ts';
import { networkError } from './http-errors.ts';
import { guardedBody } from './guarded-body.ts';
import {
  type Chunk,
  type ObjectReader,
  type ObjectStat,
  ProviderError,
  type ReadRequest,
  type UploadRequest,
  type Verification,
} from './provider.ts';
import { StreamReader } from './stream-reader.ts';

export interface BlobName {
  readonly bucket: string;
  readonly key: string;
}

export async function statBlob(azure: AzureClient, { bucket, key }: BlobName, signal: AbortSignal): Promise<ObjectStat> {
  const answer = await azure.call({ name: 'Get Blob Properties', method: 'HEAD', container: bucket, key }, signal);
  return statIn(answer);
}

/** Undefined when there is no such blob; a missing container is still an error. */
export async function findBlob(azure: AzureClient, { bucket, key }: BlobName, signal: AbortSignal): Promise<ObjectStat | undefined> {
  const request = { name: 'Get Blob Properties', method: 'HEAD', container: bucket, key, tolerated: ['BlobNotFound'] } as const;
  const answer = await azure.call(request, signal);
  return answer.code === '' ? statIn(answer) : undefined;
}

function statIn(answer: AzureAnswer): ObjectStat {
  const modified = Date.parse(answer.header('last-modified') ?? '');
  // Kept for blobs that were put whole, and for others whose writer said so.
  const md5 = answer.header('content-md5');
  return {
    size: Number(answer.header('content-length') ?? 0),
    eTag: answer.header('etag') ?? '',
    acceptsRanges: true,
    ...(!Number.isNaN(modified) && { lastModified: new Date(modified) }),
    ...(md5 !== undefined && { checksum: { algorithm: 'md5', value: Buffer.from(md5, 'base64').toString('hex') } }),
  };
}

/** Rejects with `changed` when `eTag` is given and the container holds another version. */
export async function readBlob(azure: AzureClient, request: ReadRequest, signal: AbortSignal): Promise<ObjectReader> {
  const { bucket, key, offset, length, eTag } = request;
  const asked = { name: 'Get Blob', method: 'GET', container: bucket, key, tolerated: ['InvalidRange'] } as const;
  const ranged = offset !== 0 || length !== undefined;
  const range = { range: `bytes=${offset}-${length === undefined ? '' : offset + length - 1}` };
  const headers = { ...(ranged && range), ...(eTag !== '' && { 'if-match': eTag }) };
  const response = await azure.open({ ...asked, headers }, signal);
  if (response === undefined) return restAtEnd(azure, request, signal);
  const what = nameOf(asked);
  const first = Number(/^bytes (\d+)-/.exec(header(response, 'content-range') ?? '')?.[1] ?? 0);
  if (first !== offset || (eTag !== '' && header(response, 'etag') !== eTag)) {
    cut(response);
    throw new ProviderError('changed', `${what}: the service answered with another range or version than asked for`);
  }
  const sent = Number(header(response, 'content-length') ?? Number.NaN);
  const follows = Number.isNaN(sent) ? length : sent;
  const { stallMs } = azure.limits;
  const translate = (error: unknown): unknown => networkError(what, error, signal);
  return new StreamReader(guardedBody(response.body, { what, skip: 0, length: follows, stallMs, signal, translate }), stallMs, follows);
}

/** 416: nothing follows the offset; right when the blob ends there, else it has shrunk. */
async function restAtEnd(azure: AzureClient, request: ReadRequest, signal: AbortSignal): Promise<ObjectReader> {
  const { size, eTag } = await statBlob(azure, request, signal);
  if (size !== request.offset || (request.eTag !== '' && eTag !== request.eTag))
    throw new ProviderError(
      'changed',
      `Get Blob ${request.bucket}/${request.key}: the blob is no longer the version that was started with`,
    );
  return new StreamReader(Readable.from([], { objectMode: false }), azure.limits.stallMs, 0);
}

export const md5Of = (bytes: Buffer): string => createHash('md5').update(bytes).digest('base64');

/** Conditions are answered 409 BlobAlreadyExists or 412: both mean that somebody was first. */
export const absentOnly = (request: Pick<UploadRequest, 'ifAbsent'>): Record<string, string> =>
  request.ifAbsent === true ? { 'if-none-match': '*' } : {};

export function asConflict(error: unknown, request: UploadRequest): unknown {
  if (request.ifAbsent !== true || !(error instanceof ProviderError) || error.kind !== 'changed') return error;
  return new ProviderError('conflict', `${request.bucket}/${request.key} exists already`, { cause: error });
}

/** Put Blob: all or nothing, and its MD5, where one goes along, is checked by the service and kept. */
export async function putBlob(azure: AzureClient, request: UploadRequest, { bytes }: Chunk, signal: AbortSignal): Promise<Verification> {
  const { bucket, key, size, contentType } = request;
  if (bytes.length !== size) throw new ProviderError('invalid', `${bytes.length} bytes for a blob of ${size}`);
  const md5 = azure.limits.contentMd5 ? md5Of(bytes) : undefined;
  const headers = {
    'x-ms-blob-type': 'BlockBlob',
    ...(contentType !== '' && { 'x-ms-blob-content-type': contentType }),
    ...(md5 !== undefined && { 'content-md5': md5 }),
    ...absentOnly(request),
  };
  try {
    await azure.call({ name: 'Put Blob', method: 'PUT', container: bucket, key, headers, body: bytes }, signal);
  } catch (error) {
    throw asConflict(error, request);
  }
  return md5 === undefined ? 'size' : 'object';
}

/** With `eTag`, only that version. Snapshots of the blob go with it, as the service keeps none of them without it. */
export async function removeBlob(azure: AzureClient, { bucket, key }: BlobName, signal: AbortSignal, eTag = ''): Promise<void> {
  const headers = { 'x-ms-delete-snapshots': 'include', ...(eTag !== '' && { 'if-match': eTag }) };
  await azure.call({ name: 'Delete Blob', method: 'DELETE', container: bucket, key, headers }, signal);
}

/** An empty blob whose name ends in "/", marked as the vendor's own tools mark folders. */
export async function putFolder(azure: AzureClient, { bucket, key }: BlobName, signal: AbortSignal): Promise<void> {
  const headers = { 'x-ms-blob-type': 'BlockBlob', 'x-ms-meta-hdi_isfolder': 'true' };
  const folder = key.endsWith('/') ? key : `${key}/`;
  await azure.call({ name: 'Put Blob', method: 'PUT', container: bucket, key: folder, headers, body: Buffer.alloc(0) }, signal);
}
