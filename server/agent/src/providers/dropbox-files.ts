// Owns single files and folders of Dropbox: what they are, their bytes, removing, copying, links.
import { Readable } from 'node:stream';
import { type DropboxClient, fileFacts, type Metadata, summaryOf } from './dropbox-client.ts';
import { type CopySource, type ObjectReader, type ObjectStat, ProviderError, type ReadRequest, type SignRequest } from './provider.ts';
import type { UploadRequest, Verification } from './provider.ts';
import { StreamReader } from './stream-reader.ts';

/** Undefined when there is nothing. */
export async function metadataOf(client: DropboxClient, path: string, signal: AbortSignal): Promise<Metadata | undefined> {
  const answer = await client.rpc('files/get_metadata', { path }, signal, [409]);
  if (answer.status === 200) return answer.json;
  if (summaryOf(answer.json).startsWith('path/not_found')) return undefined;
  throw client.refusal('files/get_metadata', answer);
}

async function fileAt(client: DropboxClient, bucket: string, key: string, signal: AbortSignal): Promise<Metadata> {
  const found = await metadataOf(client, client.path(bucket, key), signal);
  // A key that ends in a slash is a folder, as in a listing; without one, a folder is no object.
  if (found?.['.tag'] === (key.endsWith('/') ? 'folder' : 'file')) return found;
  throw new ProviderError('missing', `there is no ${JSON.stringify(key)}`);
}

export async function statFile(client: DropboxClient, bucket: string, key: string, signal: AbortSignal): Promise<ObjectStat> {
  const found = await fileAt(client, bucket, key, signal);
  const { content_hash } = found;
  return {
    ...fileFacts(found),
    acceptsRanges: true,
    checksum: typeof content_hash === 'string' ? { algorithm: 'dropbox', value: content_hash } : undefined,
  };
}

export async function readFile(client: DropboxClient, request: ReadRequest, signal: AbortSignal): Promise<ObjectReader> {
  const { bucket, key, offset, length, eTag } = request;
  try {
    if (length !== 0) return await client.download(client.path(bucket, key), eTag, { offset, length }, signal);
  } catch (error) {
    if (!(error instanceof ProviderError && error.kind === 'changed' && offset > 0)) throw error;
  }
  // No byte was asked for, or there is none there (416): at its very end, a file has nothing more to give.
  const found = await statFile(client, bucket, key, signal);
  if ((eTag === '' || eTag === found.eTag) && offset <= found.size) return new StreamReader(Readable.from([]), client.limits.stallMs, 0);
  throw new ProviderError('changed', `${JSON.stringify(key)} is no longer the revision that was started with`);
}

/** `files/delete_v2` takes folders with all that is in them; a file goes by its revision, a folder only when it is empty. */
export async function removeFile(client: DropboxClient, bucket: string, key: string, signal: AbortSignal): Promise<void> {
  const path = client.path(bucket, key);
  const found = await fileAt(client, bucket, key, signal);
  if (found['.tag'] === 'file') return await removeRevision(client, path, found, signal);
  const { json } = await client.rpc('files/list_folder', { path, limit: 1 }, signal);
  if (!Array.isArray(json.entries) || json.entries.length > 0)
    throw new ProviderError('conflict', `the folder ${JSON.stringify(key)} is not empty`);
  await client.rpc('files/delete_v2', { path }, signal);
}

export async function removeRevision(client: DropboxClient, path: string, { rev }: Metadata, signal: AbortSignal): Promise<void> {
  await client.rpc('files/delete_v2', { path, parent_rev: rev }, signal);
}

export async function createFolder(client: DropboxClient, bucket: string, key: string, signal: AbortSignal): Promise<void> {
  const path = client.path(bucket, key);
  const answer = await client.rpc('files/create_folder_v2', { path, autorename: false }, signal, [409]);
  if (answer.status !== 409 || summaryOf(answer.json).startsWith('path/conflict/folder')) return;
  throw client.refusal('files/create_folder_v2', answer);
}

/** `files/copy_v2` replaces nothing, so an object that is there already is left to an upload. */
export async function copyFile(client: DropboxClient, from: CopySource, to: UploadRequest, signal: AbortSignal): Promise<Verification> {
  const [from_path, to_path] = [client.path(from.bucket, from.key), client.path(to.bucket, to.key)];
  const source = await fileAt(client, from.bucket, from.key, signal);
  if (from.eTag !== '' && source.rev !== from.eTag)
    throw new ProviderError('changed', `${JSON.stringify(from.key)} is no longer the revision that was started with`);
  const answer = await client.rpc('files/copy_v2', { from_path, to_path, autorename: false }, signal, [409]);
  if (answer.status === 409) {
    if (to.ifAbsent !== true && summaryOf(answer.json).startsWith('to/conflict'))
      throw new ProviderError('invalid', 'Dropbox copies onto nothing that is there already: the object has to be uploaded');
    throw client.refusal('files/copy_v2', answer);
  }
  const copy = answer.json.metadata as Metadata;
  if (copy.content_hash === source.content_hash && copy.size === source.size) return 'object';
  await removeRevision(client, to_path, copy, signal);
  throw new ProviderError('changed', `${JSON.stringify(from.key)} changed while it was copied`);
}

/** docs: files/get_temporary_link, which is good for four hours and says nothing of a Content-Disposition. */
const LINK_SECONDS = 4 * 3600;

export async function linkTo(client: DropboxClient, { bucket, key, expiresInSeconds }: SignRequest): Promise<string> {
  if (expiresInSeconds > LINK_SECONDS)
    throw new ProviderError('invalid', `links of Dropbox are good for ${LINK_SECONDS} seconds: ask for no more than that`);
  const answer = await client.rpc('files/get_temporary_link', { path: client.path(bucket, key) }, new AbortController().signal);
  if (typeof answer.json.link === 'string') return answer.json.link;
  throw new ProviderError('invalid', 'Dropbox gave no link');
}
