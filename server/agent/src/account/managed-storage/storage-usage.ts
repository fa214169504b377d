// Owns how much is stored: counted from the objects that are in the buckets, and sampled day by day.
import type { Schema } from '@click-kit/contract';
import type { Provider } from '../../providers/provider.ts';
import type { BucketOfStorage, ManagedStorageStore, StorageFamily } from '../../store/managed-storage-store.ts';
import type { UsageStore } from '../../store/usage-store.ts';
import type { Caller } from '../caller.ts';
import { refusal } from '../failure.ts';
import { type Endpoint, isKind } from './endpoint.ts';
import { visibleBucket } from './rows.ts';

export interface UsageLimits {
  /** How many objects of one bucket are counted. */
  readonly maxObjects: number;
  readonly pageSize: number;
  /** How long counting one bucket may take. */
  readonly timeoutMs: number;
  readonly bucketsAtOnce: number;
  readonly keptDays: number;
}

export const defaultUsageLimits: UsageLimits = {
  maxObjects: 1_000_000,
  pageSize: 1000,
  timeoutMs: 20_000,
  bucketsAtOnce: 4,
  keptDays: 400,
};

export interface StorageUsageDependencies {
  readonly storages: ManagedStorageStore;
  readonly store: UsageStore;
  readonly endpoint: Endpoint;
  /** Bytes that an account may store; 0 where there is no quota. */
  readonly quotaBytes: number;
  readonly now: () => number;
  readonly report: (error: unknown) => void;
  readonly limits?: UsageLimits;
}

interface Stored {
  readonly bytes: number;
  readonly objects: number;
}

const dayMs = 86_400_000;
const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
const sum = (stored: readonly Stored[]): number => stored.reduce((total, { bytes }) => total + bytes, 0);

export class StorageUsage {
  readonly #dependencies: Required<StorageUsageDependencies>;

  constructor(dependencies: StorageUsageDependencies) {
    this.#dependencies = { limits: defaultUsageLimits, ...dependencies };
  }

  async bucketInfo(caller: Caller, name: string, signal: AbortSignal): Promise<Schema<'BucketInfoResponse'>> {
    const bucket = visibleBucket(this.#dependencies.storages, caller, name, 'storj');
    const { bytes, objects } = await this.#measure(bucket, signal);
    const createDate = new Date(bucket.createDate).toISOString();
    return { bucketName: name, usage: bytes, objectCount: objects, region: bucket.region, createDate };
  }

  async cloudInfo({ accountId }: Caller, signal: AbortSignal): Promise<Schema<'CloudInfoResponse'>> {
    const { quotaBytes } = this.#dependencies;
    const stored = await this.#measureAll(this.#bucketsOf(accountId, 'storj', 0), signal);
    return { totalQuota: quotaBytes === 0 ? null : quotaBytes, usedBytes: sum(stored), bucketCount: stored.length };
  }

  /** What is stored now; a tier of 0 counts all. */
  async current({ accountId }: Caller, storageTier: number, signal: AbortSignal): Promise<number> {
    return sum(await this.#measureAll(this.#bucketsOf(accountId, 'amove', storageTier), signal));
  }

  /** The most that was seen in each bucket on the day before; of a bucket that was not looked at then, what was seen last before. */
  previousDay({ accountId }: Caller, storageTier: number): number {
    const { store, now } = this.#dependencies;
    return store.ofDay({ accountId, family: 'amove', storageTier, day: dayOf(now() - dayMs) });
  }

  /** Takes a sample of every bucket of the installation; what cannot be counted now is reported, and left out. */
  async sample(signal: AbortSignal): Promise<void> {
    const { storages, store, now, report, limits } = this.#dependencies;
    for (const bucket of storages.buckets({ accountId: null, family: null, storageTier: 0 })) {
      if (signal.aborted) return;
      await this.#measure(bucket, signal).catch((error: unknown) => signal.aborted || report(error));
    }
    store.prune(dayOf(now() - limits.keptDays * dayMs));
  }

  /** A bucket that is gone holds nothing; what it held today still counts for today. */
  recordGone(bucket: BucketOfStorage): void {
    this.#record(bucket, 0);
  }

  #bucketsOf(accountId: string, family: StorageFamily, storageTier: number): readonly BucketOfStorage[] {
    return this.#dependencies.storages.buckets({ accountId, family, storageTier });
  }

  async #measureAll(buckets: readonly BucketOfStorage[], signal: AbortSignal): Promise<Stored[]> {
    const { bucketsAtOnce } = this.#dependencies.limits;
    const stored: Stored[] = [];
    for (let start = 0; start < buckets.length; start += bucketsAtOnce)
      stored.push(...(await Promise.all(buckets.slice(start, start + bucketsAtOnce).map((bucket) => this.#measure(bucket, signal)))));
    return stored;
  }

  async #measure(bucket: BucketOfStorage, signal: AbortSignal): Promise<Stored> {
    const { endpoint, limits, storages } = this.#dependencies;
    const stored = await endpoint
      .step((provider, own) => count(provider, bucket.name, limits, own), signal, limits.timeoutMs)
      .catch((error: unknown) => {
        if (isKind(error, 'missing')) return { bytes: 0, objects: 0 };
        throw error;
      });
    // One that was removed while it was counted has its last sample.
    if (storages.findBucket(bucket.name)?.id === bucket.id) this.#record(bucket, stored.bytes);
    return stored;
  }

  #record({ id, accountId, family, storageTier }: BucketOfStorage, bytes: number): void {
    const { store, now } = this.#dependencies;
    store.record({ bucketId: id, day: dayOf(now()), accountId, family, storageTier, bytes });
  }
}

/** Page by page, so that memory does not depend on the bucket. */
async function count(provider: Provider, bucket: string, { maxObjects, pageSize }: UsageLimits, signal: AbortSignal): Promise<Stored> {
  let [bytes, objects, continuationToken] = [0, 0, ''];
  do {
    const query = { bucket, prefix: '', delimiter: '', continuationToken, count: pageSize } as const;
    const page = await provider.listObjects(query, signal);
    for (const { kind, size } of page.objects) if (kind === 'file') [bytes, objects] = [bytes + size, objects + 1];
    if (objects > maxObjects) throw refusal('DEFAULT', `The bucket ${bucket} has more than ${maxObjects} objects, which are not counted.`);
    ({ continuationToken } = page);
  } while (continuationToken !== '');
  return { bytes, objects };
}
