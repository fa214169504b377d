// Owns counting uses per key, within a window that starts with the first use.
import type { Database } from './database.ts';

export class RateLimitStore {
  readonly #use;
  readonly #purge;
  readonly #shrink;

  constructor(database: Database) {
    this.#use = database.prepare<{ keyHash: string; windowEndsAt: number }, { uses: number }>(
      `INSERT INTO rate_limits (key_hash, uses, window_ends_at) VALUES (@keyHash, 1, @windowEndsAt)
       ON CONFLICT DO UPDATE SET uses = uses + 1 RETURNING uses`,
    );
    this.#purge = database.prepare<[number]>('DELETE FROM rate_limits WHERE window_ends_at <= ?');
    this.#shrink = database.prepare<{ keep: number }>(
      `DELETE FROM rate_limits WHERE key_hash IN
       (SELECT key_hash FROM rate_limits ORDER BY window_ends_at DESC LIMIT -1 OFFSET @keep)`,
    );
  }

  /** Counts one use and answers how many there were; windows that are over go away, and beyond `keep` keys the oldest do. */
  use(keyHash: string, now: number, windowMs: number, keep: number): number {
    this.#purge.run(now);
    const uses = this.#use.get({ keyHash, windowEndsAt: now + windowMs })?.uses ?? 1;
    this.#shrink.run({ keep });
    return uses;
  }
}
