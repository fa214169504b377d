// Owns the provider of Google accounts: the S3 family over the XML API of Cloud Storage, with HMAC keys, where it differs.
import { ProviderError, type CopySource, type Provider, type ProviderAccount, type UploadRequest, type Verification } from './provider.ts';
import { googleUpload, refuseExisting } from './google-upload.ts';
import { connectS3, type S3Connection } from './s3-client.ts';
import { defaultS3Limits, type S3Limits } from './s3-limits.ts';
import { headObject } from './s3-objects.ts';
import { lookFor } from './s3-put.ts';
import { settledPut } from './unheard-puts.ts';
import { s3Provider } from './s3.ts';

/** Where buckets are made when the account names no place (cloud.google.com/storage/docs/locations). */
const DEFAULT_LOCATION = 'US';

export function googleProvider(account: ProviderAccount, limits: Partial<S3Limits> = {}): Provider {
  const s3 = connectS3(account, Object.keys(limits).length === 0 ? defaultS3Limits : { ...defaultS3Limits, ...limits });
  const inner = s3Provider(account, limits);
  const { administration, putWhole } = inner;
  return {
    ...inner,
    copy: (from, to, signal) => copyObject(s3, from, to, signal),
    async openUpload(request, signal) {
      await refuseExisting(s3, request, signal);
      return googleUpload(s3, await inner.openUpload(unconditional(request), signal), request, signal);
    },
    resumeUpload: async (request, state, signal, acks) =>
      googleUpload(s3, await inner.resumeUpload(unconditional(request), state, signal, acks), request, signal),
    ...(putWhole !== undefined && {
      putWhole: settledPut({
        async put(request, chunk, signal) {
          await refuseExisting(s3, request, signal);
          return putWhole(unconditional(request), chunk, signal);
        },
        look: (request, chunk, signal) => lookFor(s3, request, chunk, signal),
      }),
    }),
    ...(administration !== undefined && {
      administration: {
        ...administration,
        create: (bucket, signal) => createBucket(s3, account.region || DEFAULT_LOCATION, bucket, signal),
      },
    }),
  };
}

const unconditional = (request: UploadRequest): UploadRequest => ({ ...request, ifAbsent: false });

/** CopyObject of any size: Google has no UploadPartCopy (issuetracker.google.com/issues/323465186). */
async function copyObject(s3: S3Connection, from: CopySource, to: UploadRequest, signal: AbortSignal): Promise<Verification> {
  await refuseExisting(s3, to, signal);
  const source = [from.bucket, ...from.key.split('/')].map((segment) => encodeURIComponent(segment)).join('/');
  const version = from.eTag === '' ? {} : { CopySourceIfMatch: from.eTag };
  await s3.call(
    `CopyObject ${to.bucket}/${to.key}`,
    signal,
    (sdk, client, options) =>
      client.send(new sdk.CopyObjectCommand({ Bucket: to.bucket, Key: to.key, CopySource: source, ...version }), options),
    s3.limits.partMs,
  );
  const found = await headObject(s3, to, signal);
  if (found?.size === from.size) return 'size';
  throw new ProviderError('unavailable', `Google copied ${found?.size ?? 'none'} of ${from.size} bytes to ${to.bucket}/${to.key}`);
}

/** Left to itself, the SDK would ask for a bucket in the place "auto". */
async function createBucket(
  s3: S3Connection,
  location: string,
  { name, objectLock }: { name: string; objectLock: boolean },
  signal: AbortSignal,
): Promise<void> {
  if (objectLock) throw new ProviderError('invalid', 'Google takes no object lock through its S3 interface: set it in the console');
  await s3.call(`CreateBucket ${name}`, signal, (sdk, client, options) =>
    client.send(
      new sdk.CreateBucketCommand({
        Bucket: name,
        // The SDK knows the places of AWS only; those of Google go through as they are.
        CreateBucketConfiguration: { LocationConstraint: location as 'EU' },
      }),
      options,
    ),
  );
}
