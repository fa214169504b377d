// Owns the proofs of the checks that the contract itself implies, so that a new operation brings its own.
import type { Contract, Operation } from '../kit/contract.ts';
import { slug } from '../kit/derived-cases.ts';
import type { Proof } from './fault.ts';
import { acceptAnyToken, setStatus } from './faults-http.ts';

export function derivedProofs({ operations }: Contract): Proof[] {
  return [...tokenProofs([...operations.values()]), ...adminProofs([...operations.values()])];
}

/** Where the page says that an operation is for administrators. */
function adminProofs(operations: readonly Operation[]): Proof[] {
  return operations
    .filter(({ adminOnly }) => adminOnly === 'MUST')
    .map(({ id, tag }) => {
      const check = `${slug(tag)}.${slug(id)}.not-an-admin`;
      return { id: `${check}/lets-anybody`, check, fault: setStatus(id, 200) };
    });
}

/** Only an operation that needs a token has checks of it that are a MUST. */
function tokenProofs(operations: readonly Operation[]): Proof[] {
  return operations
    .filter(({ security }) => security === 'required')
    .flatMap(({ id, tag }): Proof[] => {
      const check = `${slug(tag)}.${slug(id)}`;
      return [
        { id: `${check}.no-token/needs-none`, check: `${check}.no-token`, fault: acceptAnyToken(id) },
        { id: `${check}.bad-token/accepts-any`, check: `${check}.bad-token`, fault: acceptAnyToken(id) },
        { id: `${check}.bad-token/answers-403`, check: `${check}.bad-token`, fault: setStatus(id, 403) },
      ];
    });
}
