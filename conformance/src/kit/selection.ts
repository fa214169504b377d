// Owns choosing checks by patterns on their ids.
import { createHash } from 'node:crypto';
import type { Check } from './check.ts';

/** `*` stands for any text; a pattern without one also selects everything below it. */
export function matches(id: string, pattern: string): boolean {
  const escaped = pattern
    .split('*')
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join('.*');
  return new RegExp(`^${escaped}${pattern.includes('*') ? '' : String.raw`(\..*)?`}$`).test(id);
}

export const select = (checks: readonly Check[], patterns: readonly string[]): Check[] =>
  patterns.length === 0 ? [...checks] : checks.filter(({ id }) => patterns.some((pattern) => matches(id, pattern)));

/** Equal for equal selections, so that two runs can be told to have asked the same. */
export const digestOf = (checks: readonly Pick<Check, 'id'>[]): string =>
  createHash('sha256')
    .update(
      checks
        .map(({ id }) => id)
        .sort()
        .join('\n'),
    )
    .digest('hex')
    .slice(0, 12);
