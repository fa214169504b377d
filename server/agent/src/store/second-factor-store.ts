// Owns the rows of second-factor secrets: the one in force, and the one that waits for its first code.
import type { Database } from './database.ts';

export interface EnrolmentRow {
  readonly userId: string;
  /** Sealed. */
  readonly secret: string;
  readonly expiresAt: number;
}

export class SecondFactorStore {
  readonly #put;
  readonly #find;
  readonly #remove;
  readonly #set;
  readonly #step;
  readonly #forgetSteps;

  constructor(database: Database) {
    this.#put = database.prepare<EnrolmentRow>(
      `INSERT INTO mfa_enrolments (user_id, secret, expires_at) VALUES (@userId, @secret, @expiresAt)
       ON CONFLICT DO UPDATE SET secret = excluded.secret, expires_at = excluded.expires_at`,
    );
    this.#find = database.prepare<{ userId: string; now: number }, { secret: string }>(
      'SELECT secret FROM mfa_enrolments WHERE user_id = @userId AND expires_at > @now',
    );
    this.#remove = database.prepare<[string]>('DELETE FROM mfa_enrolments WHERE user_id = ?');
    this.#set = database.prepare<{ userId: string; secret: string | null }>('UPDATE users SET mfa_secret = @secret WHERE id = @userId');
    this.#step = database.prepare<{ userId: string; step: number }>(
      `INSERT INTO mfa_steps (user_id, last_step) VALUES (@userId, @step)
       ON CONFLICT DO UPDATE SET last_step = excluded.last_step WHERE last_step < excluded.last_step`,
    );
    this.#forgetSteps = database.prepare<[string]>('DELETE FROM mfa_steps WHERE user_id = ?');
  }

  /** Replaces the enrolment before. */
  putEnrolment(row: EnrolmentRow): void {
    this.#put.run(row);
  }

  findEnrolment(userId: string, now: number): string | undefined {
    return this.#find.get({ userId, now })?.secret;
  }

  removeEnrolment(userId: string): void {
    this.#remove.run(userId);
  }

  /** Null switches the second factor off. */
  setSecret(userId: string, secret: string | null): void {
    this.#set.run({ userId, secret });
  }

  /** False for a code whose time step was used already. */
  useStep(userId: string, step: number): boolean {
    return this.#step.run({ userId, step }).changes > 0;
  }

  /** Steps count for one secret only. */
  forgetSteps(userId: string): void {
    this.#forgetSteps.run(userId);
  }
}
