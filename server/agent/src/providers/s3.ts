// Owns the provider of the S3 family: AWS, Wasabi, S3Generic, Cloudflare and Atomosphere accounts.
import type { Provider, ProviderAccount } from './provider.ts';
import { bucketAdministration, headBucket } from './s3-administration.ts';
import { connectS3 } from './s3-client.ts';
import { dropCopy } from './s3-copy-state.ts';
import { copyObject } from './s3-copy.ts';
import { defaultS3Limits, S3_CHUNKS, type S3Limits } from './s3-limits.ts';
import { listBuckets, listPage } from './s3-listing.ts';
import { putFolder, readObject, removeObject, statObject } from './s3-objects.ts';
import { signGet, signPut } from './s3-presign.ts';
import { putWhole } from './s3-put.ts';
import { openUpload, resumeUpload } from './s3-resume.ts';
import { sweepUploads } from './s3-sweep.ts';
import { verifyWith } from './verify-bucket.ts';

/** Throws `invalid` when the account lacks the endpoint that its cloud type needs. The SDK is loaded at the first request. */
export function s3Provider(account: ProviderAccount, limits: Partial<S3Limits> = {}): Provider {
  const s3 = connectS3(account, Object.keys(limits).length === 0 ? defaultS3Limits : { ...defaultS3Limits, ...limits });
  return {
    chunks: S3_CHUNKS,
    putWhole: putWhole(s3),
    copy: (from, to, signal, course) => copyObject(s3, from, to, signal, { course }),
    dropCopy: (at, state, signal) => dropCopy(s3, at, state, signal),
    administration: bucketAdministration(s3),
    verify: (signal, bucket) =>
      verifyWith(bucket, {
        bucket: (name) => headBucket(s3, name, signal),
        account: () => listBuckets(s3, { includeRegion: false }, signal),
      }),
    listBuckets: (options, signal) => listBuckets(s3, options, signal),
    listObjects: (query, signal) => listPage(s3, query, signal),
    async stat(bucket, key, signal) {
      const { size, eTag, acceptsRanges, lastModified, checksum } = await statObject(s3, { bucket, key }, signal);
      return { size, eTag, acceptsRanges, lastModified, checksum };
    },
    read: (object, signal) => readObject(s3, object, signal),
    openUpload: (request, signal) => openUpload(s3, request, signal),
    resumeUpload: (request, state, signal, acks = []) => resumeUpload(s3, request, state, acks, signal),
    sweepUploads: (at, since, signal) => sweepUploads(s3, at, since, signal),
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
