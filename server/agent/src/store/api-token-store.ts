// Owns the rows of API tokens: found by the hash of their value, which is stored sealed only.
import type { Database } from './database.ts';
import { ReadCache } from './read-cache.ts';

export interface ApiTokenRow {
  readonly id: string;
  readonly userId: string;
  /** SHA-256 of the value. */
  readonly tokenHash: string;
  /** The value, sealed. */
  readonly token: string;
  readonly title: string;
  readonly createdAt: number;
  /** Null for a token that never expires. */
  readonly expiresAt: number | null;
}

/** A token with what authorisation needs to know of its user, who is active. */
export interface LiveApiToken {
  readonly id: string;
  readonly userId: string;
  readonly accountId: string;
  readonly userType: number;
  readonly expiresAt: number | null;
}

const columns = 'id, user_id AS userId, token_hash AS tokenHash, token, title, created_at AS createdAt, expires_at AS expiresAt';

export class ApiTokenStore {
  readonly #insert;
  readonly #count;
  readonly #ofUser;
  readonly #find;
  readonly #found: ReadCache<LiveApiToken | undefined>;
  readonly #remove;
  readonly #transaction: <T>(work: () => T) => T;

  constructor(database: Database) {
    this.#transaction = (work) => database.transaction(work)();
    this.#insert = database.prepare<ApiTokenRow>(
      `INSERT INTO api_tokens (id, user_id, token_hash, token, title, created_at, expires_at)
       VALUES (@id, @userId, @tokenHash, @token, @title, @createdAt, @expiresAt)`,
    );
    this.#count = database.prepare<[string], number>('SELECT count(*) FROM api_tokens WHERE user_id = ?').pluck();
    this.#ofUser = database.prepare<[string], ApiTokenRow>(
      `SELECT ${columns} FROM api_tokens WHERE user_id = ? ORDER BY created_at DESC, rowid DESC`,
    );
    this.#find = database.prepare<[string], LiveApiToken>(
      `SELECT t.id, u.id AS userId, u.account_id AS accountId, u.user_type AS userType, t.expires_at AS expiresAt
       FROM api_tokens t JOIN users u ON u.id = t.user_id WHERE t.token_hash = ? AND u.status = 1`,
    );
    this.#found = new ReadCache(database, 1000);
    this.#remove = database.prepare<[string, string]>('DELETE FROM api_tokens WHERE id = ? AND user_id = ?');
  }

  /** Stores the token unless the user holds `max` of them already. */
  insert(row: ApiTokenRow, max: number): boolean {
    return this.#transaction(() => {
      if ((this.#count.get(row.userId) ?? 0) >= max) return false;
      this.#insert.run(row);
      return true;
    });
  }

  /** Newest first. */
  ofUser(userId: string): readonly ApiTokenRow[] {
    return this.#ofUser.all(userId);
  }

  /** The token of an active user, expired or not. */
  find(tokenHash: string): LiveApiToken | undefined {
    return this.#found.get(tokenHash, () => this.#find.get(tokenHash));
  }

  remove(id: string, userId: string): boolean {
    return this.#remove.run(id, userId).changes === 1;
  }
}
