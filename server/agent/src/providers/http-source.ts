// Owns reading from any range-capable HTTP server: what an object is, and its bytes from an offset on.
import { cut, discard, header, nameOf, type HttpClient, type HttpResponse } from './http-client.ts';
import { networkError } from './http-errors.ts';
import { guardedBody } from './guarded-body.ts';
import { ProviderError, type ObjectReader, type ObjectStat } from './provider.ts';
import { StreamReader } from './stream-reader.ts';

export interface HttpObjectInfo extends ObjectStat {
  /** As sent; empty when the server gives none. */
  readonly lastModifiedText: string;
}

/** HEAD, or a GET of one byte where HEAD is not supported or gives no length. Rejects with `missing`, `auth`, `invalid`. */
export async function inspect(client: HttpClient, url: URL, signal: AbortSignal): Promise<HttpObjectInfo> {
  const response = await client.send({ method: 'HEAD', url }, signal, [405, 501]);
  await discard(response);
  const size = lengthOf(response);
  if (!response.statusCode.toString().startsWith('2') || size === undefined || isEncoded(response))
    return inspectByRange(client, url, signal);
  return infoOf(response, size, header(response, 'accept-ranges')?.toLowerCase() === 'bytes');
}

async function inspectByRange(client: HttpClient, url: URL, signal: AbortSignal): Promise<HttpObjectInfo> {
  const response = await client.send({ method: 'GET', url, headers: { range: 'bytes=0-0' } }, signal, [416]);
  cut(response);
  const what = nameOf({ method: 'GET', url });
  refuseEncoded(response, what);
  if (response.statusCode === 200) {
    const size = lengthOf(response);
    if (size === undefined) throw new ProviderError('invalid', `${what}: the server does not tell the size`);
    return infoOf(response, size, false);
  }
  const total = /^bytes (?:\d+-\d+|\*)\/(\d+)$/.exec(header(response, 'content-range') ?? '')?.[1];
  if (total === undefined) throw new ProviderError('invalid', `${what}: the server does not tell the size`);
  return infoOf(response, Number(total), true);
}

function infoOf(response: HttpResponse, size: number, acceptsRanges: boolean): HttpObjectInfo {
  const lastModifiedText = header(response, 'last-modified') ?? '';
  const time = Date.parse(lastModifiedText);
  const lastModified = Number.isNaN(time) ? undefined : new Date(time);
  return { size, acceptsRanges, eTag: header(response, 'etag') ?? '', lastModified, lastModifiedText };
}

/** The bytes from `offset` on. Rejects with `changed` when the version is not `eTag` (unless that is empty). */
export async function readFrom(
  client: HttpClient,
  url: URL,
  { offset, eTag }: { offset: number; eTag: string },
  signal: AbortSignal,
): Promise<ObjectReader> {
  const request = {
    method: 'GET' as const,
    url,
    headers: { ...(offset > 0 ? { range: `bytes=${offset}-` } : {}), ...(isStrong(eTag) ? { 'if-match': eTag } : {}) },
  };
  const what = nameOf(request);
  const response = await client.send(request, signal, [416]);
  try {
    const { skip, length } = extentOf(response, offset, what);
    refuseEncoded(response, what);
    refuseOther(response, eTag, what);
    const body = guardedBody(response.body, {
      what,
      skip,
      length,
      stallMs: client.limits.stallMs,
      signal,
      translate: (error) => networkError(what, error, signal),
    });
    return new StreamReader(body, client.limits.stallMs, length);
  } catch (error) {
    cut(response);
    throw error;
  }
}

interface Extent {
  /** Bytes to drop before the first that was asked for. */
  readonly skip: number;
  /** Bytes that follow; undefined when the server does not say. */
  readonly length: number | undefined;
}

function extentOf(response: HttpResponse, offset: number, what: string): Extent {
  if (response.statusCode === 206) return extentOfRange(response, offset, what);
  const length = lengthOf(response);
  if (response.statusCode === 416) {
    const total = /^bytes \*\/(\d+)$/.exec(header(response, 'content-range') ?? '')?.[1];
    // Everything has been read already: the rest is empty, whatever explanation the body holds.
    if (Number(total) === offset) return { skip: length ?? 0, length: 0 };
  } else if (length === undefined || length >= offset) {
    return { skip: offset, length: length === undefined ? undefined : length - offset };
  }
  throw new ProviderError('changed', `${what}: the object ends before byte ${offset}`);
}

function extentOfRange(response: HttpResponse, offset: number, what: string): Extent {
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(header(response, 'content-range') ?? '') ?? [];
  const toTheEnd = total === '*' || Number(last) + 1 === Number(total);
  if (Number(first) !== offset || !toTheEnd)
    throw new ProviderError('invalid', `${what}: the server answered with another range than asked for`);
  return { skip: 0, length: Number(last) - offset + 1 };
}

function refuseOther(response: HttpResponse, eTag: string, what: string): void {
  if (eTag === '' || response.statusCode === 416) return;
  if (opaque(header(response, 'etag') ?? '') !== opaque(eTag))
    throw new ProviderError('changed', `${what}: the object is no longer the version that was started with`);
}

// Bytes of a coded representation have other offsets than those of the object.
function refuseEncoded(response: HttpResponse, what: string): void {
  if (isEncoded(response)) throw new ProviderError('invalid', `${what}: the server insists on a Content-Encoding`);
}

function isEncoded(response: HttpResponse): boolean {
  return !['', 'identity'].includes(header(response, 'content-encoding')?.toLowerCase() ?? '');
}

// If-Match compares strongly: a weak tag never matches.
function isStrong(eTag: string): boolean {
  return eTag.startsWith('"');
}

function opaque(eTag: string): string {
  return eTag.replace(/^W\//, '');
}

function lengthOf(response: HttpResponse): number | undefined {
  const length = header(response, 'content-length');
  return length !== undefined && /^\d+$/.test(length) ? Number(length) : undefined;
}
