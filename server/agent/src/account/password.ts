// Owns hashing passwords: scrypt, with its cost stored beside each hash so that it can be raised later.
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

export interface PasswordCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** 16 MiB of memory for each hash, the strength that OWASP recommends for so much; `p` is how often it is gone through. */
export const passwordCost: PasswordCost = { N: 16_384, r: 8, p: 5 };
const keyLength = 32;

const derive = (password: string, salt: Buffer, { N, r, p }: PasswordCost): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    // Normalised, because the same character can be typed in two ways. maxmem is twice what the cost needs.
    scrypt(password.normalize('NFKC'), salt, keyLength, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });

/** `scrypt$N$r$p$salt$key`. */
export async function hashPassword(password: string, cost: PasswordCost = passwordCost): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, cost);
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/** What stands in place of a hash for users without a password of their own: nobody signs in with it. */
export const noPassword = '';

/** A hash that no password has: checked for unknown users, so that they take as long as known ones. */
export const nobodysHash = ({ N, r, p }: PasswordCost): string => ['scrypt', N, r, p, 'A'.repeat(22), 'A'.repeat(43)].join('$');

export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const [scheme, N, r, p, salt, key] = hash.split('$');
  if (scheme !== 'scrypt' || salt === undefined || key === undefined) throw new Error('The stored password hash is not one of this agent.');
  const expected = Buffer.from(key, 'base64url');
  const actual = await derive(password, Buffer.from(salt, 'base64url'), { N: Number(N), r: Number(r), p: Number(p) });
  return timingSafeEqual(actual, expected);
}
