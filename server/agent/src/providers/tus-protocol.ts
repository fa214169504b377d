// Owns the tus 1.0 requests that are not chunks: discovery, creation, offset, termination.
import { chooseChecksum, type ChecksumAlgorithm } from './tus-checksum.ts';
import { discard, header, nameOf, type HttpClient, type HttpResponse } from './http-client.ts';
import { ProviderError } from './provider.ts';

const VERSION = '1.0.0';
export const TUS = { 'tus-resumable': VERSION } as const;
const GONE = [404, 410];

export interface TusServer {
  readonly checksum: ChecksumAlgorithm;
  /** Bytes; undefined when the server states no limit. */
  readonly maxSize: number | undefined;
}

/** What OPTIONS on the object's URL says; undefined for a server that does not take resumable uploads. */
export async function discover(client: HttpClient, url: URL, signal: AbortSignal): Promise<TusServer | undefined> {
  const response = await client.send({ method: 'OPTIONS', url }, signal, [400, 404, 405, 501]);
  await discard(response);
  const versions = list(response, 'tus-version').concat(list(response, 'tus-resumable'));
  if (!versions.includes(VERSION) || !list(response, 'tus-extension').includes('creation')) return undefined;
  const maxSize = header(response, 'tus-max-size');
  return {
    checksum: list(response, 'tus-extension').includes('checksum') ? chooseChecksum(list(response, 'tus-checksum-algorithm')) : 'none',
    maxSize: maxSize === undefined ? undefined : Number(maxSize),
  };
}

export interface NewUpload {
  readonly size: number;
  readonly contentType: string;
  readonly ifAbsent: boolean;
}

/** Opens an upload and returns its own URL. Whether a condition counts when the object is published is up to the server. */
export async function create(client: HttpClient, url: URL, file: NewUpload, signal: AbortSignal): Promise<URL> {
  const metadata = `filetype ${Buffer.from(file.contentType).toString('base64')}`;
  const headers = {
    ...TUS,
    'upload-length': String(file.size),
    'upload-metadata': metadata,
    ...(file.ifAbsent && { 'if-none-match': '*' }),
  };
  const response = await client.send({ method: 'POST', url, headers }, signal, file.ifAbsent ? [412] : []);
  await discard(response);
  if (response.statusCode === 412) throw new ProviderError('conflict', `${nameOf({ method: 'POST', url })}: there is an object already`);
  const location = header(response, 'location');
  if (response.statusCode !== 201 || location === undefined)
    throw new ProviderError('invalid', 'the server opened an upload without telling its address');
  return client.sameServer(location, url);
}

/** How many bytes the server holds; undefined when the upload is gone or not of this size. */
export async function offsetOf(client: HttpClient, upload: URL, size: number, signal: AbortSignal): Promise<number | undefined> {
  const response = await client.send({ method: 'HEAD', url: upload, headers: TUS }, signal, GONE);
  await discard(response);
  const length = header(response, 'upload-length');
  if (GONE.includes(response.statusCode) || (length !== undefined && Number(length) !== size)) return undefined;
  const offset = header(response, 'upload-offset');
  if (offset === undefined || !/^\d+$/.test(offset) || Number(offset) > size)
    throw new ProviderError('invalid', 'the server tells no usable Upload-Offset');
  return Number(offset);
}

/** Ends the upload; one that is gone already is fine, and so is a server that only lets uploads expire. */
export async function terminate(client: HttpClient, upload: URL, signal: AbortSignal): Promise<void> {
  await discard(await client.send({ method: 'DELETE', url: upload, headers: TUS }, signal, [...GONE, 405, 501]));
}

function list(response: HttpResponse, name: string): string[] {
  return (header(response, name) ?? '').split(',').map((item) => item.trim().toLowerCase());
}
