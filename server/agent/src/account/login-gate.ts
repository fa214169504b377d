// Owns checking a password, and how often one may try.
import { createHash } from 'node:crypto';
import type { LoginFailureStore } from '../store/login-failure-store.ts';
import type { UserRow, UserStore } from '../store/user-store.ts';
import { refusal, unauthenticated } from './failure.ts';
import { nobodysHash, verifyPassword } from './password.ts';

export interface LoginSettings {
  /** Failures of one username within the window; after that every answer is 401. */
  readonly maxFailures: number;
  readonly windowMs: number;
  /** Usernames whose failures are remembered. */
  readonly maxNames: number;
  /** Logins that wait for their turn. */
  readonly maxWaiting: number;
}

export const defaultLoginSettings: LoginSettings = { maxFailures: 10, windowMs: 300_000, maxNames: 10_000, maxWaiting: 100 };

export const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');

export class LoginGate {
  readonly #users: UserStore;
  readonly #failures: LoginFailureStore;
  readonly #now: () => number;
  readonly #settings: LoginSettings;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(users: UserStore, failures: LoginFailureStore, now: () => number, settings: LoginSettings = defaultLoginSettings) {
    this.#users = users;
    this.#failures = failures;
    this.#now = now;
    this.#settings = settings;
  }

  /**
   * The user whose username, password and type these are. One login at a time: the memory of one hash is all that logins ever
   * need, and guesses sent in parallel are counted one after the other.
   */
  async admit(username: string, password: string, type: number | undefined): Promise<UserRow> {
    if (this.#waiting >= this.#settings.maxWaiting) throw refusal('DEFAULT', 'Too many logins at once. Try again in a moment.');
    this.#waiting += 1;
    const check = this.#turn.then(() => this.#check(username, password, type));
    this.#turn = check.then(
      () => undefined,
      () => undefined,
    );
    try {
      return await check;
    } finally {
      this.#waiting -= 1;
    }
  }

  async #check(username: string, password: string, type: number | undefined): Promise<UserRow> {
    // The password is not even looked at: neither the right one nor a wrong one may tell that the limit is reached.
    if (this.isClosed(username)) throw wrongCredentials();
    const user = this.#users.findByUsername(username);
    const right = await verifyPassword(password, user?.passwordHash ?? nobodysHash);
    if (user !== undefined && right && (type === undefined || type === user.userType)) return user;
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
