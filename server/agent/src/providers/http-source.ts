// Owns reading from any range-capable HTTP server: what an object is, and its bytes from an offset on.
import { nameOf, type HttpClient } from './http-client.ts';
import { openData } from './http-data.ts';
import { networkError } from './http-errors.ts';
import { ProviderError, type ObjectReader, type ObjectStat, type ReadRequest } from './provider.ts';
import type { Answer } from './wire/exchange.ts';
import { extentOf, lengthOf, rangeOf } from './wire/extent.ts';
import { emptyReader, WireReader } from './wire/reader.ts';

const EXPLANATION_BYTES = 64 * 1024;

export interface HttpObjectInfo extends ObjectStat {
  /** As sent; empty when the server gives none. */
  readonly lastModifiedText: string;
}

/** HEAD, or a GET of one byte where HEAD is not supported or gives no length. Rejects with `missing`, `auth`, `invalid`. */
export async function inspect(client: HttpClient, url: URL, signal: AbortSignal): Promise<HttpObjectInfo> {
  const answer = await openData(client, { method: 'HEAD', url }, signal, [405, 501]);
  const size = lengthOf(answer);
  if (answer.status >= 300 || size === undefined || isEncoded(answer)) return inspectByRange(client, url, signal);
  return infoOf(answer, size, answer.header('accept-ranges')?.toLowerCase() === 'bytes');
}

async function inspectByRange(client: HttpClient, url: URL, signal: AbortSignal): Promise<HttpObjectInfo> {
  const answer = await openData(client, { method: 'GET', url, headers: { range: 'bytes=0-0' } }, signal, [416]);
  answer.drop();
  const what = nameOf({ method: 'GET', url });
  refuseEncoded(answer, what);
  if (answer.status === 200) {
    const size = lengthOf(answer);
    if (size === undefined) throw new ProviderError('invalid', `${what}: the server does not tell the size`);
    return infoOf(answer, size, false);
  }
  const total = /^bytes (?:\d+-\d+|\*)\/(\d+)$/.exec(answer.header('content-range') ?? '')?.[1];
  if (total === undefined) throw new ProviderError('invalid', `${what}: the server does not tell the size`);
  return infoOf(answer, Number(total), true);
}

function infoOf(answer: Answer, size: number, acceptsRanges: boolean): HttpObjectInfo {
  const lastModifiedText = answer.header('last-modified') ?? '';
  const time = Date.parse(lastModifiedText);
  const lastModified = Number.isNaN(time) ? undefined : new Date(time);
  return { size, acceptsRanges, eTag: answer.header('etag') ?? '', lastModified, lastModifiedText };
}

type Wanted = Pick<ReadRequest, 'offset' | 'length' | 'eTag'>;

/** The bytes from `offset` on. Rejects with `changed` when the version is not `eTag` (unless that is empty). */
export async function readFrom(client: HttpClient, url: URL, wanted: Wanted, signal: AbortSignal): Promise<ObjectReader> {
  const what = nameOf({ method: 'GET', url });
  const range = rangeOf(wanted);
  const conditions = isStrong(wanted.eTag) ? { 'if-match': wanted.eTag } : {};
  const answer = await openData(
    client,
    { method: 'GET', url, headers: { ...(range !== undefined && { range }), ...conditions } },
    signal,
    [416],
  );
  try {
    const extent = extentOf(answer, wanted, what);
    refuseEncoded(answer, what);
    refuseOther(answer, wanted.eTag, what);
    if (answer.status !== 416) return new WireReader(answer, extent, (error) => networkError(what, error));
    await answer.text(EXPLANATION_BYTES, signal).catch(() => '');
    return emptyReader();
  } catch (error) {
    answer.drop();
    throw error;
  }
}

function refuseOther(answer: Answer, eTag: string, what: string): void {
  if (eTag === '' || answer.status === 416) return;
  if (opaque(answer.header('etag') ?? '') !== opaque(eTag))
    throw new ProviderError('changed', `${what}: the object is no longer the version that was started with`);
}

// Bytes of a coded representation have other offsets than those of the object.
function refuseEncoded(answer: Answer, what: string): void {
  if (isEncoded(answer)) throw new ProviderError('invalid', `${what}: the server insists on a Content-Encoding`);
}

function isEncoded(answer: Answer): boolean {
  return !['', 'identity'].includes(answer.header('content-encoding')?.toLowerCase() ?? '');
}

// If-Match compares strongly: a weak tag never matches.
function isStrong(eTag: string): boolean {
  return eTag.startsWith('"');
}

function opaque(eTag: string): string {
  return eTag.replace(/^W\//, '');
}
