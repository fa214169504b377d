// Owns the User operations (user.md).
import type { Users } from '../account/users.ts';
import type { Controller } from '../http/handler.ts';

export interface UserDependencies {
  readonly users: Users;
}

export const user = ({ users }: UserDependencies): Controller<'User'> => ({
  getAllUsers: ({ query, caller }) => ({ status: 200, body: users.getAllUsers(caller, query) }),
});
