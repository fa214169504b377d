// Owns storing a small object on an HTTP server by one PUT.
import { type HttpClient, nameOf } from './http-client.ts';
import { dataFailure, openData } from './http-data.ts';
import { makeParents } from './http-folders.ts';
import { typeOf } from './http-sessions.ts';
import { appeared, confirmSize, versionBefore } from './http-target.ts';
import { ProviderError, type Chunk, type Provider, type UploadRequest, type Verification } from './provider.ts';
import { settledPut } from './unheard-puts.ts';
import type { Answer } from './wire/exchange.ts';

/** What servers answer to a PUT below a folder that is not there: 409 by RFC 4918, others as they like. */
const NO_FOLDER = [404, 409, 500];

/** May be sent again after a failure: a PUT replaces the whole object. */
export const putWhole = (client: HttpClient): NonNullable<Provider['putWhole']> =>
  settledPut({
    // Plain servers pass over conditions of a PUT, so they are asked first as well.
    async before({ bucket, key, ifAbsent = false }, signal) {
      if (ifAbsent) await versionBefore(client, client.url(bucket, key), true, signal);
    },
    put: (request, chunk, signal) => send(client, request, chunk, signal),
    // There was none when it was sent, and servers tell no checksum.
    look: async ({ bucket, key, size }, _chunk, signal) =>
      (await appeared(client, client.url(bucket, key), { size, before: '' }, signal)) ? 'size' : undefined,
  });

async function send(client: HttpClient, request: UploadRequest, { bytes }: Chunk, signal: AbortSignal): Promise<Verification> {
  const { bucket, key, size, ifAbsent = false } = request;
  if (bytes.length !== size) throw new ProviderError('invalid', `${bytes.length} bytes for an object of ${size}`);
  const url = client.url(bucket, key);
  const headers = { 'content-type': typeOf(request), ...(ifAbsent && { 'if-none-match': '*' }) };
  const once = (tolerated: readonly number[]): Promise<Answer> =>
    openData(client, { method: 'PUT', url, headers, body: bytes }, signal, ifAbsent ? [412, ...tolerated] : tolerated);
  let answer = await once(key.includes('/') ? NO_FOLDER : []);
  if (NO_FOLDER.includes(answer.status)) {
    answer.drop();
    await makeParents(client, bucket, key, signal);
    answer = await once([]);
  }
  if (answer.status === 412) throw await dataFailure(client, nameOf({ method: 'PUT', url }), answer, signal, 'conflict');
  answer.drop();
  await confirmSize(client, url, size, signal);
  return 'size';
}
