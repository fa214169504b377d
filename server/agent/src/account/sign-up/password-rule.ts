// Owns which passwords are taken. The pages give no rule (authentication.md, Quirks); this one is chosen.
import { refusal } from '../failure.ts';

const shortest = 8;

export function acceptablePassword(password: string): string {
  if (Array.from(password.normalize('NFKC')).length < shortest)
    throw refusal('SECURITY', `A password needs at least ${shortest} characters.`);
  return password;
}
