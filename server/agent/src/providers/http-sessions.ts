// Owns opening an upload to an HTTP server, by tus where it speaks that, and going on with one.
import type { HttpClient } from './http-client.ts';
import { makeParents } from './http-folders.ts';
import { appeared, versionBefore } from './http-target.ts';
import { ProviderError, type UploadRequest, type UploadSession } from './provider.ts';
import { PutUpload } from './put-upload.ts';
import { create, discover, offsetOf } from './tus-protocol.ts';
import { parseTusState, TusUpload } from './tus-upload.ts';

export const typeOf = ({ contentType }: UploadRequest): string => (contentType === '' ? 'application/octet-stream' : contentType);

export async function openUpload(client: HttpClient, request: UploadRequest, signal: AbortSignal): Promise<UploadSession> {
  const { bucket, key, size, ifAbsent = false } = request;
  const contentType = typeOf(request);
  const url = client.url(bucket, key);
  const server = await discover(client, url, signal);
  if (server?.maxSize !== undefined && size > server.maxSize)
    throw new ProviderError('invalid', `the server takes objects of at most ${server.maxSize} bytes`);
  const before = await versionBefore(client, url, ifAbsent, signal);
  if (server !== undefined && size > 0) {
    const upload = await create(client, url, { size, contentType, ifAbsent }, signal);
    return new TusUpload(client, { url, upload, size, checksum: server.checksum, before, ifAbsent }, 0);
  }
  if (server === undefined) await makeParents(client, bucket, key, signal);
  return new PutUpload(client, { url, size, contentType, before, ifAbsent });
}

export async function resumeUpload(client: HttpClient, request: UploadRequest, state: string, signal: AbortSignal): Promise<UploadSession> {
  const tus = parseTusState(state);
  if (tus === undefined) return openUpload(client, request, signal);
  const url = client.url(request.bucket, request.key);
  const upload = client.sameServer(tus.location, url);
  const { size, ifAbsent = false } = request;
  const held = await offsetOf(client, upload, size, signal);
  // Gone, but the object has appeared: the answer to the last chunk was lost. Only `commit` sends that one.
  const offset = held ?? ((await appeared(client, url, { size, before: tus.before }, signal)) ? size : undefined);
  if (offset === undefined) return openUpload(client, request, signal);
  return new TusUpload(client, { url, upload, size, checksum: tus.checksum, before: tus.before, ifAbsent }, offset);
}
