// Owns listing the users of an account (user.md).
import { type Schema, UserStatus } from '@click-kit/contract';
import type { UserDetailStore } from '../store/user-detail-store.ts';
import { type UserList, type UserQuery, userSortFields } from '../store/user-list.ts';
import type { UserRow } from '../store/user-store.ts';
import type { Caller } from './caller.ts';
import { projectOf, sharedDriveOf, userGroupOf } from './directory/views.ts';
import { collectionOf, type ListQuery, pageRequest, substring } from './paging.ts';

export interface UserListQuery extends ListQuery {
  readonly userStatus: number;
  readonly userType?: number | undefined;
  readonly username?: string | undefined;
}

export class Users {
  readonly #list: UserList;
  readonly #details: UserDetailStore;

  constructor(list: UserList, details: UserDetailStore) {
    this.#list = list;
    this.#details = details;
  }

  /** One page of the caller's account. The page does not say who may list: every signed-in user (chosen). */
  getAllUsers(caller: Caller, query: UserListQuery): Schema<'UserCollection'> {
    return collectionOf(this.#list.page(queryOf(caller, query)), query, userOf);
  }

  /** Who is assigned to what is for administrators to know; anybody else finds only the own record here (chosen). */
  getAllUsersWithDetails(caller: Caller, query: UserListQuery): Schema<'UserWithDetailsCollection'> {
    const wanted = queryOf(caller, query);
    const found = caller.isAdmin ? this.#list.page(wanted) : this.#list.pageOfOne(caller.userId, wanted);
    return collectionOf(found, query, (row) => this.#withDetails(row));
  }

  #withDetails(row: UserRow): Schema<'UserWithDetailsDTO'> {
    return {
      ...userOf(row),
      userGroups: this.#details.groupsOf(row.id).map(userGroupOf),
      projects: this.#details.projectsOf(row.id).map(projectOf),
      sharedCloudDrives: this.#details.drivesOf(row.id).map(sharedDriveOf),
    };
  }
}

/** Every status there is: the documented default, and no filter at all. */
const everyStatus = UserStatus.Active | UserStatus.Inactive | UserStatus.Pending;

const queryOf = ({ accountId }: Caller, query: UserListQuery): UserQuery => ({
  ...pageRequest(userSortFields, query),
  accountId,
  status: (query.userStatus & everyStatus) === everyStatus ? 0 : query.userStatus,
  userType: query.userType ?? 0,
  username: substring(query.username),
});

export const userOf = (row: UserRow): Schema<'User'> => ({
  id: row.id,
  firstname: row.firstname,
  lastname: row.lastname,
  username: row.username,
  email: row.email,
  userType: row.userType,
  status: row.status,
  owner: row.owner === 1,
  mfa: row.mfaSecret !== null,
  createDate: new Date(row.createDate).toISOString(),
});
