// Owns finding managed storages and buckets for a caller, and what they look like as rows.
import { randomUUID } from 'node:crypto';
import type { BucketFlags } from '../../providers/provider.ts';
import type {
  BucketOfStorage,
  ManagedBucketRow,
  ManagedStorageRow,
  ManagedStorageStore,
  StorageFamily,
} from '../../store/managed-storage-store.ts';
import type { Caller } from '../caller.ts';
import { refusal } from '../failure.ts';

export const noBucket = (): Error => refusal('NOT_FOUND', 'There is no such bucket.');
const noStorage = (): Error => refusal('NOT_FOUND', 'There is no such Amove storage.');

/** Own and shared ones; administrators see all of their account. */
const sees = ({ accountId, userId, isAdmin }: Caller, row: ManagedStorageRow): boolean =>
  row.accountId === accountId && (isAdmin || row.ownerId === userId || row.shared === 1);

/** The storage of one section of the page: the other's are none to it. */
export function storageOf(store: ManagedStorageStore, caller: Caller, id: string, family: StorageFamily): ManagedStorageRow {
  const row = store.find(id.toLowerCase());
  if (row === undefined || row.family !== family || !sees(caller, row)) throw noStorage();
  return row;
}

export function ownStorage(store: ManagedStorageStore, caller: Caller, family: StorageFamily): ManagedStorageRow {
  const row = store.ofUser(caller.userId, family);
  if (row === undefined || row.accountId !== caller.accountId) throw noStorage();
  return row;
}

/** A bucket in storage that the caller sees. */
export function visibleBucket(store: ManagedStorageStore, caller: Caller, name: string, family: StorageFamily): BucketOfStorage {
  const row = store.findBucket(name);
  if (row === undefined || row.family !== family || !sees(caller, row)) throw noBucket();
  return row;
}

export function bucketIn(store: ManagedStorageStore, { cloudAccountId }: ManagedStorageRow, name: string): BucketOfStorage {
  const row = store.findBucket(name);
  if (row === undefined || row.cloudAccountId !== cloudAccountId) throw noBucket();
  return row;
}

export const bit = (on: boolean | undefined): 0 | 1 => (on === true ? 1 : 0);

export const noFlags: BucketFlags = { isPublic: false, isEncrypted: false, versioningEnabled: false, objectLockEnabled: false };

export const newBucketRow = (cloudAccountId: string, name: string, flags: BucketFlags, createDate: number): ManagedBucketRow => ({
  id: randomUUID(),
  cloudAccountId,
  name,
  isPublic: bit(flags.isPublic),
  isEncrypted: bit(flags.isEncrypted),
  versioningEnabled: bit(flags.versioningEnabled),
  objectLockEnabled: bit(flags.objectLockEnabled),
  createDate,
});
