// Owns the rows of storage access keys; their secrets are kept by the endpoint alone.
import type { Database } from './database.ts';
import type { PageRequest, SortTable } from './page.ts';
import { type Paged, PagedQuery } from './paged-query.ts';

export interface StorageKeyRow {
  readonly id: string;
  readonly accountId: string;
  readonly cloudAccountId: string;
  readonly userId: string;
  readonly name: string;
  readonly accessKey: string;
  readonly region: string;
  readonly storageDn: string;
  readonly storageTier: number;
  readonly permission: number;
  /** Null for every bucket of the storage. */
  readonly buckets: readonly string[] | null;
  readonly createDate: number;
}

export type ListedStorageKey = Omit<StorageKeyRow, 'buckets' | 'userId' | 'permission'>;

/** Field names as `sortfield` spells them: the record's fields in PascalCase. */
export const storageKeySortFields = {
  CreateDate: 'create_date',
  Name: 'name_key',
  AccessKey: 'access_key',
  Region: 'region',
  StorageDn: 'storage_dn',
  StorageTier: 'storage_tier',
} as const satisfies SortTable;

const columns = `id, account_id AS accountId, cloud_account_id AS cloudAccountId, name, access_key AS accessKey, region,
  storage_dn AS storageDn, storage_tier AS storageTier, create_date AS createDate`;

export class StorageKeyStore {
  readonly #transaction: <T>(work: () => T) => T;
  readonly #insert;
  readonly #find;
  readonly #count;
  readonly #named;
  readonly #ofStorage;
  readonly #remove;
  readonly #pages;

  constructor(database: Database) {
    this.#transaction = (work) => database.transaction(work)();
    this.#insert = database.prepare<object>(
      `INSERT INTO storage_keys (id, account_id, cloud_account_id, user_id, name, name_key, access_key, region, storage_dn, storage_tier,
         permission, buckets, create_date)
       VALUES (@id, @accountId, @cloudAccountId, @userId, @name, @nameKey, @accessKey, @region, @storageDn, @storageTier,
         @permission, @buckets, @createDate)`,
    );
    this.#find = database.prepare<[string, string], ListedStorageKey>(
      `SELECT ${columns} FROM storage_keys WHERE id = ? AND account_id = ?`,
    );
    this.#count = database.prepare<[string], { total: number }>('SELECT count(*) AS total FROM storage_keys WHERE cloud_account_id = ?');
    this.#named = database.prepare<[string, string], { id: string }>('SELECT id FROM storage_keys WHERE account_id = ? AND name_key = ?');
    this.#ofStorage = database.prepare<[string], ListedStorageKey>(
      `SELECT ${columns} FROM storage_keys WHERE cloud_account_id = ? ORDER BY id`,
    );
    this.#remove = database.prepare<[string]>('DELETE FROM storage_keys WHERE access_key = ?');
    this.#pages = new PagedQuery<ListedStorageKey, typeof storageKeySortFields, { accountId: string }>(database, {
      columns,
      from: 'storage_keys',
      where: 'account_id = @accountId',
      sorts: storageKeySortFields,
      key: 'id',
    });
  }

  /** What stands in the way of a further key. */
  obstacle({ accountId, cloudAccountId, name }: Pick<StorageKeyRow, 'accountId' | 'cloudAccountId' | 'name'>, max: number) {
    return this.#transaction((): 'duplicate' | 'full' | undefined => {
      if (this.#named.get(accountId, name.toLowerCase()) !== undefined) return 'duplicate';
      return (this.#count.get(cloudAccountId)?.total ?? 0) >= max ? 'full' : undefined;
    });
  }

  insert(row: StorageKeyRow): void {
    this.#insert.run({ ...row, nameKey: row.name.toLowerCase(), buckets: row.buckets === null ? null : JSON.stringify(row.buckets) });
  }

  find(id: string, accountId: string): ListedStorageKey | undefined {
    return this.#find.get(id, accountId);
  }

  ofStorage(cloudAccountId: string): readonly ListedStorageKey[] {
    return this.#ofStorage.all(cloudAccountId);
  }

  page(request: PageRequest<keyof typeof storageKeySortFields>, accountId: string): Paged<ListedStorageKey> {
    return this.#pages.page(request, { accountId });
  }

  remove(accessKey: string): void {
    this.#remove.run(accessKey);
  }
}
