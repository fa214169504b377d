// Owns storage access keys: made at the endpoint, shown with their secret once, listed without it (storage.md).
import { randomBytes, randomUUID } from 'node:crypto';
import { type Schema, StoragePermission } from '@click-kit/contract';
import type { ScopedKey } from '../../providers/provider.ts';
import type { ManagedStorageRow, ManagedStorageStore } from '../../store/managed-storage-store.ts';
import { type ListedStorageKey, type StorageKeyRow, storageKeySortFields, type StorageKeyStore } from '../../store/storage-key-store.ts';
import type { Caller } from '../caller.ts';
import { refusal } from '../failure.ts';
import { collectionOf, type ListQuery, pageRequest } from '../paging.ts';
import type { Endpoint } from './endpoint.ts';
import type { RemoteWork } from './remote-work.ts';
import { bucketIn, storageOf } from './rows.ts';

export interface StorageKeysDependencies {
  readonly store: StorageKeyStore;
  readonly storages: ManagedStorageStore;
  readonly endpoint: Endpoint;
  readonly work: RemoteWork;
  readonly maxPerStorage: number;
  readonly now: () => number;
  readonly random?: (size: number) => Buffer;
}

const permissions: Readonly<Record<number, ScopedKey['permission']>> = {
  [StoragePermission.Read]: 'read',
  [StoragePermission.Write]: 'write',
  [StoragePermission.ReadWrite]: 'readWrite',
};
/** 32 characters, so that a byte gives five bits without a bias. */
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export class StorageKeys {
  readonly #dependencies: Required<StorageKeysDependencies>;

  constructor(dependencies: StorageKeysDependencies) {
    this.#dependencies = { random: randomBytes, ...dependencies };
  }

  list(caller: Caller, query: ListQuery): Schema<'StorageApiKeyCollection'> {
    const rows = this.#dependencies.store.page(pageRequest(storageKeySortFields, query), caller.accountId);
    return collectionOf(rows, query, shown);
  }

  /** The secret goes to the endpoint and to the caller, and is kept by neither this agent nor its log. */
  async create(caller: Caller, request: Schema<'CreateStorageKeyRequest'>, signal: AbortSignal): Promise<Schema<'ShowStorageApiKey'>> {
    const { store, storages, work, random } = this.#dependencies;
    const storage = storageOf(storages, caller, request.cloudAccountId, 'amove');
    const row = this.#rowOf(caller, storage, request);
    this.#requireRoom(row);
    const { accessKey, buckets } = row;
    const secretKey = random(30).toString('base64url');
    const permission = permissions[row.permission] ?? 'read';
    await work.createKey(
      { accessKey, secretKey, owner: storage.cloudAccountId, permission, buckets },
      () => {
        this.#requireRoom(row);
        if (storages.find(row.cloudAccountId) === undefined) throw refusal('NOT_FOUND', 'The storage was deleted meanwhile.');
        store.insert(row);
      },
      signal,
    );
    return { ...shown(row), secretKey };
  }

  async remove(caller: Caller, id: string, signal: AbortSignal): Promise<void> {
    const { store, work } = this.#dependencies;
    const row = store.find(id.toLowerCase(), caller.accountId);
    if (row === undefined) throw refusal('NOT_FOUND', 'There is no such storage key.');
    await work.removeKey(row.accessKey, row.cloudAccountId, signal);
  }

  #rowOf(caller: Caller, storage: ManagedStorageRow, request: Schema<'CreateStorageKeyRequest'>): StorageKeyRow {
    const { endpoint, now, random } = this.#dependencies;
    const name = request.name.trim();
    if (name === '') throw refusal('DEFAULT', 'The storage key needs a name.');
    return {
      id: randomUUID(),
      accountId: caller.accountId,
      cloudAccountId: storage.cloudAccountId,
      userId: caller.userId,
      name,
      accessKey: Array.from(random(20), (byte) => letters[byte % letters.length]).join(''),
      region: request.region || storage.region,
      storageDn: request.storageDn || endpoint.host,
      storageTier: storage.storageTier,
      permission: request.permission ?? StoragePermission.Read,
      buckets: this.#bucketsOf(storage, request),
      createDate: now(),
    };
  }

  #bucketsOf(storage: ManagedStorageRow, { allBuckets, selectedBuckets }: Schema<'CreateStorageKeyRequest'>): string[] | null {
    if (allBuckets === true) return null;
    const names = [...new Set(selectedBuckets)];
    if (names.length === 0) throw refusal('DEFAULT', 'The storage key opens nothing: name selectedBuckets, or set allBuckets.');
    return names.map((name) => bucketIn(this.#dependencies.storages, storage, name).name);
  }

  #requireRoom(row: StorageKeyRow): void {
    const { store, maxPerStorage } = this.#dependencies;
    const obstacle = store.obstacle(row, maxPerStorage);
    if (obstacle === 'duplicate') throw refusal('DUPLICATE', `A storage key with the name ${JSON.stringify(row.name)} already exists.`);
    if (obstacle === 'full') throw refusal('DB_INSERT', `A storage has at most ${maxPerStorage} keys.`);
  }
}

const shown = (row: Omit<ListedStorageKey, 'accountId' | 'cloudAccountId'>): Schema<'StorageApiKey'> => ({
  id: row.id,
  accessKey: row.accessKey,
  name: row.name,
  region: row.region,
  storageDn: row.storageDn,
  storageTier: row.storageTier as Schema<'StorageTier'>,
  createDate: new Date(row.createDate).toISOString(),
});
