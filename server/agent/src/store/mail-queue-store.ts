// Owns the rows of letters that are to go out.
import type { Database } from './database.ts';

export interface QueuedLetterRow {
  readonly id: string;
  /** Sealed. */
  readonly letter: string;
  readonly nextAttemptAt: number;
  /** After this the letter is of no use to anybody. */
  readonly expiresAt: number;
}

export class MailQueueStore {
  readonly #insert;
  readonly #due;
  readonly #next;
  readonly #count;
  readonly #remove;
  readonly #postpone;
  readonly #purge;

  constructor(database: Database) {
    this.#insert = database.prepare<QueuedLetterRow>(
      'INSERT INTO mail_queue (id, letter, next_attempt_at, expires_at) VALUES (@id, @letter, @nextAttemptAt, @expiresAt)',
    );
    this.#due = database.prepare<[number], { id: string; letter: string; attempts: number }>(
      'SELECT id, letter, attempts FROM mail_queue WHERE next_attempt_at <= ? ORDER BY next_attempt_at, rowid LIMIT 1',
    );
    this.#next = database.prepare<[], number | null>('SELECT min(next_attempt_at) FROM mail_queue').pluck();
    this.#count = database.prepare<[], number>('SELECT count(*) FROM mail_queue').pluck();
    this.#remove = database.prepare<[string]>('DELETE FROM mail_queue WHERE id = ?');
    this.#postpone = database.prepare<{ id: string; nextAttemptAt: number }>(
      'UPDATE mail_queue SET attempts = attempts + 1, next_attempt_at = @nextAttemptAt WHERE id = @id',
    );
    this.#purge = database.prepare<[number]>('DELETE FROM mail_queue WHERE expires_at <= ?');
  }

  /** False when there are `max` letters already. */
  insert(row: QueuedLetterRow, max: number): boolean {
    if ((this.#count.get() ?? 0) >= max) return false;
    this.#insert.run(row);
    return true;
  }

  due(now: number): { readonly id: string; readonly letter: string; readonly attempts: number } | undefined {
    return this.#due.get(now);
  }

  nextAttemptAt(): number | undefined {
    return this.#next.get() ?? undefined;
  }

  remove(id: string): void {
    this.#remove.run(id);
  }

  postpone(id: string, nextAttemptAt: number): void {
    this.#postpone.run({ id, nextAttemptAt });
  }

  /** How many letters were given up. */
  purge(now: number): number {
    return this.#purge.run(now).changes;
  }
}
