// Owns the UserGroup operations (usergroup.md).
import type { Memberships } from '../account/groups/memberships.ts';
import type { UserGroups } from '../account/groups/user-groups.ts';
import type { UserImport } from '../account/groups/user-import.ts';
import type { Controller } from '../http/handler.ts';

export interface UserGroupDependencies {
  readonly userGroups: UserGroups;
  readonly memberships: Memberships;
  readonly userImport: UserImport;
}

export const userGroup = ({ userGroups, memberships, userImport }: UserGroupDependencies): Controller<'UserGroup'> => ({
  getAllUserGroups: ({ query, caller }) => ({ status: 200, body: userGroups.list(caller, query) }),

  getAllUserGroupsWithDetails: ({ query, caller }) => ({ status: 200, body: userGroups.listWithDetails(caller, query) }),

  insertUserGroup: ({ body, caller }) => ({ status: 200, body: userGroups.insert(caller, body) }),

  updateUserGroup: ({ body, caller }) => ({ status: 200, body: userGroups.update(caller, body) }),

  deleteUserGroup({ query, caller }) {
    userGroups.remove(caller, query.id);
    return { status: 200 };
  },

  getAssignedUsers: ({ query, caller }) => ({ status: 200, body: memberships.assignedUsers(caller, query) }),

  getAssignedUserGroups: ({ query, caller }) => ({ status: 200, body: memberships.assignedUserGroups(caller, query) }),

  assignUsers({ body, caller }) {
    memberships.assign(caller, body);
    return { status: 200 };
  },

  unassignUser({ query, caller }) {
    memberships.unassign(caller, query.id);
    return { status: 200 };
  },

  importUsers({ body, caller }) {
    userImport.run(caller, body);
    return { status: 200 };
  },
});
