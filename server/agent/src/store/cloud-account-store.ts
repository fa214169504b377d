// Owns the rows of cloud accounts; their keys come and go sealed.
import type { Database } from './database.ts';

export interface CloudAccountRow {
  readonly id: string;
  readonly accountId: string;
  readonly ownerId: string;
  readonly name: string;
  readonly cloudType: number;
  readonly region: string;
  readonly endpoint: string;
  readonly serviceUrl: string;
  /** Access key and secret key, sealed. */
  readonly keys: string;
  readonly shared: 0 | 1;
  readonly createDate: number;
}

const columns = `id, account_id AS accountId, owner_id AS ownerId, name, cloud_type AS cloudType, region, endpoint, service_url AS serviceUrl,
  keys, shared, create_date AS createDate`;

export type CloudAccountInsertion = 'stored' | 'duplicate' | 'full';

export class CloudAccountStore {
  readonly #insert;
  readonly #count;
  readonly #visible;
  readonly #find;
  readonly #named;
  readonly #share;
  readonly #remove;
  readonly #transaction: <T>(work: () => T) => T;

  constructor(database: Database) {
    this.#transaction = (work) => database.transaction(work)();
    this.#insert = database.prepare<CloudAccountRow>(
      `INSERT INTO cloud_accounts (id, account_id, owner_id, name, cloud_type, region, endpoint, service_url, keys, shared, create_date)
       VALUES (@id, @accountId, @ownerId, @name, @cloudType, @region, @endpoint, @serviceUrl, @keys, @shared, @createDate)
       ON CONFLICT (account_id, name) DO NOTHING`,
    );
    this.#count = database.prepare<[string], { total: number }>('SELECT count(*) AS total FROM cloud_accounts WHERE account_id = ?');
    this.#visible = database.prepare<{ accountId: string; userId: string }, CloudAccountRow>(
      `SELECT ${columns} FROM cloud_accounts WHERE account_id = @accountId AND (owner_id = @userId OR shared = 1) ORDER BY create_date, id`,
    );
    this.#find = database.prepare<[string, string], CloudAccountRow>(
      `SELECT ${columns} FROM cloud_accounts WHERE id = ? AND account_id = ?`,
    );
    this.#named = database.prepare<[string, string], { id: string }>('SELECT id FROM cloud_accounts WHERE account_id = ? AND name = ?');
    this.#share = database.prepare<[number, string, string]>('UPDATE cloud_accounts SET shared = ? WHERE id = ? AND account_id = ?');
    this.#remove = database.prepare<[string, string]>('DELETE FROM cloud_accounts WHERE id = ? AND account_id = ?');
  }

  insert(row: CloudAccountRow, max: number): CloudAccountInsertion {
    return this.#transaction(() => {
      if ((this.#count.get(row.accountId)?.total ?? 0) >= max) return 'full';
      return this.#insert.run(row).changes === 1 ? 'stored' : 'duplicate';
    });
  }

  /** The own and the shared ones, oldest first. */
  visible(accountId: string, userId: string): readonly CloudAccountRow[] {
    return this.#visible.all({ accountId, userId });
  }

  find(id: string, accountId: string): CloudAccountRow | undefined {
    return this.#find.get(id, accountId);
  }

  isNameTaken(accountId: string, name: string): boolean {
    return this.#named.get(accountId, name) !== undefined;
  }

  share(id: string, accountId: string, shared: boolean): boolean {
    return this.#share.run(shared ? 1 : 0, id, accountId).changes === 1;
  }

  remove(id: string, accountId: string): boolean {
    return this.#remove.run(id, accountId).changes === 1;
  }
}
