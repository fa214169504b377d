// Owns the resumable upload protocol of Google Drive: a session URI that carries its own proof, and what its answers say.
import type { DriveApi } from './googledrive-api.ts';
import { type DriveTarget, metadataOf, methodOf, typeOf, uploadUrl } from './googledrive-put.ts';
import { ProviderError, type UploadRequest } from './provider.ts';
import type { Json } from './vendor-json.ts';

/** developers.google.com/workspace/drive/api/guides/manage-uploads#uploading: every request but the last brings a multiple of it. */
export const driveQuantum = 256 * 1024;

/** How many bytes Drive holds, the file that they became, or that it knows nothing of the session any more (about a week old). */
export type Standing = { held: number } | { file: Json } | 'gone';

export const driveSessionGone = (): ProviderError =>
  new ProviderError('unavailable', 'Google Drive no longer knows the upload session: it starts again in another one');

export async function openSession(
  api: DriveApi,
  apiUrl: string,
  { target, request }: { target: DriveTarget; request: UploadRequest },
  signal: AbortSignal,
): Promise<string> {
  const type = typeOf(request);
  const { header } = await api.vendor.call(
    {
      what: 'Drive upload session',
      method: methodOf(target),
      url: uploadUrl(target, 'resumable'),
      headers: { 'x-upload-content-type': type, 'x-upload-content-length': String(request.size) },
      body: metadataOf(target, type),
    },
    signal,
  );
  return sameOrigin(header('location'), apiUrl);
}

/** The URI is all that it takes to write: bytes of the user go to nobody but the API that was asked. */
export function sameOrigin(location: string | undefined, apiUrl: string): string {
  const url = location !== undefined && URL.canParse(location) ? new URL(location) : undefined;
  if (url?.origin === new URL(apiUrl).origin) return url.href;
  throw new ProviderError('invalid', 'Google Drive points to an upload address on another origin');
}

export function sendRange(
  api: DriveApi,
  url: string,
  { from, bytes, size }: { from: number; bytes: Buffer; size: number },
  signal: AbortSignal,
): Promise<Standing> {
  return put(api, url, { range: `bytes ${from}-${from + bytes.length - 1}/${size}`, bytes }, signal);
}

export function askStanding(api: DriveApi, url: string, size: number, signal: AbortSignal): Promise<Standing> {
  return put(api, url, { range: `bytes */${size}`, bytes: Buffer.alloc(0) }, signal);
}

async function put(api: DriveApi, url: string, { range, bytes }: { range: string; bytes: Buffer }, signal: AbortSignal): Promise<Standing> {
  const request = {
    what: 'Drive upload range',
    method: 'PUT' as const,
    url,
    headers: { 'content-range': range },
    body: bytes,
    anonymous: true,
    tolerated: [308, 404, 410],
  };
  const { status, header, json } = await api.vendor.call(request, signal);
  if (status === 404 || status === 410) return 'gone';
  if (status !== 308) return { file: json };
  const last = /^bytes=0-(\d+)$/.exec(header('range') ?? '')?.[1];
  return { held: last === undefined ? 0 : Number(last) + 1 };
}

/** Google answers the end of a session with 499 (Client Closed Request). */
export async function cancelSession(api: DriveApi, url: string, signal: AbortSignal): Promise<void> {
  const request = { what: 'Drive cancel upload', method: 'DELETE' as const, url, anonymous: true, tolerated: [404, 410, 499] };
  await api.vendor.call(request, signal);
}
