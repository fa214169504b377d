// Owns listing, changing and deleting users, and the plan of their account (user.md).
import type { Plan } from '../../account/users/plan.ts';
import type { UserChanges } from '../../account/users/user-changes.ts';
import type { Users } from '../../account/users.ts';
import type { Handlers } from '../../http/handler.ts';

export interface UserDirectoryDependencies {
  readonly users: Users;
  readonly userChanges: UserChanges;
  readonly plan: Plan;
}

type UserDirectoryOperation = 'getAllUsers' | 'getAllUsersWithDetails' | 'editUser' | 'deleteUser' | 'inquirePackage';

export const userDirectoryOperations = ({
  users,
  userChanges,
  plan,
}: UserDirectoryDependencies): Pick<Handlers, UserDirectoryOperation> => ({
  getAllUsers: ({ query, caller }) => ({ status: 200, body: users.getAllUsers(caller, query) }),

  getAllUsersWithDetails: ({ query, caller }) => ({ status: 200, body: users.getAllUsersWithDetails(caller, query) }),

  editUser: ({ body, caller }) => ({ status: 200, body: userChanges.edit(caller, body) }),

  deleteUser({ query, caller }) {
    userChanges.remove(caller, query.id);
    return { status: 200 };
  },

  inquirePackage: ({ caller }) => ({ status: 200, body: plan.inquire(caller) }),
});
