// Owns who may call what: the one place where the role that the contract asks for meets the caller.
import { type OperationId, routes, UserType } from '@click-kit/contract';
import type { Caller } from './caller.ts';

type Role = 'anyone' | 'user' | 'creative' | 'admin';

/** Operations without a required token are open; whether their caller is known is the operation's own business. */
export function mayCall(id: OperationId, caller: Pick<Caller, 'isAdmin' | 'userType'> | undefined): boolean {
  const { role }: { readonly role: Role } = routes[id];
  if (role === 'anyone' || role === 'user' || caller?.isAdmin === true) return true;
  return role === 'creative' && ((caller?.userType ?? 0) & UserType.DesktopCreativeUser) !== 0;
}

/** What somebody is told who may not. */
export function refusalOf(id: OperationId): string {
  const { role }: { readonly role: Role } = routes[id];
  return `Only an administrator of the account${role === 'creative' ? ' or a creative user' : ''} may do this.`;
}
