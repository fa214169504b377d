// Owns the rows of users.
import type { Database } from './database.ts';

export interface UserRow {
  readonly id: string;
  readonly accountId: string;
  readonly username: string;
  readonly email: string;
  readonly firstname: string;
  readonly lastname: string;
  readonly userType: number;
  readonly status: number;
  readonly owner: 0 | 1;
  /** Empty for users without a password of their own. */
  readonly passwordHash: string;
  /** Sealed; null for users without a second factor. */
  readonly mfaSecret: string | null;
  /** Who vouches for the user: 0 for a password of our own, otherwise as the contract numbers it. */
  readonly authProvider: number;
  readonly createDate: number;
}

export const userColumns = `id, account_id AS accountId, username, email, firstname, lastname, user_type AS userType, status, owner,
  password_hash AS passwordHash, mfa_secret AS mfaSecret, auth_provider AS authProvider, create_date AS createDate`;

export class UserStore {
  readonly #insert;
  readonly #byUsername;
  readonly #byId;

  constructor(database: Database) {
    this.#insert =
      database.prepare(`INSERT INTO users (id, account_id, username, username_key, email, firstname, lastname, user_type, status, owner,
      password_hash, mfa_secret, auth_provider, create_date) VALUES (@id, @accountId, @username, @usernameKey, @email, @firstname, @lastname, @userType, @status, @owner,
      @passwordHash, @mfaSecret, @authProvider, @createDate)`);
    this.#byUsername = database.prepare<[string], UserRow>(`SELECT ${userColumns} FROM users WHERE username_key = ?`);
    this.#byId = database.prepare<[string], UserRow>(`SELECT ${userColumns} FROM users WHERE id = ?`);
  }

  insert(row: UserRow): void {
    this.#insert.run({ ...row, usernameKey: row.username.toLowerCase() });
  }

  findByUsername(username: string): UserRow | undefined {
    return this.#byUsername.get(username.toLowerCase());
  }

  findById(id: string): UserRow | undefined {
    return this.#byId.get(id);
  }
}
