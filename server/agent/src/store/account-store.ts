// Owns the rows of accounts: the organisations that users belong to.
import type { Database } from './database.ts';

export interface AccountRow {
  readonly id: string;
  readonly name: string;
  readonly createDate: number;
}

export interface SubscribedAccountRow extends AccountRow {
  /** 1 Monthly, 2 Yearly. */
  readonly subscriptionType: 1 | 2;
}

export class AccountStore {
  readonly #insert;
  readonly #any;
  readonly #find;
  readonly #rename;
  readonly #subscribe;

  constructor(database: Database) {
    this.#insert = database.prepare<AccountRow>('INSERT INTO accounts (id, name, create_date) VALUES (@id, @name, @createDate)');
    this.#any = database.prepare<[], { found: number }>('SELECT EXISTS (SELECT 1 FROM accounts) AS found');
    this.#find = database.prepare<[string], SubscribedAccountRow>(
      'SELECT id, name, create_date AS createDate, subscription_type AS subscriptionType FROM accounts WHERE id = ?',
    );
    this.#rename = database.prepare<{ id: string; name: string }>('UPDATE accounts SET name = @name WHERE id = @id');
    this.#subscribe = database.prepare<{ id: string; subscriptionType: number }>(
      'UPDATE accounts SET subscription_type = @subscriptionType WHERE id = @id',
    );
  }

  insert(row: AccountRow): void {
    this.#insert.run(row);
  }

  /** True as long as nothing was ever stored: a new data directory. */
  isEmpty(): boolean {
    return this.#any.get()?.found === 0;
  }

  find(id: string): SubscribedAccountRow | undefined {
    return this.#find.get(id);
  }

  rename(id: string, name: string): void {
    this.#rename.run({ id, name });
  }

  subscribe(id: string, subscriptionType: 1 | 2): void {
    this.#subscribe.run({ id, subscriptionType });
  }
}
