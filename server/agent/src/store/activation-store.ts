// Owns the rows of activation codes and one-time passwords: at most one of each for a user.
import type { Database } from './database.ts';

export interface ActivationCodeRow {
  readonly userId: string;
  readonly codeHash: string;
  readonly attemptsLeft: number;
  readonly expiresAt: number;
}

export interface OneTimePasswordRow {
  readonly userId: string;
  readonly passwordHash: string;
  readonly expiresAt: number;
}

export class ActivationStore {
  readonly #putCode;
  readonly #attempt;
  readonly #removeCode;
  readonly #code;
  readonly #putPassword;
  readonly #password;
  readonly #use;
  readonly #removePassword;

  constructor(database: Database) {
    this.#putCode = database.prepare<ActivationCodeRow>(
      `INSERT INTO activation_codes (user_id, code_hash, attempts_left, expires_at) VALUES (@userId, @codeHash, @attemptsLeft, @expiresAt)
       ON CONFLICT DO UPDATE SET code_hash = excluded.code_hash, attempts_left = excluded.attempts_left, expires_at = excluded.expires_at`,
    );
    this.#attempt = database.prepare<{ userId: string; now: number }, { codeHash: string }>(
      `UPDATE activation_codes SET attempts_left = attempts_left - 1 WHERE user_id = @userId AND expires_at > @now AND attempts_left > 0
       RETURNING code_hash AS codeHash`,
    );
    this.#removeCode = database.prepare<[string]>('DELETE FROM activation_codes WHERE user_id = ?');
    this.#code = database.prepare<[string], ActivationCodeRow>(
      `SELECT user_id AS userId, code_hash AS codeHash, attempts_left AS attemptsLeft, expires_at AS expiresAt
       FROM activation_codes WHERE user_id = ?`,
    );
    this.#putPassword = database.prepare<OneTimePasswordRow>(
      `INSERT INTO one_time_passwords (user_id, password_hash, expires_at) VALUES (@userId, @passwordHash, @expiresAt)
       ON CONFLICT DO UPDATE SET password_hash = excluded.password_hash, used = 0, expires_at = excluded.expires_at`,
    );
    this.#password = database.prepare<{ userId: string; now: number }, { passwordHash: string; used: 0 | 1 }>(
      'SELECT password_hash AS passwordHash, used FROM one_time_passwords WHERE user_id = @userId AND expires_at > @now',
    );
    this.#use = database.prepare<[string]>('UPDATE one_time_passwords SET used = 1 WHERE user_id = ? AND used = 0');
    this.#removePassword = database.prepare<[string]>('DELETE FROM one_time_passwords WHERE user_id = ?');
  }

  /** Replaces the code before. */
  putCode(row: ActivationCodeRow): void {
    this.#putCode.run(row);
  }

  /** Counts an attempt before the code is looked at; undefined when there is no code, or none that still works. */
  attemptCode(userId: string, now: number): string | undefined {
    return this.#attempt.get({ userId, now })?.codeHash;
  }

  findCode(userId: string): ActivationCodeRow | undefined {
    return this.#code.get(userId);
  }

  removeCode(userId: string): void {
    this.#removeCode.run(userId);
  }

  /** Replaces the password before. */
  putPassword(row: OneTimePasswordRow): void {
    this.#putPassword.run(row);
  }

  findPassword(userId: string, now: number): { readonly passwordHash: string; readonly used: 0 | 1 } | undefined {
    return this.#password.get({ userId, now });
  }

  /** True for the first use only. */
  usePassword(userId: string): boolean {
    return this.#use.run(userId).changes > 0;
  }

  removePassword(userId: string): void {
    this.#removePassword.run(userId);
  }
}
