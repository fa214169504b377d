// Owns the tus requests of a push: whether the target knows tus, opening an upload, where it stands, one chunk, its removal.

import { type Answer, fatal, headerOf, PushFailure, refusalOf } from './push-failure.ts';
import type { TargetClient } from './target-client.ts';

const TUS = { 'tus-resumable': '1.0.0' };
const GONE = [404, 410];
/** Wrong offset, session gone, lock, bad checksum: they all mean "ask for the offset and go on". */
const ASK_AGAIN = [404, 409, 410, 423, 460];

const listed = (answer: Answer, name: string): string[] => (headerOf(answer, name) ?? '').split(',').map((item) => item.trim());

export interface TusAbilities {
  crc32: boolean;
}

/** Undefined for a target that takes nothing but PUT. */
export async function discover(client: TargetClient, url: URL): Promise<TusAbilities | undefined> {
  const answer = await client.send({ method: 'OPTIONS', url });
  const tus = listed(answer, 'tus-version').concat(listed(answer, 'tus-resumable')).includes('1.0.0');
  if (answer.status < 300 && tus && listed(answer, 'tus-extension').includes('creation'))
    return { crc32: listed(answer, 'tus-checksum-algorithm').includes('crc32') };
  if (answer.status < 300 || [400, 404, 405, 501].includes(answer.status)) return undefined;
  throw refusalOf('OPTIONS of the target', answer);
}

export interface NewUpload {
  size: number;
  contentType: string;
  overwrite: boolean;
}

export async function createUpload(client: TargetClient, url: URL, { size, contentType, overwrite }: NewUpload): Promise<URL> {
  const answer = await client.send({
    method: 'POST',
    url,
    awaited: true,
    headers: {
      ...TUS,
      'content-length': '0',
      'upload-length': String(size),
      'upload-metadata': `filetype ${Buffer.from(contentType).toString('base64')}`,
      ...(overwrite ? {} : { 'if-none-match': '*' }),
    },
  });
  if (answer.status === 404) throw fatal(`The target has no such bucket. ${answer.detail}`.trim());
  if (answer.status !== 201) throw refusalOf('opening an upload at the target', answer);
  const session = client.sameServer(headerOf(answer, 'location') ?? '', url);
  if (session === undefined) throw fatal('The target opened an upload on another server.');
  return session;
}

/** How many bytes the target holds; undefined when the upload is gone or is of another size. */
export async function offsetOf(client: TargetClient, session: URL, size: number): Promise<number | undefined> {
  const answer = await client.send({ method: 'HEAD', url: session, headers: TUS });
  if (GONE.includes(answer.status)) return undefined;
  if (answer.status !== 200) throw refusalOf('asking the target how far the upload is', answer);
  const [length, offset] = [headerOf(answer, 'upload-length'), headerOf(answer, 'upload-offset') ?? ''];
  if (length !== undefined && Number(length) !== size) return undefined;
  if (!/^\d{1,16}$/.test(offset) || Number(offset) > size) throw fatal('The target tells no usable Upload-Offset.');
  return Number(offset);
}

export interface TusChunk {
  start: number;
  end: number;
  /** Base64; undefined for a target that checks nothing. */
  crc32: string | undefined;
  body: AsyncIterable<Buffer>;
}

/** Answers the ETag that the target may tell with the last chunk. */
export async function sendChunk(client: TargetClient, session: URL, { start, end, crc32, body }: TusChunk): Promise<string | undefined> {
  const answer = await client.send({
    method: 'PATCH',
    url: session,
    headers: {
      ...TUS,
      'content-type': 'application/offset+octet-stream',
      'content-length': String(end - start),
      'upload-offset': String(start),
      ...(crc32 === undefined ? {} : { 'upload-checksum': `crc32 ${crc32}` }),
    },
    body,
  });
  if (answer.status >= 200 && answer.status < 300) {
    const offset = headerOf(answer, 'upload-offset');
    if (offset === undefined || Number(offset) === end) return headerOf(answer, 'etag');
    throw new PushFailure(`The target took bytes up to ${offset} instead of ${end}.`, { retryable: true });
  }
  const failure = refusalOf(`the chunk at byte ${start}`, answer);
  throw ASK_AGAIN.includes(answer.status) ? new PushFailure(failure.message, { retryable: true }) : failure;
}

/** An upload that is gone already is fine, and so is a target that only lets uploads expire. */
export async function removeUpload(client: TargetClient, session: URL): Promise<void> {
  const answer = await client.send({ method: 'DELETE', url: session, headers: TUS });
  if (answer.status >= 300 && ![...GONE, 405, 501].includes(answer.status)) throw refusalOf('removing the upload at the target', answer);
}
