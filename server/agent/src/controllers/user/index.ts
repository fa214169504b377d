// Owns the User controller: its operations stand in one file per part.
import type { Controller } from '../../http/handler.ts';
import { type UserDirectoryDependencies, userDirectoryOperations } from './directory.ts';

export type UserDependencies = UserDirectoryDependencies;

export const user = (dependencies: UserDependencies): Controller<'User'> => ({
  ...userDirectoryOperations(dependencies),
});
