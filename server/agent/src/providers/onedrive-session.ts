// Owns the requests of an upload session of OneDrive: open, ask where it stands, send a fragment, end.
import { type OneDriveClient, FRAGMENT_BYTES } from './onedrive-client.ts';
import { pause } from './onedrive-copy.ts';
import { conflictBehavior } from './onedrive-put.ts';
import { ProviderError, type UploadRequest } from './provider.ts';
import type { VendorAnswer } from './vendor-api.ts';

/** The address carries its own proof: with a token it may answer 401. */
const at = (url: string) => ({ what: 'OneDrive upload session', url, anonymous: true }) as const;

/** The address of a new session. */
export async function openSession(client: OneDriveClient, request: UploadRequest, signal: AbortSignal): Promise<string> {
  const { bucket, key, size, chunkSize } = request;
  const url = client.at(bucket, key, 'createUploadSession');
  if (size === 0) throw new ProviderError('invalid', 'an upload session of OneDrive takes no object without bytes');
  if (size > chunkSize && chunkSize % FRAGMENT_BYTES !== 0)
    throw new ProviderError('invalid', `chunks for OneDrive have a multiple of ${FRAGMENT_BYTES} bytes`);
  const body = { item: { '@microsoft.graph.conflictBehavior': conflictBehavior(request) } };
  const { json } = await client.call({ what: 'OneDrive createUploadSession', method: 'POST', url, body }, signal);
  return client.ownProof(json.uploadUrl, 'an upload');
}

/** Where the session wants to be continued; undefined when it is gone. One that is not found is asked for twice. */
export async function positionOf(client: OneDriveClient, url: string, signal: AbortSignal): Promise<number | undefined> {
  for (const last of [false, true]) {
    const answer = await client.call({ ...at(url), method: 'GET', tolerated: [404] }, signal);
    if (answer.status !== 404) return nextIn(answer);
    if (!last) await pause(client.times.againMs, signal);
  }
  return undefined;
}

/** The start of the first range that is missing ("26-", "12345-55232"); undefined when none is. */
export function nextIn({ json }: VendorAnswer): number | undefined {
  const ranges = Array.isArray(json.nextExpectedRanges) ? (json.nextExpectedRanges as unknown[]) : [];
  const starts = ranges.map((range) => Number(/^(\d+)/.exec(String(range))?.[1]));
  return starts.length === 0 || starts.some(Number.isNaN) ? undefined : Math.min(...starts);
}

/** 404, 409 and 416 are answers here: gone, a name that is taken, another position. */
export async function sendFragment(
  client: OneDriveClient,
  url: string,
  { offset, bytes, size }: { offset: number; bytes: Buffer; size: number },
  signal: AbortSignal,
): Promise<VendorAnswer> {
  const headers = { 'content-range': `bytes ${offset}-${offset + bytes.length - 1}/${size}`, 'content-type': 'application/octet-stream' };
  return await client.call({ ...at(url), method: 'PUT', headers, body: bytes, tolerated: [404, 409, 416] }, signal);
}

export async function endSession(client: OneDriveClient, url: string, signal: AbortSignal): Promise<void> {
  await client.call({ ...at(url), method: 'DELETE', tolerated: [404] }, signal);
}
