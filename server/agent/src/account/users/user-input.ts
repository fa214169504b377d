// Owns what the fields of a user have to look like before they are stored.
import { UserType } from '@click-kit/contract';
import { emailAddress } from '../../mail/address.ts';
import { refusal } from '../failure.ts';

const maxLength = 50;
const types: ReadonlySet<number> = new Set([UserType.DesktopAdmin, UserType.DesktopCreativeUser, UserType.DesktopStandardUser]);

/** Trimmed, on one line, at most 50 characters (user.md, Insert User). */
export function line(value: string, field: string): string {
  const trimmed = value.trim();
  if (trimmed.length > maxLength) throw refusal('DEFAULT', `The ${field} has at most ${maxLength} characters.`);
  if (/\p{Cc}/u.test(trimmed)) throw refusal('DEFAULT', `The ${field} holds a control character.`);
  return trimmed;
}

export function username(value: string): string {
  const name = line(value, 'username');
  if (name === '') throw refusal('DEFAULT', 'The user needs a username.');
  return name;
}

export function email(value: string): string {
  if (value.length > maxLength) throw refusal('DEFAULT', `The email has at most ${maxLength} characters.`);
  return emailAddress(value);
}

/** Exactly one of the three documented types: what a combination may do is said nowhere (chosen). */
export function userType(value: number): number {
  if (types.has(value)) return value;
  throw refusal('DEFAULT', `The userType ${value} is not one of ${[...types].join(', ')}.`);
}
