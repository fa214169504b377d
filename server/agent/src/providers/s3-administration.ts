// Owns making and removing S3 buckets.
import type { BucketAdministration } from './provider.ts';
import { readFlags, writeFlags } from './s3-bucket-flags.ts';
import type { S3Connection } from './s3-client.ts';
import { s3Status } from './s3-errors.ts';

/** Rejects with `missing` or `auth`: a HEAD tells no more. */
export async function headBucket(s3: S3Connection, bucket: string, signal: AbortSignal): Promise<void> {
  await s3.call(`HeadBucket ${bucket}`, signal, (sdk, client, options) =>
    client.send(new sdk.HeadBucketCommand({ Bucket: bucket }), options),
  );
}

/** S3 knows one owner, who the account's keys belong to; what a bucket is made for is kept by whoever asks for it. */
export const bucketAdministration = (s3: S3Connection): BucketAdministration => ({
  exists: (bucket, signal) =>
    s3.call(`HeadBucket ${bucket}`, signal, async (sdk, client, options) => {
      try {
        await client.send(new sdk.HeadBucketCommand({ Bucket: bucket }), options);
        return true;
      } catch (error) {
        const status = s3Status(error) ?? 0;
        if (status === 404) return false;
        // 403 and the redirects say that it is somebody else's, or elsewhere.
        if (status === 403 || (status >= 300 && status < 400)) return true;
        throw error;
      }
    }),

  async create({ name, objectLock }, signal) {
    await s3.call(`CreateBucket ${name}`, signal, (sdk, client, options) =>
      client.send(new sdk.CreateBucketCommand({ Bucket: name, ...(objectLock && { ObjectLockEnabledForBucket: true }) }), options),
    );
  },

  async remove({ name }, signal) {
    await s3.call(`DeleteBucket ${name}`, signal, (sdk, client, options) =>
      client.send(new sdk.DeleteBucketCommand({ Bucket: name }), options),
    );
  },

  flags: {
    read: (bucket, signal) => readFlags(s3, bucket, signal),
    write: (bucket, changes, signal) => writeFlags(s3, bucket, changes, signal),
  },
});
