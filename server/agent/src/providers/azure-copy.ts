// Owns copies within an Azure storage account: one request up to 256 MiB, blocks from the source beyond.
import { randomBytes } from 'node:crypto';
import { AZURE_CHUNKS, blockId, dropBlocks, newNonce, putBlockList } from './azure-blocks.ts';
import type { AzureClient } from './azure-client.ts';
import { absentOnly, asConflict, removeBlob, statBlob } from './azure-objects.ts';
import { signBlob } from './azure-presign.ts';
import { ProviderError, type CopyCourse, type CopySource, type UploadRequest, type Verification } from './provider.ts';

const LANES = 4;
/** The service reads the source with a signed URL; a copy may take as long as this. */
const SOURCE_SECONDS = 24 * 3600;

/** Both ways publish all or nothing; the source must be the version that was asked for. */
export async function copyBlob(
  azure: AzureClient,
  from: CopySource,
  to: UploadRequest,
  signal: AbortSignal,
  course?: CopyCourse,
): Promise<Verification> {
  try {
    const eTag =
      from.size <= azure.limits.copyBytes ? await copyAtOnce(azure, from, to, signal) : await copyBlocks(azure, from, to, signal, course);
    const found = await statBlob(azure, to, signal);
    if (found.size === from.size || found.eTag !== eTag) return 'size';
    await removeBlob(azure, to, signal, eTag);
    throw new ProviderError('unavailable', `the service published ${found.size} of ${from.size} bytes`);
  } catch (error) {
    throw asConflict(error, to);
  }
}

function sourceOf(azure: AzureClient, { bucket, key, eTag }: CopySource): Record<string, string> {
  const url = signBlob(azure, { bucket, key, permissions: 'r', expiresInSeconds: SOURCE_SECONDS }, Date.now);
  return { 'x-ms-copy-source': url, ...(eTag !== '' && { 'x-ms-source-if-match': eTag }) };
}

/** Copy Blob From URL (learn.microsoft.com/rest/api/storageservices/copy-blob-from-url): answers when the copy is complete. */
async function copyAtOnce(azure: AzureClient, from: CopySource, to: UploadRequest, signal: AbortSignal): Promise<string | undefined> {
  const headers = { ...sourceOf(azure, from), 'x-ms-requires-sync': 'true', ...absentOnly(to) };
  const answer = await azure.call({ name: 'Copy Blob From URL', method: 'PUT', container: to.bucket, key: to.key, headers }, signal);
  return answer.header('etag');
}

/**
 * Put Block From URL, a few at a time, then Put Block List. An interrupted copy has left blocks that are no part of anything: the service
 * drops them after a week, so that nobody has to know of them.
 */
async function copyBlocks(
  azure: AzureClient,
  from: CopySource,
  to: UploadRequest,
  signal: AbortSignal,
  course: CopyCourse | undefined,
): Promise<string | undefined> {
  const blockSize = Math.max(azure.limits.copyBytes, Math.ceil(from.size / AZURE_CHUNKS.maxChunks));
  const count = Math.ceil(from.size / blockSize);
  const nonce = newNonce(randomBytes);
  const ids = Array.from({ length: count }, (_, index) => blockId({ nonce, index, crc32: 0 }));
  const source = sourceOf(azure, from);
  let [next, done] = [0, 0];
  const lane = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      const end = Math.min(from.size, (index + 1) * blockSize) - 1;
      await azure.call(
        {
          name: 'Put Block From URL',
          method: 'PUT',
          container: to.bucket,
          key: to.key,
          query: { comp: 'block', blockid: ids[index] ?? '' },
          headers: { ...source, 'x-ms-source-range': `bytes=${index * blockSize}-${end}` },
        },
        signal,
      );
      done += 1;
      course?.alive(Math.min(from.size, done * blockSize));
    }
  };
  const results = await Promise.allSettled(Array.from({ length: Math.min(LANES, count) }, lane));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    // Where the caller has given up, the blocks are left to expire.
    if (!signal.aborted) await dropBlocks(azure, to, signal).catch(() => undefined);
    throw failed.reason;
  }
  const headers = { ...(to.contentType !== '' && { 'x-ms-blob-content-type': to.contentType }), ...absentOnly(to) };
  return (await putBlockList(azure, to, ids, headers, signal)).header('etag');
}
