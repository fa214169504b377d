// Owns opening upload sessions at Dropbox, and deciding which of them can go on.
import { type DropboxClient, summaryOf, BLOCK_BYTES } from './dropbox-client.ts';
import { HASH_BYTES } from './dropbox-hash.ts';
import { DropboxUpload } from './dropbox-upload.ts';
import { type ChunkAck, ProviderError, type UploadRequest } from './provider.ts';

const NOTHING = Buffer.alloc(0);

export async function openUpload(
  client: DropboxClient,
  request: UploadRequest,
  signal: AbortSignal,
  resumed = false,
): Promise<DropboxUpload> {
  client.path(request.bucket, request.key);
  if (request.chunkSize % BLOCK_BYTES !== 0)
    throw new ProviderError('invalid', `chunks for Dropbox have a multiple of ${BLOCK_BYTES} bytes`);
  const argument = { close: false, session_type: 'concurrent' };
  const { json } = await client.upload('files/upload_session/start', argument, NOTHING, signal);
  if (typeof json.session_id !== 'string') throw new ProviderError('invalid', 'Dropbox opened no upload session');
  return new DropboxUpload(client, request, { id: json.session_id, closed: false, resumed, acks: [] });
}

/**
 * Nobody can ask a concurrent session what it holds, so the acks are all there is to know; an append of nothing tells whether the
 * session is still there. It is used for seven days at most.
 */
export async function resumeUpload(
  client: DropboxClient,
  request: UploadRequest,
  state: string,
  signal: AbortSignal,
  acks: readonly ChunkAck[] = [],
): Promise<DropboxUpload> {
  const id = sessionIn(state, request.chunkSize);
  const held = acks.filter((ack) => fits(ack, request));
  if (id === undefined || held.length === 0) return await openUpload(client, request, signal, true);
  const argument = { cursor: { session_id: id, offset: 0 }, close: false };
  const answer = await client.upload('files/upload_session/append_v2', argument, NOTHING, signal, [409]);
  const summary = answer.status === 409 ? summaryOf(answer.json) : '';
  if (summary.startsWith('not_found')) return await openUpload(client, request, signal, true);
  return new DropboxUpload(client, request, { id, closed: summary.startsWith('closed'), resumed: true, acks: held });
}

function fits({ offset, length, proof }: ChunkAck, { size, chunkSize }: UploadRequest): boolean {
  const hashes = Buffer.from(proof, 'base64').length;
  // The last chunk is never acknowledged: its end is sent by the commit only.
  const whole = offset % chunkSize === 0 && length === chunkSize && offset + length < size;
  return whole && hashes === (length / BLOCK_BYTES) * HASH_BYTES;
}

function sessionIn(state: string, chunkSize: number): string | undefined {
  try {
    const value = JSON.parse(state) as { kind?: unknown; id?: unknown; chunkSize?: unknown } | null;
    return value?.kind === 'dropbox' && value.chunkSize === chunkSize && typeof value.id === 'string' ? value.id : undefined;
  } catch {
    return undefined;
  }
}
