// What a scoped key may do: its permission and its buckets, held against the resource that a request names.

import type { BucketStore } from './bucket-store.ts';
import { HttpError } from './http-error.ts';
import type { StorageKey } from './key-store.ts';
import type { Target } from './target.ts';
import type { UploadService } from './upload-service.ts';

export interface AccessServices {
  buckets: BucketStore;
  uploads: UploadService;
}

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD']);
const refused = (): HttpError => new HttpError('AccessDenied', 'The access key does not open this.');

/** Whether the bucket is one that the key opens; a bucket that is not there is opened by none. */
export async function opens({ owner, buckets: named }: StorageKey, bucket: string, buckets: BucketStore): Promise<boolean> {
  return (named === null || named.includes(bucket)) && (await buckets.ownerOf(bucket)) === owner;
}

/** Throws 403 for what is not the key's; whether a bucket of others exists is not told. Making buckets and keys is not for scoped keys. */
export async function checkAccess(key: StorageKey, method: string, target: Target, services: AccessServices): Promise<void> {
  if (target.kind === 'service' && READS.has(method)) return;
  if (isServers(target)) throw refused();
  if (target.kind === 'bucket' && !READS.has(method)) throw refused();
  // An OPTIONS tells what the server can do and nothing of what it holds.
  if (method === 'OPTIONS') return;
  if (!allows(key, isUpload(target) || !READS.has(method) ? 'write' : 'read')) throw refused();
  const bucket = target.kind === 'upload' ? (await services.uploads.find(target.id)).info.bucket : target.bucket;
  if (!(await opens(key, bucket, services.buckets))) throw refused();
}

type InBucket = Extract<Target, { kind: 'bucket' | 'object' | 'upload' | 'uploads' }>;

const isUpload = ({ kind }: Target): boolean => kind === 'upload' || kind === 'uploads';

/** What reaches beyond the buckets of a scoped key. */
const isServers = (target: Target): target is Exclude<Target, InBucket> =>
  target.kind !== 'bucket' && target.kind !== 'object' && target.kind !== 'upload' && target.kind !== 'uploads';

const allows = ({ permission }: StorageKey, wanted: 'read' | 'write'): boolean => permission === 'readWrite' || permission === wanted;
