// Owns what a target has declared to offer: what it does not offer is not asked of it.
import type { OperationId } from './contract.ts';
import type { Target } from './target.ts';

/** Why a check does not apply to the target, as far as its operations say. */
export function notOffered(
  { operations }: { readonly operations: readonly OperationId[] },
  { offered }: Pick<Target, 'offered'>,
): string | undefined {
  const absent = offered === undefined ? [] : operations.filter((id) => !offered.includes(id));
  if (absent.length === 0) return undefined;
  return `the profile of the target does not list ${absent.join(', ')} among its operations`;
}
