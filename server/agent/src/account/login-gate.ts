// Owns checking a password, and how often one may try.
import { createHash } from 'node:crypto';
import type { LoginFailureStore } from '../store/login-failure-store.ts';
import type { UserRow, UserStore } from '../store/user-store.ts';
import { refusal, unauthenticated } from './failure.ts';
import type { OneTimePasswords } from './one-time-passwords.ts';
import { noPassword, nobodysHash, passwordCost, type PasswordCost, verifyPassword } from './password.ts';

export interface LoginSettings {
  /** Failures of one username within the window; after that every answer is 401. */
  readonly maxFailures: number;
  readonly windowMs: number;
  /** Usernames whose failures are remembered. */
  readonly maxNames: number;
  /** Logins that wait for their turn. */
  readonly maxWaiting: number;
  /** Of the hashes that are made. */
  readonly passwordCost: PasswordCost;
}

export const defaultLoginSettings: LoginSettings = { maxFailures: 10, windowMs: 300_000, maxNames: 10_000, maxWaiting: 100, passwordCost };

export interface Admitted {
  readonly user: UserRow;
  /** True when it was a one-time password. */
  readonly oneTime: boolean;
}

export const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');

export class LoginGate {
  readonly #users: UserStore;
  readonly #failures: LoginFailureStore;
  readonly #now: () => number;
  readonly #settings: LoginSettings;
  readonly #oneTime: OneTimePasswords;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(
    users: UserStore,
    failures: LoginFailureStore,
    oneTime: OneTimePasswords,
    now: () => number,
    settings: LoginSettings = defaultLoginSettings,
  ) {
    this.#users = users;
    this.#failures = failures;
    this.#oneTime = oneTime;
    this.#now = now;
    this.#settings = settings;
  }

  /**
   * The user whose username, password and type these are. One login at a time: the memory of one hash is all that logins ever
   * need, and guesses sent in parallel are counted one after the other.
   */
  admit(username: string, password: string, type: number | undefined): Promise<Admitted> {
    return this.#inTurn(() => this.#check(username, password, type, 'unused'));
  }

  /** Whether the signed-in user knows the password, or the one-time password that the sign-in was made with. */
  confirm(username: string, password: string): Promise<Admitted> {
    return this.#inTurn(() => this.#check(username, password, undefined, 'used too'));
  }

  /** Spends the one-time password of a sign-in; only one of two that come at once succeeds. */
  spend(user: UserRow): void {
    if (!this.#oneTime.spend(user.id)) throw wrongCredentials();
  }

  /** Work that needs the memory of a hash waits for its turn here. */
  hashInTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.#inTurn(work);
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= this.#settings.maxWaiting) throw refusal('DEFAULT', 'Too many logins at once. Try again in a moment.');
    this.#waiting += 1;
    const done = this.#turn.then(work);
    this.#turn = done.then(
      () => undefined,
      () => undefined,
    );
    try {
      return await done;
    } finally {
      this.#waiting -= 1;
    }
  }

  async #check(username: string, password: string, type: number | undefined, oneTime: 'unused' | 'used too'): Promise<Admitted> {
    // The password is not even looked at: neither the right one nor a wrong one may tell that the limit is reached.
    if (this.isClosed(username)) throw wrongCredentials();
    const user = this.#users.findByUsername(username);
    const ofType = user !== undefined && (type === undefined || type === user.userType);
    // Tried first, because it costs nothing; that it is right shows in the answer anyway.
    if (ofType && this.#oneTime.isRight(user.id, password, oneTime)) return { user, oneTime: true };
    const hash = user === undefined || user.passwordHash === noPassword ? undefined : user.passwordHash;
    const right = (await verifyPassword(password, hash ?? nobodysHash(this.#settings.passwordCost))) && hash !== undefined;
    if (ofType && right) return { user, oneTime: false };
    this.blame(username);
    throw wrongCredentials();
  }

  isClosed(username: string): boolean {
    return this.#failures.count(nameKey(username), this.#now()) >= this.#settings.maxFailures;
  }

  /** Counts a failure against the username. */
  blame(username: string): void {
    this.#failures.add(nameKey(username), this.#now(), this.#settings.windowMs, this.#settings.maxNames);
  }

  /** Forgets the failures once the login is complete, second factor included. */
  forgive(username: string): void {
    this.#failures.clear(nameKey(username));
  }
}

const nameKey = (username: string): string => digest(username.toLowerCase());
const wrongCredentials = (): Error => unauthenticated('AUTH', 'The username, the password or the user type is wrong.');
