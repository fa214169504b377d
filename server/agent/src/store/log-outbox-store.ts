// Owns the events that wait for their delivery: a bounded queue for each log target, kept over restarts.
import type { Database } from './database.ts';

export interface OutboxRow {
  readonly n: number;
  /** As it is sent. */
  readonly event: string;
}

export interface OutboxLimits {
  readonly maxEvents: number;
  /** Rows up to this number are on their way: they do not give way to newer ones. */
  readonly sending: number;
}

export class LogOutboxStore {
  readonly #database: Database;
  readonly #append;
  readonly #count;
  readonly #dropOldest;
  readonly #dropped;
  readonly #undelivered;
  readonly #first;
  readonly #delivered;
  readonly #dropOne;

  constructor(database: Database) {
    this.#database = database;
    this.#append = database.prepare<{ target: string; event: string }>(
      'INSERT INTO log_outbox (target_id, event) SELECT id, @event FROM log_targets WHERE id = @target',
    );
    this.#count = database.prepare<[string], number>('SELECT count(*) FROM log_outbox WHERE target_id = ?').pluck();
    this.#dropOldest = database.prepare<{ target: string; sending: number; excess: number }>(
      `DELETE FROM log_outbox WHERE n IN
       (SELECT n FROM log_outbox WHERE target_id = @target AND n > @sending ORDER BY n LIMIT @excess)`,
    );
    this.#dropped = database.prepare<[number, string]>('UPDATE log_targets SET dropped = max(0, dropped + ?) WHERE id = ?');
    this.#undelivered = database.prepare<[string], number>('SELECT dropped FROM log_targets WHERE id = ?').pluck();
    this.#first = database.prepare<[string, number], OutboxRow>('SELECT n, event FROM log_outbox WHERE target_id = ? ORDER BY n LIMIT ?');
    this.#delivered = database.prepare<[string, number]>('DELETE FROM log_outbox WHERE target_id = ? AND n <= ?');
    this.#dropOne = database.prepare<[number]>('DELETE FROM log_outbox WHERE n = ?');
  }

  /** Beyond the limit the oldest give way, and are counted. For a target that is gone nothing is kept. */
  append(targetId: string, events: readonly string[], { maxEvents, sending }: OutboxLimits): void {
    this.#write(() => {
      for (const event of events) this.#append.run({ target: targetId, event });
      const excess = (this.#count.get(targetId) ?? 0) - maxEvents;
      if (excess <= 0) return;
      this.#dropped.run(this.#dropOldest.run({ target: targetId, sending, excess }).changes, targetId);
    });
  }

  first(targetId: string, limit: number): readonly OutboxRow[] {
    return this.#first.all(targetId, limit);
  }

  /** How many events were dropped since the last time that this was told. */
  dropped(targetId: string): number {
    return this.#undelivered.get(targetId) ?? 0;
  }

  /** Everything up to `n` has arrived, and so has the word of so many dropped ones. */
  delivered(targetId: string, n: number, dropped: number): void {
    this.#write(() => {
      this.#delivered.run(targetId, n);
      if (dropped > 0) this.#dropped.run(-dropped, targetId);
    });
  }

  /** Gives up on one event. */
  drop(targetId: string, n: number): void {
    this.#write(() => this.#dropped.run(this.#dropOne.run(n).changes, targetId));
  }

  /**
   * Without waiting for the disk, because requests wait while SQLite does: what is committed so survives the death of the process, and only
   * a power cut can take the last moments back.
   */
  #write(work: () => void): void {
    this.#database.pragma('synchronous = NORMAL');
    try {
      this.#database.transaction(work)();
    } finally {
      this.#database.pragma('synchronous = FULL');
    }
  }
}
