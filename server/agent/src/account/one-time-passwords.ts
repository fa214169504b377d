// Owns one-time passwords: what an invited user, or one who forgot the password, gets in with once.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { ActivationStore } from '../store/activation-store.ts';
import type { InTransaction } from '../store/database.ts';
import type { IdentityStore } from '../store/identity-store.ts';
import type { SecretBox } from './secret-box.ts';
import { readable } from './sign-up/readable.ts';

export interface OneTimePasswordDependencies {
  readonly store: ActivationStore;
  readonly identities: IdentityStore;
  readonly inTransaction: InTransaction;
  readonly secretBox: SecretBox;
  readonly now: () => number;
  readonly random?: (bytes: number) => Buffer;
}

const [groups, groupLength] = [4, 5];
const place = (userId: string): string => `one_time_passwords/${userId}/password_hash`;

export class OneTimePasswords {
  readonly #store: ActivationStore;
  readonly #identities: IdentityStore;
  readonly #inTransaction: InTransaction;
  readonly #secretBox: SecretBox;
  readonly #now: () => number;
  readonly #random: (bytes: number) => Buffer;

  constructor({ store, identities, inTransaction, secretBox, now, random = randomBytes }: OneTimePasswordDependencies) {
    this.#store = store;
    this.#identities = identities;
    this.#inTransaction = inTransaction;
    this.#secretBox = secretBox;
    this.#now = now;
    this.#random = random;
  }

  /** A new one, of 100 random bits, in place of the one before. It is known to nobody once it was mailed. */
  issue(userId: string, lifetimeMs: number): string {
    const password = Array.from({ length: groups }, () => readable(this.#random(groupLength)).toLowerCase()).join('-');
    const passwordHash = this.#secretBox.fingerprint(password, place(userId));
    this.#store.putPassword({ userId, passwordHash, expiresAt: this.#now() + lifetimeMs });
    return password;
  }

  /** Spent ones still count as the present password while they last, so that whoever signed in with one can replace it. */
  isRight(userId: string, password: string, which: 'unused' | 'used too'): boolean {
    const found = this.#store.findPassword(userId, this.#now());
    if (found === undefined || (found.used === 1 && which === 'unused')) return false;
    const given = this.#secretBox.fingerprint(password.trim(), place(userId));
    return timingSafeEqual(Buffer.from(given), Buffer.from(found.passwordHash));
  }

  /** True once. Whoever needs one does not hold the sessions that are open, or wants them ended: they go. */
  spend(userId: string): boolean {
    return this.#inTransaction(() => {
      if (!this.#store.usePassword(userId)) return false;
      this.#identities.endSessions(userId);
      return true;
    });
  }

  remove(userId: string): void {
    this.#store.removePassword(userId);
  }
}
