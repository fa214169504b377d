// Owns the User controller: its operations stand in one file per topic of the documentation's page.
import type { Users } from '../../account/users.ts';
import type { Controller } from '../../http/handler.ts';
import { type InvitationDependencies, invitationOperations } from './invitations.ts';
import { type SecondFactorDependencies, secondFactorOperations } from './second-factor.ts';

export interface UserDependencies extends InvitationDependencies, SecondFactorDependencies {
  readonly users: Users;
}

export const user = (dependencies: UserDependencies): Controller<'User'> => ({
  getAllUsers: ({ query, caller }) => ({ status: 200, body: dependencies.users.getAllUsers(caller, query) }),
  ...invitationOperations(dependencies),
  ...secondFactorOperations(dependencies),
});
