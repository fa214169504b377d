// Owns the requests of a chunked upload session of Box (developer.box.com/guides/uploads/chunked): open, part, list, commit, abort.
import type { BoxApi } from './box-api.ts';
import { entryOf, type BoxTarget } from './box-put.ts';
import { retryAfter } from './http-errors.ts';
import type { TreeItem } from './id-tree.ts';
import { ProviderError } from './provider.ts';
import { type Json, listOf, recordOf, textOf } from './vendor-json.ts';

export interface BoxPart {
  readonly part_id: string;
  readonly offset: number;
  readonly size: number;
  readonly sha1: string;
}

/** Answers to a session that is over: committed, aborted, or older than its seven days. */
export const goneStatuses: readonly number[] = [404, 410];

export const sessionGone = (): ProviderError =>
  new ProviderError('unavailable', 'Box no longer knows the upload session: it starts again in another one');

export async function openSession(
  api: BoxApi,
  { place, before }: BoxTarget,
  size: number,
  signal: AbortSignal,
): Promise<{ id: string; partSize: number }> {
  const path = before === undefined ? 'files/upload_sessions' : `files/${before.id}/upload_sessions`;
  const body = { file_name: place.name, file_size: size, ...(before === undefined && { folder_id: place.folder }) };
  const { json } = await api.call({ what: 'Box upload session', method: 'POST', url: `${api.uploads}/${path}`, body }, signal);
  const { id, part_size: partSize } = json;
  if (typeof id !== 'string' || !/^[\w-]+$/.test(id) || typeof partSize !== 'number' || partSize <= 0)
    throw new ProviderError('invalid', 'Box opened an upload session without an id or a part size');
  return { id, partSize };
}

export const sessionUrl = (api: BoxApi, id: string): string => `${api.uploads}/files/upload_sessions/${id}`;

/** What the session holds, by offset; undefined when it is gone. */
export async function listParts(api: BoxApi, id: string, signal: AbortSignal): Promise<Map<number, BoxPart> | undefined> {
  const parts = new Map<number, BoxPart>();
  for (;;) {
    const url = `${sessionUrl(api, id)}/parts?offset=${parts.size}&limit=1000`;
    const { status, json } = await api.call({ what: 'Box list parts', method: 'GET', url, tolerated: goneStatuses }, signal);
    if (goneStatuses.includes(status)) return undefined;
    const before = parts.size;
    for (const entry of listOf(json['entries'])) parts.set(Number(entry['offset']), partOf(entry));
    if (parts.size === before || parts.size >= Number(json['total_count'] ?? 0)) return parts;
  }
}

export const partOf = (json: Json): BoxPart => ({
  part_id: textOf(json['part_id']),
  offset: Number(json['offset']),
  size: Number(json['size']),
  sha1: textOf(json['sha1']).toLowerCase(),
});

/** The part as Box has stored it; a word for what keeps it from being stored. */
export async function putPart(
  api: BoxApi,
  session: { id: string; size: number },
  part: { offset: number; bytes: Buffer; sha1: string },
  signal: AbortSignal,
): Promise<BoxPart | 'gone' | 'taken'> {
  const { offset, bytes, sha1 } = part;
  const { status, json } = await api.call(
    {
      what: 'Box upload part',
      method: 'PUT',
      url: sessionUrl(api, session.id),
      headers: {
        'content-type': 'application/octet-stream',
        digest: digestOf(sha1),
        'content-range': `bytes ${offset}-${offset + bytes.length - 1}/${session.size}`,
      },
      body: bytes,
      tolerated: [...goneStatuses, 409, 416],
    },
    signal,
  );
  if (goneStatuses.includes(status)) return 'gone';
  // Parts are immutable: what overlaps one that is there is refused.
  return status === 409 || status === 416 ? 'taken' : partOf(recordOf(json['part']));
}

export const digestOf = (sha1: string): string => `sha=${Buffer.from(sha1, 'hex').toString('base64')}`;

/** The file; a word when there is none yet. `waitMs` is what Box asks for. */
export async function commitSession(
  api: BoxApi,
  id: string,
  { parts, sha1 }: { parts: readonly BoxPart[]; sha1: string },
  signal: AbortSignal,
): Promise<{ file: TreeItem } | { waitMs: number } | 'gone' | 'damaged'> {
  const request = {
    what: 'Box commit',
    method: 'POST' as const,
    url: `${sessionUrl(api, id)}/commit`,
    headers: { digest: digestOf(sha1) },
    body: { parts: parts.toSorted((a, b) => a.offset - b.offset) },
    tolerated: [...goneStatuses, 412],
  };
  const { status, json, header } = await api.call(request, signal);
  if (goneStatuses.includes(status)) return 'gone';
  if (status === 412) return 'damaged';
  return status === 202 ? { waitMs: retryAfter(header('retry-after')) ?? 1000 } : { file: entryOf(json) };
}

export async function abortSession(api: BoxApi, id: string, signal: AbortSignal): Promise<void> {
  await api.call({ what: 'Box abort session', method: 'DELETE', url: sessionUrl(api, id), tolerated: goneStatuses }, signal);
}
