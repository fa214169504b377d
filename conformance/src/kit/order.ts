// Owns the order in which checks run: by controller, and whatever a check builds on before it.
import type { Check } from './check.ts';

/** Signing in first: when that does not work, its own checks shall say so before everything else is blocked. */
const first = ['Authentication', 'Management', 'User', 'Cloud', 'TransferHistory'];
const last = ['Channels'];

export function inOrder(checks: readonly Check[]): Check[] {
  const byId = new Map(checks.map((check) => [check.id, check]));
  const ordered = new Set<Check>();
  const place = (check: Check, builders: readonly string[]): void => {
    if (builders.includes(check.id)) throw new Error(`${[...builders, check.id].join(' is after ')}: that is a circle.`);
    for (const id of check.after) {
      const needed = byId.get(id);
      if (needed === undefined) throw new Error(`${check.id} is after ${id}, which is no check.`);
      place(needed, [...builders, check.id]);
    }
    ordered.add(check);
  };
  for (const check of [...checks].sort((a, b) => placeOf(a) - placeOf(b))) place(check, []);
  return [...ordered];
}

function placeOf({ controller, kind }: Check): number {
  const known = first.indexOf(controller);
  const atEnd = last.indexOf(controller);
  const place = known >= 0 ? known : first.length + 1 + atEnd;
  return place * 2 + (kind === 'case' ? 0 : 1);
}
