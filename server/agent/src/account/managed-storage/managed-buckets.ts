// Owns the buckets of managed storage: made and removed at the endpoint, with their flags (cloud.md; storage.md).
import type { Schema } from '@click-kit/contract';
import type { BucketFlagChanges, BucketFlags } from '../../providers/provider.ts';
import type { ManagedBucketRow, ManagedStorageRow, ManagedStorageStore } from '../../store/managed-storage-store.ts';
import type { Caller } from '../caller.ts';
import { refusal } from '../failure.ts';
import type { Endpoint } from './endpoint.ts';
import { type RemoteWork, taken } from './remote-work.ts';
import { bit, bucketIn, newBucketRow, noFlags, ownStorage, storageOf } from './rows.ts';

export interface ManagedBucketsDependencies {
  readonly store: ManagedStorageStore;
  readonly endpoint: Endpoint;
  readonly work: RemoteWork;
  readonly maxPerStorage: number;
  readonly now: () => number;
}

interface BucketName {
  readonly cloudAccountId: string;
  readonly bucketName: string;
}

/** Flags that a request may leave out. */
type FlagsOfRequest = { readonly [Flag in keyof BucketFlagChanges]?: boolean | undefined };

export class ManagedBuckets {
  readonly #dependencies: ManagedBucketsDependencies;

  constructor(dependencies: ManagedBucketsDependencies) {
    this.#dependencies = dependencies;
  }

  /** On the storage of the user who calls (cloud.md, Create Bucket). */
  async createStorj(caller: Caller, name: string, signal: AbortSignal): Promise<void> {
    await this.#create(ownStorage(this.#dependencies.store, caller, 'storj'), name, noFlags, signal);
  }

  async removeStorj(caller: Caller, name: string, signal: AbortSignal): Promise<void> {
    const { store, work } = this.#dependencies;
    const { cloudAccountId } = bucketIn(store, ownStorage(store, caller, 'storj'), name);
    await work.removeBucket(name, cloudAccountId, signal);
  }

  async createAmove(
    caller: Caller,
    { cloudAccountId, bucketName, ...flags }: BucketName & Partial<BucketFlags>,
    signal: AbortSignal,
  ): Promise<void> {
    const storage = storageOf(this.#dependencies.store, caller, cloudAccountId, 'amove');
    await this.#create(storage, bucketName, { ...noFlags, ...given(flags) }, signal);
  }

  async removeAmove(caller: Caller, { cloudAccountId, bucketName }: BucketName, signal: AbortSignal): Promise<void> {
    const { store, work } = this.#dependencies;
    const storage = storageOf(store, caller, cloudAccountId, 'amove');
    bucketIn(store, storage, bucketName);
    await work.removeBucket(bucketName, storage.cloudAccountId, signal);
  }

  /** What the endpoint can tell; the rest as it was set. */
  async status(caller: Caller, { cloudAccountId, bucketName }: BucketName, signal: AbortSignal): Promise<Schema<'BucketStatus'>> {
    const { store } = this.#dependencies;
    const row = bucketIn(store, storageOf(store, caller, cloudAccountId, 'amove'), bucketName);
    const { isEncrypted: encryptionEnabled, ...flags } = { ...flagsOf(row), ...(await this.#remoteFlags(bucketName, signal)) };
    return { ...flags, encryptionEnabled };
  }

  /** Only what differs from the current state is changed at the endpoint (the Web API says so; inferred). */
  async update(
    caller: Caller,
    { cloudAccountId, bucketName, isPublic, isEncrypted, versioningEnabled }: BucketName & FlagsOfRequest,
    signal: AbortSignal,
  ): Promise<void> {
    const { store, endpoint } = this.#dependencies;
    const row = bucketIn(store, storageOf(store, caller, cloudAccountId, 'amove'), bucketName);
    const current = { ...flagsOf(row), ...(await this.#remoteFlags(bucketName, signal)) };
    const next: BucketFlags = { ...current, ...given({ isPublic, isEncrypted, versioningEnabled }) };
    if (next.objectLockEnabled && !next.versioningEnabled)
      throw refusal('DEFAULT', 'The bucket has object lock, which needs versioning: it cannot be switched off.');
    await endpoint.administer(async ({ flags }, own) => flags?.write(bucketName, changes(current, next), own), signal);
    store.updateBucket({ id: row.id, ...bitsOf(next) });
  }

  async #create(storage: ManagedStorageRow, name: string, asked: BucketFlags, signal: AbortSignal): Promise<void> {
    const { store, work, now, maxPerStorage } = this.#dependencies;
    const { cloudAccountId } = storage;
    const flags = asked.objectLockEnabled ? { ...asked, versioningEnabled: true } : asked;
    const requireRoom = (): void => {
      if (store.findBucket(name) !== undefined) throw taken(name);
      if (store.bucketsOf(cloudAccountId).length >= maxPerStorage)
        throw refusal('DB_INSERT', `A storage holds at most ${maxPerStorage} buckets.`);
    };
    requireRoom();
    const bucket = { name, owner: cloudAccountId, objectLock: flags.objectLockEnabled, flags: changes(noFlags, flags) };
    const row = (): void => {
      requireRoom();
      if (store.find(cloudAccountId) === undefined) throw refusal('NOT_FOUND', 'The storage was deleted meanwhile.');
      store.insertBucket(newBucketRow(cloudAccountId, name, flags, now()));
    };
    await work.createBucket(bucket, row, signal);
  }

  #remoteFlags(bucket: string, signal: AbortSignal): Promise<Partial<BucketFlags>> {
    return this.#dependencies.endpoint.administer(async ({ flags }, own) => (await flags?.read(bucket, own)) ?? {}, signal);
  }
}

const flagsOf = (row: ManagedBucketRow): BucketFlags => ({
  isPublic: row.isPublic === 1,
  isEncrypted: row.isEncrypted === 1,
  versioningEnabled: row.versioningEnabled === 1,
  objectLockEnabled: row.objectLockEnabled === 1,
});

const bitsOf = ({ isPublic, isEncrypted, versioningEnabled }: BucketFlags) => ({
  isPublic: bit(isPublic),
  isEncrypted: bit(isEncrypted),
  versioningEnabled: bit(versioningEnabled),
});

/** Without the flags that the request leaves out. */
const given = (flags: Readonly<Record<string, boolean | undefined>>): Partial<BucketFlags> =>
  Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));

const changes = (current: BucketFlags, next: BucketFlags): BucketFlagChanges =>
  Object.fromEntries(
    (['versioningEnabled', 'isEncrypted', 'isPublic'] as const).flatMap((flag) =>
      current[flag] === next[flag] ? [] : [[flag, next[flag]]],
    ),
  );
