// Owns holding the checks against the register: which requirements nothing proves, and which checks claim what they may not.
import { type Level, levels } from '../result.ts';
import type { Check } from './check.ts';
import { isObservable, type Requirement } from './register.ts';

type Claim = Pick<Check, 'id' | 'level' | 'proves'>;

/** Observable requirements that no check proves. */
export function unproven(requirements: readonly Requirement[], checks: readonly Claim[]): Requirement[] {
  const proven = new Set(checks.flatMap(({ proves }) => proves));
  return requirements.filter((requirement) => isObservable(requirement) && !proven.has(requirement.id));
}

/** One sentence per claim that does not hold. INFO checks prove nothing: what they look at is this contract's choice. */
export function falseClaims(requirements: readonly Requirement[], checks: readonly Claim[]): string[] {
  const byId = new Map(requirements.map((requirement) => [requirement.id, requirement]));
  return checks.flatMap(({ id, level, proves }) => {
    const known = proves.map((requirement) => byId.get(requirement));
    const unknown = proves.filter((requirement) => !byId.has(requirement)).map((name) => `${id} proves ${name}, which is not registered`);
    const hidden = known.flatMap((found) =>
      found === undefined || isObservable(found) ? [] : [`${id} proves ${found.id}, which cannot be observed`],
    );
    const doubled = new Set(proves).size < proves.length ? [`${id} names a requirement twice`] : [];
    return [...unknown, ...hidden, ...doubled, ...levelClaim({ id, level, proves }, highest(known))];
  });
}

function levelClaim({ id, level, proves }: Claim, found: Level | undefined): string[] {
  if (level === 'INFO') return proves.length > 0 ? [`${id} is INFO and proves ${proves.join(', ')}`] : [];
  if (found === undefined) return [`${id} is ${level} and proves nothing`];
  return found === level ? [] : [`${id} is ${level} and proves a ${found}`];
}

const highest = (requirements: readonly (Requirement | undefined)[]): Level | undefined =>
  levels.find((level) => requirements.some((requirement) => requirement?.level === level));
