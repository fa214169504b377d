// Owns the user groups of an account: who sees them, and what they are called (usergroup.md).
import { randomUUID } from 'node:crypto';
import type { Schema } from '@click-kit/contract';
import type { UserGroupRow } from '../../store/directory-rows.ts';
import { type MembershipStore } from '../../store/membership-store.ts';
import { mostInlined } from '../../store/user-detail-store.ts';
import type { Permitted, UserGroupDetailStore } from '../../store/user-group-detail-store.ts';
import { userGroupSortFields, type UserGroupStore } from '../../store/user-group-store.ts';
import type { Caller } from '../caller.ts';
import { projectOf, sharedDriveOf, userGroupOf } from '../directory/views.ts';
import { refusal } from '../failure.ts';
import { collectionOf, type ListQuery, pageRequest, substring } from '../paging.ts';
import type { Plan } from '../users/plan.ts';
import { userOf } from '../users.ts';
import { groupDescription, groupName } from './group-input.ts';

export interface UserGroupDependencies {
  readonly groups: UserGroupStore;
  readonly memberships: MembershipStore;
  readonly details: UserGroupDetailStore;
  readonly plan: Plan;
  readonly now: () => number;
  readonly newId?: () => string;
}

export interface UserGroupListQuery extends ListQuery {
  readonly name?: string | undefined;
}

export const noSuchGroup = (): Error => refusal('NOT_FOUND', 'There is no such user group.');

/** Whoever is no administrator knows only the groups that he or she is in (chosen). */
export const memberIdOf = ({ isAdmin, userId }: Caller): string => (isAdmin ? '' : userId);

const members = { page: 1, pageSize: mostInlined, sort: { field: 'User.Username', descending: false } } as const;

export class UserGroups {
  readonly #groups: UserGroupStore;
  readonly #memberships: MembershipStore;
  readonly #details: UserGroupDetailStore;
  readonly #plan: Plan;
  readonly #now: () => number;
  readonly #newId: () => string;

  constructor({ groups, memberships, details, plan, now, newId = randomUUID }: UserGroupDependencies) {
    this.#groups = groups;
    this.#memberships = memberships;
    this.#details = details;
    this.#plan = plan;
    this.#now = now;
    this.#newId = newId;
  }

  list(caller: Caller, query: UserGroupListQuery): Schema<'UserGroupCollection'> {
    return collectionOf(this.#page(caller, query), query, userGroupOf);
  }

  listWithDetails(caller: Caller, query: UserGroupListQuery): Schema<'UserGroupWithDetailsCollection'> {
    return collectionOf(this.#page(caller, query), query, (row) => this.#withDetails(row));
  }

  #page(caller: Caller, query: UserGroupListQuery) {
    const filters = { accountId: caller.accountId, memberId: memberIdOf(caller), name: substring(query.name) };
    return this.#groups.page(pageRequest(userGroupSortFields, query), filters);
  }

  insert(caller: Caller, body: Schema<'InsertUserGroupRequest'>): Schema<'UserGroup'> {
    const row = {
      name: groupName(body.name),
      description: groupDescription(body.description ?? ''),
      active: body.active === false ? (0 as const) : (1 as const),
    };
    return userGroupOf(this.#groups.transaction(() => this.add(caller.accountId, row)));
  }

  /** Inside a transaction: a new group, within the plan and under a name that is free. */
  add(accountId: string, fields: Pick<UserGroupRow, 'name' | 'description' | 'active'>): UserGroupRow {
    if (this.#groups.findByName(accountId, fields.name) !== undefined) throw duplicate(fields.name);
    this.#plan.requireTeam(accountId);
    const row = { ...fields, id: this.#newId(), accountId, createDate: this.#now() };
    this.#groups.insert(row);
    return row;
  }

  /** What is left out stays as it is (chosen: the page does not say). */
  update({ accountId }: Caller, body: Schema<'UpdateUserGroupRequest'>): Schema<'UserGroup'> {
    return this.#groups.transaction(() => {
      const before = this.#groups.find(body.id.toLowerCase(), accountId);
      if (before === undefined) throw noSuchGroup();
      const row: UserGroupRow = {
        ...before,
        ...(body.name !== undefined && { name: groupName(body.name) }),
        ...(body.description !== undefined && { description: groupDescription(body.description) }),
        ...(body.active !== undefined && { active: body.active ? 1 : 0 }),
      };
      const namesake = this.#groups.findByName(accountId, row.name);
      if (namesake !== undefined && namesake.id !== row.id) throw duplicate(row.name);
      this.#groups.update(row);
      return userGroupOf(row);
    });
  }

  remove({ accountId }: Caller, id: string): void {
    if (!this.#groups.remove(id.toLowerCase(), accountId)) throw noSuchGroup();
  }

  #withDetails(row: UserGroupRow): Schema<'UserGroupWithDetailsDTO'> {
    const { id: userGroupId } = row;
    const { rows } = this.#memberships.membersOf(members, { userGroupId, username: '' });
    return {
      ...userGroupOf(row),
      projectsData: this.#details
        .projectsOf(userGroupId)
        .map((project) => ({ project: projectOf(project), permission: { ...permissionOf(project, userGroupId), projectId: project.id } })),
      usersData: rows.map((user) => ({ user: userOf(user), userUserGroup: { id: user.assignmentId, userId: user.id, userGroupId } })),
      drivesData: this.#details.drivesOf(userGroupId).map((drive) => ({
        sharedCloudDrive: sharedDriveOf(drive),
        permission: { ...permissionOf(drive, userGroupId), sharedCloudDriveId: drive.id },
      })),
    };
  }
}

const permissionOf = ({ permissionId, permissionType }: Permitted<object>, userGroupId: string) => ({
  id: permissionId,
  userGroupId,
  permissionType,
});

const duplicate = (name: string): Error => refusal('DUPLICATE', `A user group with the name ${JSON.stringify(name)} already exists.`);
