// Owns adding and deleting Amove-managed storages (cloud.md, Storage Management and Amove Storage).
import { randomUUID } from 'node:crypto';
import type { Schema } from '@click-kit/contract';
import type { CloudAccountRow, CloudAccountStore } from '../../store/cloud-account-store.ts';
import type { ManagedStorageRow, ManagedStorageStore, StorageFamily } from '../../store/managed-storage-store.ts';
import type { StorageKeyStore } from '../../store/storage-key-store.ts';
import type { Caller } from '../caller.ts';
import { type CloudAccountFields, nameOf } from '../cloud-account-input.ts';
import { refusal } from '../failure.ts';
import { type Endpoint, isKind } from './endpoint.ts';
import { type RemoteWork, taken } from './remote-work.ts';
import { bit, newBucketRow, noFlags, storageOf } from './rows.ts';

export interface Region {
  readonly code: string;
  readonly name: string;
}

export interface ManagedStoragesDependencies {
  readonly store: ManagedStorageStore;
  readonly cloudAccounts: CloudAccountStore;
  readonly keys: StorageKeyStore;
  readonly endpoint: Endpoint;
  readonly work: RemoteWork;
  readonly regions: readonly Region[];
  readonly maxCloudAccounts: number;
  readonly now: () => number;
}

interface NewStorage {
  readonly family: StorageFamily;
  readonly name: string;
  /** Empty for none. */
  readonly bucketName: string;
  readonly region: string;
  readonly storageTier: number;
  readonly shared: boolean;
}

export class ManagedStorages {
  readonly #dependencies: ManagedStoragesDependencies;

  constructor(dependencies: ManagedStoragesDependencies) {
    this.#dependencies = dependencies;
  }

  regions(): Schema<'StorageRegion'>[] {
    return this.#dependencies.regions.map(({ name, code }) => ({ name, code }));
  }

