// Owns what a multipart upload to Google needs beyond S3: no conditions on the commit, ETags that do not tell the parts.
import { ProviderError, type UploadRequest, type UploadSession, type Verification } from './provider.ts';
import type { S3Connection } from './s3-client.ts';
import { headObject } from './s3-objects.ts';

/**
 * HMAC requests carry x-amz- headers, which must not be mixed with the x-goog-if-generation-match that would do this at once, and
 * If-None-Match counts for reads only (cloud.google.com/storage/docs/request-preconditions): so Google is asked before.
 */
export async function refuseExisting(s3: S3Connection, request: UploadRequest, signal: AbortSignal): Promise<void> {
  if (request.ifAbsent === true && (await headObject(s3, request, signal)) !== undefined)
    throw new ProviderError('conflict', `${request.bucket}/${request.key} exists already`);
}

export async function googleUpload(
  s3: S3Connection,
  inner: UploadSession,
  request: UploadRequest,
  signal: AbortSignal,
): Promise<UploadSession> {
  const before = (await headObject(s3, request, signal))?.eTag ?? '';
  let committed = false;
  return {
    resumable: inner.resumable,
    get offset() {
      return inner.offset;
    },
    get state() {
      return inner.state;
    },
    ...(inner.anyOrder !== undefined && { anyOrder: inner.anyOrder }),
    write: (chunk, during) => inner.write(chunk, during),
    async commit(during) {
      if (!committed) await refuseExisting(s3, request, during);
      const proof = await inner.commit(during).catch((error: unknown) => settle(s3, request, { before, error }, during));
      committed = true;
      return proof;
    },
    suspend: () => inner.suspend(),
    abort: (during) => (committed ? Promise.resolve() : inner.abort(during)),
  };
}

/** The upload is gone, and an object of its size is there that was not before: the answer to a commit got lost. */
async function settle(
  s3: S3Connection,
  request: UploadRequest,
  { before, error }: { before: string; error: unknown },
  signal: AbortSignal,
): Promise<Verification> {
  const lost = error instanceof ProviderError && error.kind === 'unavailable' && !signal.aborted;
  const found = lost ? await headObject(s3, request, signal) : undefined;
  if (found?.size !== request.size || found.eTag === before) throw error;
  return 'size';
}
