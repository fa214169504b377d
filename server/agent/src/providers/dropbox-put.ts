// Owns what publishes an object in Dropbox: the terms of a commit, the proof of what was committed, and small objects in one request.
import { contentHash, blockHashes } from './dropbox-hash.ts';
import type { DropboxClient, Metadata } from './dropbox-client.ts';
import { removeRevision } from './dropbox-files.ts';
import { type Chunk, ProviderError, type UploadRequest, type Verification } from './provider.ts';

/** docs: CommitInfo. Without `strict_conflict`, adding what is there already with the same bytes would be no conflict. */
export function commitInfo(client: DropboxClient, { bucket, key, ifAbsent = false }: UploadRequest) {
  return {
    path: client.path(bucket, key),
    mode: ifAbsent ? 'add' : 'overwrite',
    autorename: false,
    mute: true,
    strict_conflict: ifAbsent,
  } as const;
}

/** Removes a copy that is not what was sent. */
export async function confirm(
  client: DropboxClient,
  path: string,
  published: Metadata,
  expected: { size: number; hash: string },
  signal: AbortSignal,
): Promise<Verification> {
  if (published.size === expected.size && published.content_hash === expected.hash) return 'object';
  await removeRevision(client, path, published, signal);
  throw new ProviderError(
    'unavailable',
    `Dropbox published ${String(published.size)} bytes with another hash than the ${expected.size} sent`,
  );
}

export async function putWhole(
  client: DropboxClient,
  request: UploadRequest,
  { bytes }: Chunk,
  signal: AbortSignal,
): Promise<Verification> {
  if (bytes.length !== request.size) throw new ProviderError('invalid', `${bytes.length} bytes for an object of ${request.size}`);
  const hash = contentHash(blockHashes(bytes));
  const commit = commitInfo(client, request);
  const { json } = await client.upload('files/upload', { ...commit, content_hash: hash }, bytes, signal);
  return await confirm(client, commit.path, json, { size: request.size, hash }, signal);
}
