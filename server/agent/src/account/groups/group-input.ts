// Owns what the name and the description of a user group have to look like.
import { refusal } from '../failure.ts';

const [maxName, maxDescription] = [100, 2000];

/** Trimmed, on one line. */
export function groupName(value: string): string {
  const name = value.trim();
  if (name === '') throw refusal('DEFAULT', 'The user group needs a name.');
  if (name.length > maxName) throw refusal('DEFAULT', `The name of a user group has at most ${maxName} characters.`);
  if (/\p{Cc}/u.test(name)) throw refusal('DEFAULT', 'The name of a user group holds a control character.');
  return name;
}

/** Lines may break; no other control character has a place in it. */
export function groupDescription(value: string): string {
  if (value.length > maxDescription) throw refusal('DEFAULT', `The description of a user group has at most ${maxDescription} characters.`);
  if (/[^\P{Cc}\r\n\t]/u.test(value)) throw refusal('DEFAULT', 'The description of a user group holds a control character.');
  return value;
}
