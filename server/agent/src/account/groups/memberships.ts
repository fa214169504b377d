// Owns who is in which user group: assigning, unassigning and listing from both sides (usergroup.md).
import { randomUUID } from 'node:crypto';
import type { Schema } from '@click-kit/contract';
import { joinedSortFields, memberSortFields, type MembershipStore } from '../../store/membership-store.ts';
import type { UserGroupStore } from '../../store/user-group-store.ts';
import type { UserRow, UserStore } from '../../store/user-store.ts';
import type { Caller } from '../caller.ts';
import { userGroupOf } from '../directory/views.ts';
import { refusal } from '../failure.ts';
import { collectionOf, type ListQuery, pageRequest, substring } from '../paging.ts';
import { userOf } from '../users.ts';
import { memberIdOf, noSuchGroup } from './user-groups.ts';

export interface MembershipDependencies {
  readonly users: UserStore;
  readonly groups: UserGroupStore;
  readonly memberships: MembershipStore;
  readonly newId?: () => string;
}

export interface AssignedUsersQuery extends ListQuery {
  readonly userGroupId: string;
  readonly username?: string | undefined;
}

export interface AssignedUserGroupsQuery extends ListQuery {
  readonly userId: string;
  readonly name?: string | undefined;
}

export class Memberships {
  readonly #users: UserStore;
  readonly #groups: UserGroupStore;
  readonly #memberships: MembershipStore;
  readonly #newId: () => string;

  constructor({ users, groups, memberships, newId = randomUUID }: MembershipDependencies) {
    this.#users = users;
    this.#groups = groups;
    this.#memberships = memberships;
    this.#newId = newId;
  }

  assignedUsers(caller: Caller, query: AssignedUsersQuery): Schema<'UserUserGroupCollection'> {
    const group = this.#groups.find(query.userGroupId.toLowerCase(), caller.accountId, memberIdOf(caller));
    if (group === undefined) throw noSuchGroup();
    const request = pageRequest(memberSortFields, query);
    const found = this.#memberships.membersOf(request, { userGroupId: group.id, username: substring(query.username) });
    return collectionOf(found, query, (user) => ({
      user: userOf(user),
      userGroup: userGroupOf(group),
      userUserGroup: { id: user.assignmentId, userId: user.id, userGroupId: group.id },
    }));
  }

  /** Whoever asks for the groups of somebody else without being an administrator learns not even whether that user exists. */
  assignedUserGroups(caller: Caller, query: AssignedUserGroupsQuery): Schema<'UserUserGroupCollection'> {
    const userId = query.userId.toLowerCase();
    if (!caller.isAdmin && userId !== caller.userId) throw refusal('ACCESS', 'Only an administrator sees the user groups of others.');
    const user = this.#userOf(caller, userId);
    const found = this.#memberships.groupsOf(pageRequest(joinedSortFields, query), { userId: user.id, name: substring(query.name) });
    return collectionOf(found, query, (group) => ({
      user: userOf(user),
      userGroup: userGroupOf(group),
      userUserGroup: { id: group.assignmentId, userId: user.id, userGroupId: group.id },
    }));
  }

  /** All of them or none; what is assigned already is passed over silently, as in the Web API. */
  assign(caller: Caller, assignments: Schema<'AssignUsersRequest'>): void {
    this.#groups.transaction(() => {
      for (const { userId, userGroupId } of assignments) {
        const user = this.#userOf(caller, userId.toLowerCase());
        const group = this.#groups.find(userGroupId.toLowerCase(), caller.accountId);
        if (group === undefined) throw noSuchGroup();
        this.#memberships.add({ id: this.#newId(), userId: user.id, userGroupId: group.id });
      }
    });
  }

  unassign({ accountId }: Caller, id: string): void {
    if (!this.#memberships.remove(id.toLowerCase(), accountId))
      throw refusal('NOT_FOUND', 'There is no such assignment of a user to a user group.');
  }

  #userOf({ accountId }: Caller, id: string): UserRow {
    const user = this.#users.findById(id);
    if (user === undefined || user.accountId !== accountId) throw refusal('NOT_FOUND', 'There is no such user.');
    return user;
  }
}
