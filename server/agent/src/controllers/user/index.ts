// Owns the User controller: its operations stand in one file per topic of the documentation's page.
import type { Controller } from '../../http/handler.ts';
import { type UserDirectoryDependencies, userDirectoryOperations } from './directory.ts';
import { type InvitationDependencies, invitationOperations } from './invitations.ts';
import { type SecondFactorDependencies, secondFactorOperations } from './second-factor.ts';

export type UserDependencies = UserDirectoryDependencies & InvitationDependencies & SecondFactorDependencies;

export const user = (dependencies: UserDependencies): Controller<'User'> => ({
  ...userDirectoryOperations(dependencies),
  ...invitationOperations(dependencies),
  ...secondFactorOperations(dependencies),
});
