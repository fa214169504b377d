// Owns what a cloud account row knows of its authorization: the sealed tokens, and whether the provider still takes them.
import type { Database } from './database.ts';

export interface LinkedAccountRow {
  readonly id: string;
  readonly ownerId: string;
  readonly cloudType: number;
  /** Sealed, with the tokens inside. */
  readonly keys: string;
  readonly needsAuthorization: 0 | 1;
}

const columns = 'id, owner_id AS ownerId, cloud_type AS cloudType, keys, needs_authorization AS needsAuthorization';

export class LinkedAccountStore {
  readonly #find;
  readonly #named;
  readonly #replace;
  readonly #mark;

  constructor(database: Database) {
    this.#find = database.prepare<[string], LinkedAccountRow>(`SELECT ${columns} FROM cloud_accounts WHERE id = ?`);
    this.#named = database.prepare<[string, string], LinkedAccountRow>(
      `SELECT ${columns} FROM cloud_accounts WHERE account_id = ? AND name = ?`,
    );
    this.#replace = database.prepare<{ id: string; before: string; keys: string }>(
      'UPDATE cloud_accounts SET keys = @keys, needs_authorization = 0 WHERE id = @id AND keys = @before',
    );
    this.#mark = database.prepare<{ id: string; before: string }>(
      'UPDATE cloud_accounts SET needs_authorization = 1 WHERE id = @id AND keys = @before',
    );
  }

  find(id: string): LinkedAccountRow | undefined {
    return this.#find.get(id);
  }

  named(accountId: string, name: string): LinkedAccountRow | undefined {
    return this.#named.get(accountId, name);
  }

  /** Only over the keys that were read before; false when somebody else was quicker. */
  replace(id: string, before: string, keys: string): boolean {
    return this.#replace.run({ id, before, keys }).changes === 1;
  }

  needAuthorization(id: string, before: string): void {
    this.#mark.run({ id, before });
  }
}
