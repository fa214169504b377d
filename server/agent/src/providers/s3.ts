// Owns the provider of the S3 family: AWS, Wasabi, S3Generic, Cloudflare and Atomosphere accounts.
import type { Provider, ProviderAccount, UploadRequest, UploadSession } from './provider.ts';
import { bucketAdministration } from './s3-administration.ts';
import { connectS3, type S3Connection } from './s3-client.ts';
import { checkPlan, defaultS3Limits, S3_CHUNKS, type S3Limits } from './s3-limits.ts';
import { listBuckets, listPage } from './s3-listing.ts';
import { createMultipart, listParts, type HeldPart, type StoredPart } from './s3-multipart.ts';
import { putFolder, readObject, removeObject, statObject } from './s3-objects.ts';
import { signGet, signPut } from './s3-presign.ts';
import { putWhole } from './s3-put.ts';
import { parseS3State, S3Upload } from './s3-upload.ts';

/** Throws `invalid` when the account lacks the endpoint that its cloud type needs. The SDK is loaded at the first request. */
export function s3Provider(account: ProviderAccount, limits: Partial<S3Limits> = {}): Provider {
  const s3 = connectS3(account, Object.keys(limits).length === 0 ? defaultS3Limits : { ...defaultS3Limits, ...limits });
  return {
    chunks: S3_CHUNKS,
    putWhole: (request, chunk, signal) => putWhole(s3, request, chunk, signal),
    administration: bucketAdministration(s3),
    async verify(signal) {
      await listBuckets(s3, { includeRegion: false }, signal);
    },
    listBuckets: (options, signal) => listBuckets(s3, options, signal),
    listObjects: (query, signal) => listPage(s3, query, signal),
    stat: (bucket, key, signal) => statObject(s3, { bucket, key }, signal),
    read: (object, signal) => readObject(s3, object, signal),
    openUpload: (request, signal) => openUpload(s3, request, signal),
    resumeUpload: (request, state, signal) => resumeUpload(s3, request, state, signal),
    async remove(bucket, key, signal) {
      // DeleteObject says 204 for objects that never were: ask first, so that all providers answer alike.
      await statObject(s3, { bucket, key }, signal);
      await removeObject(s3, { bucket, key }, signal);
    },
    createFolder: (bucket, key, signal) => putFolder(s3, { bucket, key }, signal),
    signDownloadUrl: (request) => signGet(s3, request),
    signUploadUrl: (request) => signPut(s3, request),
  };
}

async function openUpload(s3: S3Connection, request: UploadRequest, signal: AbortSignal): Promise<UploadSession> {
  checkPlan(request.size, request.chunkSize);
  return new S3Upload(s3, request, { uploadId: await createMultipart(s3, request, signal), partSize: request.chunkSize, parts: [] });
}

async function resumeUpload(s3: S3Connection, request: UploadRequest, state: string, signal: AbortSignal): Promise<UploadSession> {
  const stored = parseS3State(state);
  // The plan is frozen when the session is made: another chunk size means another session.
  if (stored === undefined || stored.partSize !== request.chunkSize) return openUpload(s3, request, signal);
  const held = await listParts(s3, { bucket: request.bucket, key: request.key, uploadId: stored.uploadId }, signal);
  if (held === 'gone') return openUpload(s3, request, signal);
  const parts = held === 'unknown' ? stored.parts : confirmedParts(stored.parts, held, request);
  return new S3Upload(s3, request, { uploadId: stored.uploadId, partSize: stored.partSize, parts });
}

/** The parts from the first on that the store holds as we stored them: its list is the truth, ours a hint. */
function confirmedParts(
  parts: readonly StoredPart[],
  held: ReadonlyMap<number, HeldPart>,
  { size, chunkSize }: UploadRequest,
): StoredPart[] {
  const sizeOf = (n: number): number => Math.min(chunkSize, size - (n - 1) * chunkSize);
  const wrong = parts.findIndex(({ n, etag }) => held.get(n)?.etag !== etag || held.get(n)?.size !== sizeOf(n));
  return parts.slice(0, wrong === -1 ? parts.length : wrong);
}
