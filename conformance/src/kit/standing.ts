// Owns which results do not decide: expected to fail, known to be flaky, newer than the frozen set.
import type { CheckResult, Standing } from '../result.ts';
import { exceptionOf, type Exceptions } from './expected-failures.ts';
import { type FrozenSet, frozenStandingOf } from './frozen-sets.ts';

export interface Rules {
  readonly exceptions: Exceptions;
  readonly frozen: FrozenSet | undefined;
}

/** What could not run or broke the kit stays what it is, unless it does not score at all. */
export function withStanding(result: CheckResult, { exceptions, frozen }: Rules): CheckResult {
  const standing = (frozen && frozenStandingOf(result, frozen)) ?? exceptionOf(result, exceptions);
  if (standing === undefined || result.status === 'error') return result;
  return { ...result, status: standing.kind === 'expected' ? 'expected' : 'unscored', standing, reason: sentenceOf(standing) };
}

function sentenceOf({ kind, outcome, why, owner, expires }: Standing): string {
  const facts = [owner, expires !== undefined && `until ${expires}`].filter((fact) => typeof fact === 'string');
  const about = facts.length > 0 ? ` (${facts.join(', ')})` : '';
  return `${kind}, ${outcome}: ${why}${about}`;
}
