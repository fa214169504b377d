// Owns what the texts of projects and shared drives have to look like before they are stored.
import { refusal } from '../failure.ts';

/** Names stand in lists and paths: one line, with something to see in it. */
export function nameOf(value: string, what: string): string {
  const name = lineOf(value, `name of the ${what}`).trim();
  if (name === '') throw refusal('DEFAULT', `The name of the ${what} must not be blank.`);
  return name;
}

export function lineOf(value: string, field: string): string {
  if (/\p{Cc}/u.test(value)) throw refusal('DEFAULT', `The ${field} must not hold control characters.`);
  return value;
}

export const bit = (value: boolean): 0 | 1 => (value ? 1 : 0);
