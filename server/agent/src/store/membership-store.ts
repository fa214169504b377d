// Owns who is a member of which user group.
import type { Database } from './database.ts';
import { userGroupColumns, type UserGroupRow } from './directory-rows.ts';
import type { PageRequest, SortTable } from './page.ts';
import { type Paged, PagedQuery } from './paged-query.ts';
import { type UserRow, userColumns } from './user-store.ts';

export interface MembershipRow {
  readonly id: string;
  readonly userId: string;
  readonly userGroupId: string;
}

/** A user or a group, with the id of the assignment that leads to it. */
export type Assigned<Row> = Row & { readonly assignmentId: string };

/** As `sortfield` spells them in the list of assigned users. */
export const memberSortFields = {
  'User.Username': 'username_key',
  'User.Firstname': 'firstname COLLATE NOCASE',
  'User.Lastname': 'lastname COLLATE NOCASE',
  'User.Email': 'email COLLATE NOCASE',
  'User.UserType': 'user_type',
  'User.Status': 'status',
  'User.Owner': 'owner',
  'User.Mfa': 'mfa_secret IS NOT NULL',
  'User.CreateDate': 'create_date',
} as const satisfies SortTable;

/** As `sortfield` spells them in the list of assigned groups. */
export const joinedSortFields = {
  'UserGroup.Name': 'user_groups.name_key',
  'UserGroup.Description': 'user_groups.description COLLATE NOCASE',
  'UserGroup.Active': 'user_groups.active',
} as const satisfies SortTable;

interface MemberFilters {
  readonly userGroupId: string;
  readonly username: string;
}

interface JoinedFilters {
  readonly userId: string;
  readonly name: string;
}

const members = `users JOIN
  (SELECT id AS assignment_id, user_id AS member_id FROM user_group_members WHERE user_group_id = @userGroupId) m ON m.member_id = users.id`;
const joined = `user_groups JOIN
  (SELECT id AS assignment_id, user_group_id AS joined_id FROM user_group_members WHERE user_id = @userId) m ON m.joined_id = user_groups.id`;

export class MembershipStore {
  readonly #members: PagedQuery<Assigned<UserRow>, typeof memberSortFields, MemberFilters>;
  readonly #joined: PagedQuery<Assigned<UserGroupRow>, typeof joinedSortFields, JoinedFilters>;
  readonly #insert;
  readonly #remove;

  constructor(database: Database) {
    this.#members = new PagedQuery(database, {
      columns: `${userColumns}, assignment_id AS assignmentId`,
      from: members,
      where: 'instr(username_key, @username)',
      sorts: memberSortFields,
      key: 'users.id',
    });
    this.#joined = new PagedQuery(database, {
      columns: `${userGroupColumns}, assignment_id AS assignmentId`,
      from: joined,
      where: 'user_groups.deleted = 0 AND instr(user_groups.name_key, @name)',
      sorts: joinedSortFields,
      key: 'user_groups.id',
    });
    this.#insert = database.prepare<MembershipRow>(
      `INSERT INTO user_group_members (id, user_id, user_group_id) VALUES (@id, @userId, @userGroupId)
       ON CONFLICT (user_id, user_group_id) DO NOTHING`,
    );
    this.#remove = database.prepare<[string, string]>(
      `DELETE FROM user_group_members WHERE id = ?
       AND EXISTS (SELECT 1 FROM user_groups g WHERE g.id = user_group_id AND g.account_id = ? AND g.deleted = 0)`,
    );
  }

  membersOf(request: PageRequest<keyof typeof memberSortFields>, filters: MemberFilters): Paged<Assigned<UserRow>> {
    return this.#members.page(request, filters);
  }

  groupsOf(request: PageRequest<keyof typeof joinedSortFields>, filters: JoinedFilters): Paged<Assigned<UserGroupRow>> {
    return this.#joined.page(request, filters);
  }

  /** A membership that exists stays as it is, with its id. */
  add(row: MembershipRow): void {
    this.#insert.run(row);
  }

  /** False when the account has no such assignment. */
  remove(id: string, accountId: string): boolean {
    return this.#remove.run(id, accountId).changes === 1;
  }
}
