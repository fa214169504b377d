// Owns reading pages of the users of an account.
import type { Database } from './database.ts';
import type { PageRequest, SortTable } from './page.ts';
import { type UserRow, userColumns } from './user-store.ts';
import { Numbers, wayTo } from './ways.ts';

/** Field names as `sortfield` spells them: the record's fields in PascalCase (user.md, Quirks). */
export const userSortFields = {
  CreateDate: 'u.create_date',
  Firstname: 'u.firstname COLLATE NOCASE',
  Lastname: 'u.lastname COLLATE NOCASE',
  Username: 'u.username_key',
  Email: 'u.email COLLATE NOCASE',
  UserType: 'u.user_type',
  Status: 'u.status',
  Owner: 'u.owner',
  Mfa: '(u.mfa_secret IS NOT NULL)',
} as const satisfies SortTable;
export type UserSortField = keyof typeof userSortFields;

const indexes: Readonly<Record<UserSortField, string>> = {
  CreateDate: 'users_by_created',
  Firstname: 'users_by_firstname',
  Lastname: 'users_by_lastname',
  Username: 'users_by_username',
  Email: 'users_by_email',
  UserType: 'users_by_type',
  Status: 'users_by_status',
  Owner: 'users_by_owner',
  Mfa: 'users_by_mfa',
};

export interface UserFilters {
  readonly accountId: string;
  /** Flags, 0 for all. */
  readonly status: number;
  /** Flags, 0 for all. */
  readonly userType: number;
  /** Substring of the username in lower case, empty for all. */
  readonly username: string;
}

export interface UserQuery extends PageRequest<UserSortField>, UserFilters {}

export interface UserOrder {
  readonly field: UserSortField;
  readonly descending: boolean;
  readonly filters: Readonly<Record<'status' | 'userType' | 'username', boolean>>;
}

/** A filter that is not there is left out of the SQL, because it costs something for each row that is passed. */
const flags = (table: string, { status, userType }: UserOrder['filters']): string =>
  [status ? ` AND ${table}.status & @status` : '', userType ? ` AND ${table}.user_type & @userType` : ''].join('');

const orderOf = ({ field, descending }: UserOrder): string =>
  [userSortFields[field], 'u.id'].map((term) => `${term}${descending ? ' DESC' : ''}`).join(', ');

/** Along the index of the order: nothing is sorted, and no user is read who is not on the page. */
export const userWalkSql = (order: UserOrder): string => `SELECT u.rowid FROM users u INDEXED BY ${indexes[order.field]}
WHERE u.account_id = @accountId${flags('u', order.filters)}${order.filters.username ? ' AND instr(u.username_key, @username)' : ''}
ORDER BY ${orderOf(order)} LIMIT @limit OFFSET @offset`;

/** The users who match are looked up by status and type, and sorted: for filters that leave few of them. */
export const userCollectSql = (order: UserOrder): string => `SELECT u.rowid FROM user_counts c
CROSS JOIN users u INDEXED BY users_of_kind ON u.account_id = c.account_id AND u.status = c.status AND u.user_type = c.user_type
WHERE c.account_id = @accountId${flags('c', order.filters)} ORDER BY ${orderOf(order)} LIMIT @limit OFFSET @offset`;

export const userTotalSql = `SELECT COALESCE(sum(c.records), 0) FROM user_counts c
WHERE c.account_id = @accountId AND (@status = 0 OR c.status & @status) AND (@userType = 0 OR c.user_type & @userType)`;

/** Lists by substring that are remembered; each holds a number for each user who matches. */
const remembered = 8;

export class UserList {
  readonly #numbers: Numbers;
  readonly #row;
  readonly #byId;
  readonly #total;
  readonly #version;
  /** From filters and order to the row numbers of all who match, as they were at a version of the account's users. */
  readonly #matches = new Map<string, { readonly version: number; readonly numbers: readonly number[] }>();

  constructor(database: Database) {
    this.#numbers = new Numbers(database);
    this.#row = database.prepare<[number], UserRow>(`SELECT ${userColumns} FROM users WHERE rowid = ?`);
    this.#byId = database.prepare<[string, string], UserRow>(`SELECT ${userColumns} FROM users WHERE id = ? AND account_id = ?`);
    this.#total = database.prepare<object, number>(userTotalSql).pluck();
    this.#version = database.prepare<[string], number>('SELECT version FROM user_versions WHERE account_id = ?').pluck();
  }

  page({ page, pageSize, sort, ...filters }: UserQuery): { rows: readonly UserRow[]; total: number } {
    if (filters.username !== '') return this.#pageOfMatches({ page, pageSize, sort, ...filters });
    const matching = this.count(filters);
    const way = wayTo({ page, pageSize, sort }, { matching, all: this.count({ ...filters, status: 0, userType: 0 }) });
    if (way === undefined) return { rows: [], total: matching };
    const order = { field: sort.field, descending: way.descending, filters: present(filters) };
    const sql = (way.collects ? userCollectSql : userWalkSql)(order);
    const rows = this.#rows(this.#numbers.all(sql, { ...filters, limit: way.limit, offset: way.offset }));
    return { rows: way.turned ? rows.reverse() : rows, total: matching };
  }

  /** The list of one user, if the filters let the user through. */
  pageOfOne(id: string, { page, accountId, status, userType, username }: UserQuery): { rows: readonly UserRow[]; total: number } {
    const row = this.#byId.get(id, accountId);
    const fits =
      row !== undefined &&
      (status === 0 || (row.status & status) !== 0) &&
      (userType === 0 || (row.userType & userType) !== 0) &&
      row.username.toLowerCase().includes(username);
    return fits ? { rows: page === 1 ? [row] : [], total: 1 } : { rows: [], total: 0 };
  }

  /** How many users have any of the statuses and any of the types; 0 stands for all. */
  count(filters: Omit<UserFilters, 'username'>): number {
    return this.#total.get(filters) ?? 0;
  }

  /** No index finds a substring: all names are looked through once, and what was found is paged through until a user changes. */
  #pageOfMatches({ page, pageSize, sort, ...filters }: UserQuery): { rows: readonly UserRow[]; total: number } {
    const numbers = this.#matching(filters, sort.field);
    const first = (page - 1) * pageSize;
    const chosen = sort.descending
      ? numbers.slice(Math.max(numbers.length - first - pageSize, 0), Math.max(numbers.length - first, 0)).reverse()
      : numbers.slice(first, first + pageSize);
    return { rows: this.#rows(chosen), total: numbers.length };
  }

  #matching(filters: UserFilters, field: UserSortField): readonly number[] {
    const key = JSON.stringify([field, filters]);
    const version = this.#version.get(filters.accountId) ?? 0;
    const known = this.#matches.get(key);
    if (known?.version === version) return known.numbers;
    const sql = userWalkSql({ field, descending: false, filters: present(filters) });
    const numbers = this.#numbers.all(sql, { ...filters, limit: -1, offset: 0 });
    this.#matches.delete(key);
    const [oldest] = this.#matches.size >= remembered ? this.#matches.keys() : [];
    if (oldest !== undefined) this.#matches.delete(oldest);
    this.#matches.set(key, { version, numbers });
    return numbers;
  }

  #rows(numbers: readonly number[]): UserRow[] {
    return numbers.flatMap((number) => this.#row.get(number) ?? []);
  }
}

const present = ({ status, userType, username }: UserFilters): UserOrder['filters'] => ({
  status: status !== 0,
  userType: userType !== 0,
  username: username !== '',
});
