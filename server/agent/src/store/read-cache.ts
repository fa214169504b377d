// Owns answers that stay true until the next write: this process is the only one that writes to the database.
import type { Database } from './database.ts';

/** Bounded; emptied by any write, whatever table it went to. */
export class ReadCache<Value> {
  readonly #writes;
  readonly #limit: number;
  readonly #values = new Map<string, Value>();
  #seen = -1;

  constructor(database: Database, limit: number) {
    this.#writes = database.prepare<[], number>('SELECT total_changes()').pluck();
    this.#limit = limit;
  }

  get(key: string, read: () => Value): Value {
    const writes = this.#writes.get() ?? 0;
    if (writes !== this.#seen || this.#values.size >= this.#limit) this.#values.clear();
    this.#seen = writes;
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    const value = read();
    // What is not there is not remembered: whoever guesses keys would push out those that are in use.
    if (value !== undefined) this.#values.set(key, value);
    return value;
  }
}
