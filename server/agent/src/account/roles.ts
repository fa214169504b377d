// Owns who may call what: the one place where the role that the contract asks for meets the caller.
import { type OperationId, routes } from '@click-kit/contract';
import type { Caller } from './caller.ts';

/** Operations without a required token are open; whether their caller is known is the operation's own business. */
export function mayCall(id: OperationId, caller: Pick<Caller, 'isAdmin'> | undefined): boolean {
  const { role }: { readonly role: string } = routes[id];
  return role !== 'admin' || caller?.isAdmin === true;
}
