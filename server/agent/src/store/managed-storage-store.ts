// Owns the rows of Amove-managed storages and their buckets.
import type { Database } from './database.ts';

/** `storj`: the section of that name; `amove`: the one whose paths begin with idrive_ (cloud.md). */
export type StorageFamily = 'storj' | 'amove';

/** A managed storage with what its cloud account says of it. */
export interface ManagedStorageRow {
  readonly cloudAccountId: string;
  readonly family: StorageFamily;
  readonly storageTier: number;
  readonly accountId: string;
  readonly ownerId: string;
  readonly region: string;
  readonly shared: 0 | 1;
}

export interface ManagedBucketRow {
  readonly id: string;
  readonly cloudAccountId: string;
  readonly name: string;
  readonly isPublic: 0 | 1;
  readonly isEncrypted: 0 | 1;
  readonly versioningEnabled: 0 | 1;
  readonly objectLockEnabled: 0 | 1;
  readonly createDate: number;
}

export interface BucketFilter {
  /** Null for all accounts. */
  readonly accountId: string | null;
  readonly family: StorageFamily | null;
  /** 0 for every tier. */
  readonly storageTier: number;
}

/** A bucket with the storage that it is in. */
export type BucketOfStorage = ManagedBucketRow & ManagedStorageRow;

const storageColumns = `s.cloud_account_id AS cloudAccountId, s.family, s.storage_tier AS storageTier, c.account_id AS accountId,
  c.owner_id AS ownerId, c.region, c.shared`;
const bucketColumns = `b.id, b.cloud_account_id AS cloudAccountId, b.name, b.is_public AS isPublic, b.is_encrypted AS isEncrypted,
  b.versioning_enabled AS versioningEnabled, b.object_lock_enabled AS objectLockEnabled, b.create_date AS createDate`;
const storages = 'managed_storages s JOIN cloud_accounts c ON c.id = s.cloud_account_id';
const bucketsInStorages = `managed_buckets b JOIN managed_storages s ON s.cloud_account_id = b.cloud_account_id
  JOIN cloud_accounts c ON c.id = s.cloud_account_id`;

export class ManagedStorageStore {
  readonly transaction: <T>(work: () => T) => T;
  readonly #statements;

  constructor(database: Database) {
    this.transaction = (work) => database.transaction(work)();
    this.#statements = prepare(database);
  }

  insert(row: Pick<ManagedStorageRow, 'cloudAccountId' | 'family' | 'storageTier'>): void {
    this.#statements.insert.run(row);
  }

  find(cloudAccountId: string): ManagedStorageRow | undefined {
    return this.#statements.find.get(cloudAccountId);
  }

  /** The oldest one of the user. */
  ofUser(ownerId: string, family: StorageFamily): ManagedStorageRow | undefined {
    return this.#statements.ofUser.get(ownerId, family);
  }

  insertBucket(row: ManagedBucketRow): void {
    this.#statements.insertBucket.run(row);
  }

  findBucket(name: string): BucketOfStorage | undefined {
    return this.#statements.findBucket.get(name);
  }

  bucketsOf(cloudAccountId: string): readonly ManagedBucketRow[] {
    return this.#statements.bucketsOf.all(cloudAccountId);
  }

  buckets(filter: BucketFilter): readonly BucketOfStorage[] {
    return this.#statements.buckets.all(filter);
  }

  updateBucket(row: Pick<ManagedBucketRow, 'id' | 'isPublic' | 'isEncrypted' | 'versioningEnabled'>): void {
    this.#statements.updateBucket.run(row);
  }

  removeBucket(name: string): void {
    this.#statements.removeBucket.run(name);
  }
}

const prepare = (database: Database) => ({
  insert: database.prepare<object>(
    'INSERT INTO managed_storages (cloud_account_id, family, storage_tier) VALUES (@cloudAccountId, @family, @storageTier)',
  ),
  find: database.prepare<[string], ManagedStorageRow>(`SELECT ${storageColumns} FROM ${storages} WHERE s.cloud_account_id = ?`),
  ofUser: database.prepare<[string, StorageFamily], ManagedStorageRow>(
    `SELECT ${storageColumns} FROM ${storages} WHERE c.owner_id = ? AND s.family = ? ORDER BY c.create_date, c.id LIMIT 1`,
  ),
  insertBucket: database.prepare<ManagedBucketRow>(
    `INSERT INTO managed_buckets (id, cloud_account_id, name, is_public, is_encrypted, versioning_enabled, object_lock_enabled, create_date)
     VALUES (@id, @cloudAccountId, @name, @isPublic, @isEncrypted, @versioningEnabled, @objectLockEnabled, @createDate)`,
  ),
  findBucket: database.prepare<[string], BucketOfStorage>(
    `SELECT ${bucketColumns}, ${storageColumns} FROM ${bucketsInStorages} WHERE b.name = ?`,
  ),
  bucketsOf: database.prepare<[string], ManagedBucketRow>(
    `SELECT ${bucketColumns} FROM managed_buckets b WHERE b.cloud_account_id = ? ORDER BY b.name`,
  ),
  buckets: database.prepare<BucketFilter, BucketOfStorage>(
    `SELECT ${bucketColumns}, ${storageColumns} FROM ${bucketsInStorages}
     WHERE (@accountId IS NULL OR c.account_id = @accountId) AND (@family IS NULL OR s.family = @family)
       AND (@storageTier = 0 OR s.storage_tier = @storageTier) ORDER BY b.name`,
  ),
  updateBucket: database.prepare<object>(
    `UPDATE managed_buckets SET is_public = @isPublic, is_encrypted = @isEncrypted, versioning_enabled = @versioningEnabled WHERE id = @id`,
  ),
  removeBucket: database.prepare<[string]>('DELETE FROM managed_buckets WHERE name = ?'),
});