  /** One for each user: the operations on its buckets name no account (chosen). Answers the id of the cloud account. */
  async addStorj(caller: Caller, request: Schema<'AddStorageRequest'>, signal: AbortSignal): Promise<string> {
    const { cloudAccountName, bucketName, shared = false } = request;
    return await this.#add(
      caller,
      { family: 'storj', name: nameFrom(cloudAccountName), bucketName, region: '', storageTier: 0, shared },
      signal,
    );
  }

  async addAmove(caller: Caller, request: Schema<'IDriveAddStorageRequest'>, signal: AbortSignal): Promise<string> {
    const { cloudAccountName, bucketName = '', regionCode, storageTier = 0, shared = false } = request;
    const region = this.#regionOf(regionCode);
    return await this.#add(caller, { family: 'amove', name: nameFrom(cloudAccountName), bucketName, region, storageTier, shared }, signal);
  }

  /** With its buckets and keys; refused as a whole while a bucket holds objects. */
  async remove(caller: Caller, id: string, family: StorageFamily, signal: AbortSignal): Promise<void> {
    await this.#remove(storageOf(this.#dependencies.store, caller, id, family), signal);
  }

  /** The same for Delete Cloud Account; false when the account is no managed storage, or not one that the caller may delete. */
  async removeIfManaged(caller: Caller, id: string, signal: AbortSignal): Promise<boolean> {
    const row = this.#dependencies.store.find(id.toLowerCase());
    if (row === undefined || row.accountId !== caller.accountId || !(caller.isAdmin || row.ownerId === caller.userId)) return false;
    await this.#remove(row, signal);
    return true;
  }

  async #add(caller: Caller, storage: NewStorage, signal: AbortSignal): Promise<string> {
    const { store, work, endpoint, now } = this.#dependencies;
    const [id, createDate] = [randomUUID(), now()];
    const insert = (): void => this.#insert(caller, id, createDate, storage);
    this.#check(caller, storage);
    if (storage.bucketName === '') {
      // Nothing is made yet; a storage on an endpoint that does not work is refused all the same.
      await endpoint.step((provider, own) => provider.verify(own), signal);
      store.transaction(insert);
    } else {
      const rows = (): void => {
        insert();
        store.insertBucket(newBucketRow(id, storage.bucketName, noFlags, createDate));
      };
      await work.createBucket({ name: storage.bucketName, owner: id, objectLock: false, flags: {} }, rows, signal);
    }
    return id;
  }

  /** Before anything is done at the endpoint, and once more when the rows are written. */
  #check(caller: Caller, { family, name, bucketName }: NewStorage): void {
    const { store, cloudAccounts } = this.#dependencies;
    if (family === 'storj' && store.ofUser(caller.userId, family) !== undefined)
      throw refusal('DUPLICATE', 'You have an Amove-managed storage already.');
    if (cloudAccounts.isNameTaken(caller.accountId, name)) throw nameTaken(name);
    if (store.findBucket(bucketName) !== undefined) throw taken(bucketName);
  }

  #insert(caller: Caller, id: string, createDate: number, storage: NewStorage): void {
    const { store, cloudAccounts, endpoint, maxCloudAccounts } = this.#dependencies;
    const { cloudType, endpoint: address, serviceUrl } = endpoint.connection;
    const { family, name, region, storageTier, shared } = storage;
    this.#check(caller, storage);
    // The keys are those of the endpoint, which no row holds.
    const row: CloudAccountRow = {
      id,
      accountId: caller.accountId,
      ownerId: caller.userId,
      name,
      cloudType,
      region,
      endpoint: address,
      serviceUrl,
      keys: '',
      shared: bit(shared),
      createDate,
    };
    const outcome = cloudAccounts.insert(row, maxCloudAccounts);
    if (outcome === 'duplicate') throw nameTaken(name);
    if (outcome === 'full') throw refusal('DB_INSERT', `An account holds at most ${maxCloudAccounts} cloud accounts.`);
    store.insert({ cloudAccountId: id, family, storageTier });
  }

  async #remove({ cloudAccountId, accountId }: ManagedStorageRow, signal: AbortSignal): Promise<void> {
    const { store, cloudAccounts, keys, work } = this.#dependencies;
    const buckets = store.bucketsOf(cloudAccountId);
    for (const { name } of buckets) await this.#requireEmpty(name, signal);
    for (const { name } of buckets) await work.removeBucket(name, cloudAccountId, signal);
    for (const { accessKey } of keys.ofStorage(cloudAccountId)) await work.removeKey(accessKey, cloudAccountId, signal);
    store.transaction(() => {
      if (store.bucketsOf(cloudAccountId).length > 0 || keys.ofStorage(cloudAccountId).length > 0)
        throw refusal('PENDING', 'Another request is making a bucket or a key in this storage; try again when it is done.');
      cloudAccounts.remove(cloudAccountId, accountId);
    });
  }

  async #requireEmpty(bucket: string, signal: AbortSignal): Promise<void> {
    const query = { bucket, prefix: '', delimiter: '', continuationToken: '', count: 1 } as const;
    const page = await this.#dependencies.endpoint
      .step((provider, own) => provider.listObjects(query, own), signal)
      .catch((error: unknown) => {
        if (isKind(error, 'missing')) return { objects: [] };
        throw error;
      });
    if (page.objects.length > 0) throw refusal('DEFAULT', `The bucket ${bucket} still holds objects; empty it first.`);
  }

  #regionOf(code: string | undefined): string {
    const { regions } = this.#dependencies;
    const [only] = regions;
    if (code === undefined && regions.length === 1 && only !== undefined) return only.code;
    const known = regions.find((region) => region.code === code);
    if (known === undefined)
      throw refusal('DEFAULT', `The regionCode has to be one of ${regions.map((region) => region.code).join(', ')}.`);
    return known.code;
  }
}

const nameFrom = (name: string): string => nameOf({ name } satisfies CloudAccountFields);
const nameTaken = (name: string): Error => refusal('DUPLICATE', `A cloud account with the name ${JSON.stringify(name)} already exists.`);
