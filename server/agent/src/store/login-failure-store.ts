// Owns counting failed logins per username, within a window that starts with the first failure.
import type { Database } from './database.ts';

export class LoginFailureStore {
  readonly #count;
  readonly #add;
  readonly #clear;
  readonly #purge;
  readonly #shrink;
  readonly #transaction: <T>(work: () => T) => T;

  constructor(database: Database) {
    this.#transaction = (work) => database.transaction(work)();
    this.#count = database.prepare<[string, number], { failures: number }>(
      'SELECT failures FROM login_failures WHERE username_hash = ? AND window_ends_at > ?',
    );
    this.#add = database.prepare<{ usernameHash: string; windowEndsAt: number }>(
      `INSERT INTO login_failures (username_hash, failures, window_ends_at) VALUES (@usernameHash, 1, @windowEndsAt)
       ON CONFLICT DO UPDATE SET failures = failures + 1`,
    );
    this.#clear = database.prepare<[string]>('DELETE FROM login_failures WHERE username_hash = ?');
    this.#purge = database.prepare<[number]>('DELETE FROM login_failures WHERE window_ends_at <= ?');
    this.#shrink = database.prepare<{ keep: number }>(
      `DELETE FROM login_failures WHERE username_hash IN
       (SELECT username_hash FROM login_failures ORDER BY window_ends_at DESC LIMIT -1 OFFSET @keep)`,
    );
  }

  count(usernameHash: string, now: number): number {
    return this.#count.get(usernameHash, now)?.failures ?? 0;
  }

  /** Counts one failure; windows that are over go away, and beyond `keep` names the oldest do. */
  add(usernameHash: string, now: number, windowMs: number, keep: number): void {
    this.#transaction(() => {
      this.#purge.run(now);
      this.#add.run({ usernameHash, windowEndsAt: now + windowMs });
      this.#shrink.run({ keep });
    });
  }

  clear(usernameHash: string): void {
    this.#clear.run(usernameHash);
  }
}
