// Owns the flags of S3 buckets: versioning, default encryption, public read, object lock.
import type { S3Client } from '@aws-sdk/client-s3';
import { type BucketFlagChanges, type BucketFlags, ProviderError } from './provider.ts';
import type { S3Connection, Sdk } from './s3-client.ts';
import { s3Code, s3Status } from './s3-errors.ts';

interface Asked {
  readonly sdk: Sdk;
  readonly client: S3Client;
  readonly options: { abortSignal: AbortSignal; requestTimeout: number };
  readonly bucket: string;
}
type Ask = (asked: Asked) => Promise<boolean>;

const reads: Readonly<Record<keyof BucketFlags, Ask>> = {
  versioningEnabled: async ({ sdk, client, options, bucket }) =>
    (await client.send(new sdk.GetBucketVersioningCommand({ Bucket: bucket }), options)).Status === 'Enabled',
  isEncrypted: async ({ sdk, client, options, bucket }) => {
    const answer = await client.send(new sdk.GetBucketEncryptionCommand({ Bucket: bucket }), options);
    return (answer.ServerSideEncryptionConfiguration?.Rules?.length ?? 0) > 0;
  },
  isPublic: async ({ sdk, client, options, bucket }) =>
    (await client.send(new sdk.GetBucketPolicyStatusCommand({ Bucket: bucket }), options)).PolicyStatus?.IsPublic === true,
  objectLockEnabled: async ({ sdk, client, options, bucket }) => {
    const answer = await client.send(new sdk.GetObjectLockConfigurationCommand({ Bucket: bucket }), options);
    return answer.ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled';
  },
};

/** Leaves out what the store cannot tell. */
export async function readFlags(s3: S3Connection, bucket: string, signal: AbortSignal): Promise<Partial<BucketFlags>> {
  const pairs = await Promise.all(
    Object.entries(reads).map(async ([flag, ask]) => {
      const value = await s3.call(`reading ${flag} of ${bucket}`, signal, (sdk, client, options) =>
        ask({ sdk, client, options, bucket }).catch(absentOrUnknown),
      );
      return value === undefined ? [] : [[flag, value] as const];
    }),
  );
  return Object.fromEntries(pairs.flat());
}

/** 404 says that nothing is configured, except for a bucket that is not there; stores answer what they do not have with 400, 405 or 501. */
function absentOrUnknown(error: unknown): false | undefined {
  const status = s3Status(error) ?? 0;
  if (status === 404 && s3Code(error) !== 'NoSuchBucket') return false;
  if ([400, 405, 501].includes(status)) return undefined;
  throw error;
}

export async function writeFlags(s3: S3Connection, bucket: string, changes: BucketFlagChanges, signal: AbortSignal): Promise<void> {
  const { versioningEnabled, isEncrypted, isPublic } = changes;
  if (versioningEnabled !== undefined)
    await write(s3, 'versioningEnabled', bucket, signal, (asked) => setVersioning(asked, versioningEnabled));
  if (isEncrypted !== undefined) await write(s3, 'isEncrypted', bucket, signal, (asked) => setEncryption(asked, isEncrypted));
  if (isPublic !== undefined) await write(s3, 'isPublic', bucket, signal, (asked) => setPublic(asked, isPublic));
}

async function write(
  s3: S3Connection,
  flag: string,
  bucket: string,
  signal: AbortSignal,
  set: (asked: Asked) => Promise<void>,
): Promise<void> {
  try {
    await s3.call(`setting ${flag} of ${bucket}`, signal, (sdk, client, options) => set({ sdk, client, options, bucket }));
  } catch (error) {
    // A store without the setting may take the request for another one, and find that the bucket exists.
    if (error instanceof ProviderError && (error.kind === 'invalid' || error.kind === 'conflict' || /\(501\)/.test(error.message)))
      throw new ProviderError('invalid', `the store does not take ${flag}: ${error.message}`, { cause: error });
    throw error;
  }
}

async function setVersioning({ sdk, client, options, bucket }: Asked, on: boolean): Promise<void> {
  const Status = on ? 'Enabled' : 'Suspended';
  await client.send(new sdk.PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status } }), options);
}

async function setEncryption({ sdk, client, options, bucket }: Asked, on: boolean): Promise<void> {
  if (!on) {
    await client.send(new sdk.DeleteBucketEncryptionCommand({ Bucket: bucket }), options);
    return;
  }
  const Rules = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' as const } }];
  await client.send(new sdk.PutBucketEncryptionCommand({ Bucket: bucket, ServerSideEncryptionConfiguration: { Rules } }), options);
}

async function setPublic({ sdk, client, options, bucket }: Asked, on: boolean): Promise<void> {
  if (!on) {
    await client.send(new sdk.DeleteBucketPolicyCommand({ Bucket: bucket }), options);
    return;
  }
  // AWS blocks public policies on new buckets; other stores do not know the block.
  await client.send(new sdk.DeletePublicAccessBlockCommand({ Bucket: bucket }), options).catch((error: unknown) => {
    if (![400, 404, 405, 501].includes(s3Status(error) ?? 0)) throw error;
  });
  await client.send(new sdk.PutBucketPolicyCommand({ Bucket: bucket, Policy: publicRead(bucket) }), options);
}

const publicRead = (bucket: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Sid: 'PublicRead', Effect: 'Allow', Principal: '*', Action: ['s3:GetObject'], Resource: [`arn:aws:s3:::${bucket}/*`] }],
  });
