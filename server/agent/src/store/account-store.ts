// Owns the rows of accounts: the organisations that users belong to.
import type { Database } from './database.ts';

export interface AccountRow {
  readonly id: string;
  readonly name: string;
  readonly createDate: number;
}

export class AccountStore {
  readonly #insert;
  readonly #any;

  constructor(database: Database) {
    this.#insert = database.prepare<AccountRow>('INSERT INTO accounts (id, name, create_date) VALUES (@id, @name, @createDate)');
    this.#any = database.prepare<[], { found: number }>('SELECT EXISTS (SELECT 1 FROM accounts) AS found');
  }

  insert(row: AccountRow): void {
    this.#insert.run(row);
  }

  /** True as long as nothing was ever stored: a new data directory. */
  isEmpty(): boolean {
    return this.#any.get()?.found === 0;
  }
}
