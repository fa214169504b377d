// Owns listing the users of an account (user.md).
import type { Schema } from '@click-kit/contract';
import { type UserRow, type UserStore, userSortFields } from '../store/user-store.ts';
import type { Caller } from './caller.ts';
import { sortField } from './sort-field.ts';

export interface UserListQuery {
  readonly page: number;
  readonly pagesize: number;
  readonly sortfield: string;
  readonly descending: boolean;
  readonly userStatus: number;
  readonly userType?: number | undefined;
  readonly username?: string | undefined;
}

export class Users {
  readonly #store: UserStore;

  constructor(store: UserStore) {
    this.#store = store;
  }

  /** One page of the caller's account. The page does not say who may list: every signed-in user (chosen). */
  getAllUsers(caller: Caller, query: UserListQuery): Schema<'UserCollection'> {
    const { rows, total } = this.#store.page({
      accountId: caller.accountId,
      page: query.page,
      pageSize: query.pagesize,
      sort: { field: sortField(userSortFields, query.sortfield), descending: query.descending },
      status: query.userStatus,
      userType: query.userType ?? 0,
      username: (query.username ?? '').toLowerCase(),
    });
    return { data: rows.map(userOf), total, options: { page: query.page, pageSize: query.pagesize } };
  }
}

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
