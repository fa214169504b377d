// Owns activation codes: at most four characters (authentication.md), so what protects them is a short life and few attempts.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { ActivationStore } from '../../store/activation-store.ts';
import type { SecretBox } from '../secret-box.ts';
import { readable } from './readable.ts';

export interface ActivationCodeDependencies {
  readonly store: ActivationStore;
  readonly secretBox: SecretBox;
  readonly now: () => number;
  readonly random?: (bytes: number) => Buffer;
}

const length = 4;
/** One in 200,000 that a code is guessed. */
const attempts = 5;
const place = (userId: string): string => `activation_codes/${userId}/code_hash`;

export class ActivationCodes {
  readonly #store: ActivationStore;
  readonly #secretBox: SecretBox;
  readonly #now: () => number;
  readonly #random: (bytes: number) => Buffer;

  constructor({ store, secretBox, now, random = randomBytes }: ActivationCodeDependencies) {
    this.#store = store;
    this.#secretBox = secretBox;
    this.#now = now;
    this.#random = random;
  }

  /** A new code with attempts of its own, in place of the one before. */
  issue(userId: string, lifetimeMs: number): string {
    const code = readable(this.#random(length));
    const codeHash = this.#secretBox.fingerprint(code, place(userId));
    this.#store.putCode({ userId, codeHash, attemptsLeft: attempts, expiresAt: this.#now() + lifetimeMs });
    return code;
  }

  /** Whether the code is right and still works; each call counts, and the right one uses the code up. */
  redeem(userId: string, code: string): boolean {
    const codeHash = this.#store.attemptCode(userId, this.#now());
    if (codeHash === undefined) return false;
    const given = this.#secretBox.fingerprint(code.trim().toUpperCase(), place(userId));
    if (!timingSafeEqual(Buffer.from(given), Buffer.from(codeHash))) return false;
    this.#store.removeCode(userId);
    return true;
  }

  hasExpired(userId: string): boolean {
    return (this.#store.findCode(userId)?.expiresAt ?? 0) <= this.#now();
  }
}
