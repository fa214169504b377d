// Owns the check for fields that the documentation does not mark as required but that an operation cannot do without.
import { Problem } from './problem.ts';

/** The value, or 499 `DEFAULT` when it is missing or an empty string. */
export function given<T>(value: T | undefined | null, field: string): T {
  if (value === undefined || value === null || value === '')
    throw new Problem(499, 'DEFAULT', `The request is not valid: body.${field} is missing.`);
  return value;
}
