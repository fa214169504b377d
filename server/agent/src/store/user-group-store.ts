// Owns the rows of user groups; those that were deleted softly are seen by nobody.
import type { Database } from './database.ts';
import { userGroupColumns, type UserGroupRow } from './directory-rows.ts';
import type { PageRequest, SortTable } from './page.ts';
import { type Paged, PagedQuery } from './paged-query.ts';

/** Field names as `sortfield` spells them: the record's fields in PascalCase. */
export const userGroupSortFields = {
  Name: 'user_groups.name_key',
  Description: 'user_groups.description COLLATE NOCASE',
  Active: 'user_groups.active',
} as const satisfies SortTable;

export interface UserGroupFilters {
  readonly accountId: string;
  /** Only groups that this user is a member of; empty for all. */
  readonly memberId: string;
  /** Substring of the name in lower case, empty for all. */
  readonly name: string;
}

const living = 'user_groups.account_id = @accountId AND user_groups.deleted = 0';
const reached = `(@memberId = '' OR EXISTS
  (SELECT 1 FROM user_group_members m WHERE m.user_id = @memberId AND m.user_group_id = user_groups.id))`;

const nameKey = (name: string): string => name.toLowerCase();

export class UserGroupStore {
  readonly transaction: <T>(work: () => T) => T;
  readonly #pages: PagedQuery<UserGroupRow, typeof userGroupSortFields, UserGroupFilters>;
  readonly #find;
  readonly #named;
  readonly #insert;
  readonly #update;
  readonly #remove;
  readonly #dependents;

  constructor(database: Database) {
    this.transaction = (work) => database.transaction(work)();
    this.#pages = new PagedQuery(database, {
      columns: userGroupColumns,
      from: 'user_groups',
      where: `${living} AND ${reached} AND instr(user_groups.name_key, @name)`,
      sorts: userGroupSortFields,
      key: 'user_groups.id',
    });
    this.#find = database.prepare<{ id: string; accountId: string; memberId: string }, UserGroupRow>(
      `SELECT ${userGroupColumns} FROM user_groups WHERE id = @id AND ${living} AND ${reached}`,
    );
    this.#named = database.prepare<{ accountId: string; nameKey: string }, UserGroupRow>(
      `SELECT ${userGroupColumns} FROM user_groups WHERE ${living} AND name_key = @nameKey`,
    );
    this.#insert = database.prepare<UserGroupRow & { nameKey: string }>(
      `INSERT INTO user_groups (id, account_id, name, name_key, description, active, create_date)
       VALUES (@id, @accountId, @name, @nameKey, @description, @active, @createDate)`,
    );
    this.#update = database.prepare<UserGroupRow & { nameKey: string }>(
      `UPDATE user_groups SET name = @name, name_key = @nameKey, description = @description, active = @active WHERE id = @id AND ${living}`,
    );
    this.#remove = database.prepare<{ id: string; accountId: string }>(`UPDATE user_groups SET deleted = 1 WHERE id = @id AND ${living}`);
    const links = ['user_group_members', 'user_group_project_permissions', 'user_group_shared_drive_permissions'];
    this.#dependents = links.map((table) => database.prepare<[string]>(`DELETE FROM ${table} WHERE user_group_id = ?`));
  }

  page(request: PageRequest<keyof typeof userGroupSortFields>, filters: UserGroupFilters): Paged<UserGroupRow> {
    return this.#pages.page(request, filters);
  }

  /** With a member, only a group that the user is in. */
  find(id: string, accountId: string, memberId = ''): UserGroupRow | undefined {
    return this.#find.get({ id, accountId, memberId });
  }

  /** The living group of this name, whatever its case. */
  findByName(accountId: string, name: string): UserGroupRow | undefined {
    return this.#named.get({ accountId, nameKey: nameKey(name) });
  }

  insert(row: UserGroupRow): void {
    this.#insert.run({ ...row, nameKey: nameKey(row.name) });
  }

  update(row: UserGroupRow): void {
    this.#update.run({ ...row, nameKey: nameKey(row.name) });
  }

  /** Memberships and permissions go with it. False when there is no such group. */
  remove(id: string, accountId: string): boolean {
    return this.transaction(() => {
      if (this.#remove.run({ id, accountId }).changes === 0) return false;
      for (const dependents of this.#dependents) dependents.run(id);
      return true;
    });
  }
}
