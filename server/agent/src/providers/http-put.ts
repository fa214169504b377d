// Owns storing a small object on an HTTP server by one PUT.
import { type HttpClient, nameOf } from './http-client.ts';
import { dataFailure, openData } from './http-data.ts';
import { makeParents } from './http-folders.ts';
import { typeOf } from './http-sessions.ts';
import { appeared, confirmSize, versionBefore } from './http-target.ts';
import { ProviderError, type Chunk, type UploadRequest, type Verification } from './provider.ts';
import type { Answer } from './wire/exchange.ts';

/** What servers answer to a PUT below a folder that is not there: 409 by RFC 4918, others as they like. */
const NO_FOLDER = [404, 409, 500];

/** May be sent again after a failure: a PUT replaces the whole object. */
export async function putWhole(client: HttpClient, request: UploadRequest, { bytes }: Chunk, signal: AbortSignal): Promise<Verification> {
  const { bucket, key, size, ifAbsent = false } = request;
  if (bytes.length !== size) throw new ProviderError('invalid', `${bytes.length} bytes for an object of ${size}`);
  const url = client.url(bucket, key);
  // Plain servers pass over conditions of a PUT, so they are asked first as well.
  if (ifAbsent) await versionBefore(client, url, true, signal);
  const send = (tolerated: readonly number[]): Promise<Answer> =>
    openData(
      client,
      { method: 'PUT', url, headers: { 'content-type': typeOf(request), ...(ifAbsent && { 'if-none-match': '*' }) }, body: bytes },
      signal,
      ifAbsent ? [412, ...tolerated] : tolerated,
    );
  try {
    let answer = await send(key.includes('/') ? NO_FOLDER : []);
    if (NO_FOLDER.includes(answer.status)) {
      answer.drop();
      await makeParents(client, bucket, key, signal);
      answer = await send([]);
    }
    if (answer.status === 412) throw await dataFailure(client, nameOf({ method: 'PUT', url }), answer, signal, 'conflict');
    answer.drop();
  } catch (error) {
    // The answer may have been lost: sent again, the condition would meet our own object.
    const lost = ifAbsent && error instanceof ProviderError && error.kind === 'unavailable' && !signal.aborted;
    if (!lost || !(await appeared(client, url, { size, before: '' }, signal).catch(() => false))) throw error;
  }
  await confirmSize(client, url, size, signal);
  return 'size';
}
