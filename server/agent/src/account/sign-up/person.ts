// Owns what names, usernames and addresses of people have to look like (user.md and authentication.md: at most 50 characters).
import { emailAddress } from '../../mail/address.ts';
import { refusal } from '../failure.ts';

export const maxNameLength = 50;

/** Trimmed; without control characters, which would break the lines of a mail or a list. */
export function nameText(value: string, field: string): string {
  const name = value.trim().normalize('NFC');
  if (/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(name)) throw refusal('DEFAULT', `The ${field} must not hold control characters.`);
  // Characters as people and JSON Schema count them, not UTF-16 units.
  if (Array.from(name).length > maxNameLength) throw refusal('DEFAULT', `The ${field} has at most ${maxNameLength} characters.`);
  return name;
}

export function requiredName(value: string, field: string): string {
  const name = nameText(value, field);
  if (name === '') throw refusal('DEFAULT', `The ${field} must not be empty.`);
  return name;
}

/** An address that also fits into a username. */
export function personalAddress(text: string): string {
  const address = emailAddress(text);
  if (address.length > maxNameLength) throw refusal('INVALID_EMAIL', `An email address has at most ${maxNameLength} characters here.`);
  return address;
}

/** `Jane van Doe` is Jane, of the name van Doe. */
export function splitName(name: string): { firstname: string; lastname: string } {
  const [firstname = '', ...rest] = name.split(/\s+/);
  return { firstname, lastname: rest.join(' ') };
}
