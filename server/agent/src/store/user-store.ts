// Owns the rows of users.
import type { Database } from './database.ts';
import { orderBy, type PageRequest, type SortTable } from './page.ts';

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

export interface UserQuery extends PageRequest<UserSortField> {
  readonly accountId: string;
  /** Flags, 0 for all. */
  readonly status: number;
  /** Flags, 0 for all. */
  readonly userType: number;
  /** Substring of the username in lower case, empty for all. */
  readonly username: string;
}

/** Field names as `sortfield` spells them: the record's fields in PascalCase (user.md, Quirks). */
export const userSortFields = {
  CreateDate: 'create_date',
  Firstname: 'firstname COLLATE NOCASE',
  Lastname: 'lastname COLLATE NOCASE',
  Username: 'username_key',
  Email: 'email COLLATE NOCASE',
  UserType: 'user_type',
  Status: 'status',
  Owner: 'owner',
  Mfa: 'mfa_secret IS NOT NULL',
} as const satisfies SortTable;
export type UserSortField = keyof typeof userSortFields;

const columns = `id, account_id AS accountId, username, email, firstname, lastname, user_type AS userType, status, owner,
  password_hash AS passwordHash, mfa_secret AS mfaSecret, auth_provider AS authProvider, create_date AS createDate`;
export { columns as userColumns };

const matches = `account_id = @accountId AND (@status = 0 OR status & @status) AND (@userType = 0 OR user_type & @userType)
  AND (@username = '' OR instr(username_key, @username))`;

const pageSql = (order: string): string => `SELECT ${columns} FROM users WHERE ${matches} ORDER BY ${order} LIMIT @limit OFFSET @offset`;

export class UserStore {
  readonly #database: Database;
  readonly #insert;
  readonly #byUsername;
  readonly #byId;
  readonly #count;
  readonly #pages = new Map<string, ReturnType<typeof preparePage>>();

  constructor(database: Database) {
    this.#database = database;
    this.#insert =
      database.prepare(`INSERT INTO users (id, account_id, username, username_key, email, firstname, lastname, user_type, status, owner,
      password_hash, mfa_secret, auth_provider, create_date) VALUES (@id, @accountId, @username, @usernameKey, @email, @firstname, @lastname, @userType, @status, @owner,
      @passwordHash, @mfaSecret, @authProvider, @createDate)`);
    this.#byUsername = database.prepare<[string], UserRow>(`SELECT ${columns} FROM users WHERE username_key = ?`);
    this.#byId = database.prepare<[string], UserRow>(`SELECT ${columns} FROM users WHERE id = ?`);
    this.#count = database.prepare<object, { total: number }>(`SELECT count(*) AS total FROM users WHERE ${matches}`);
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

  page({ sort, page, pageSize, ...filters }: UserQuery): { rows: readonly UserRow[]; total: number } {
    const order = orderBy(userSortFields, sort, 'id');
    const statement = this.#pages.get(order) ?? preparePage(this.#database, order);
    this.#pages.set(order, statement);
    const parameters = { ...filters, limit: pageSize, offset: (page - 1) * pageSize };
    return { rows: statement.all(parameters), total: this.#count.get(filters)?.total ?? 0 };
  }
}

/** Prepared on first use and kept: there are only so many sort orders. */
const preparePage = (database: Database, order: string) => database.prepare<object, UserRow>(pageSql(order));
