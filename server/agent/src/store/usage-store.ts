// Owns the samples of how much was stored in the buckets of managed storage, one a bucket and day.
import type { Database } from './database.ts';
import type { StorageFamily } from './managed-storage-store.ts';

export interface UsageSample {
  readonly bucketId: string;
  /** YYYY-MM-DD in UTC. */
  readonly day: string;
  readonly accountId: string;
  readonly family: StorageFamily;
  readonly storageTier: number;
  readonly bytes: number;
}

export interface UsageQuery extends Pick<UsageSample, 'accountId' | 'family' | 'storageTier' | 'day'> {}

export class UsageStore {
  readonly #record;
  readonly #ofDay;
  readonly #last;
  readonly #prune;

  constructor(database: Database) {
    this.#record = database.prepare<UsageSample>(
      `INSERT INTO usage_samples (bucket_id, day, account_id, family, storage_tier, largest_bytes, last_bytes)
       VALUES (@bucketId, @day, @accountId, @family, @storageTier, @bytes, @bytes)
       ON CONFLICT (bucket_id, day) DO UPDATE SET largest_bytes = max(largest_bytes, @bytes), last_bytes = @bytes`,
    );
    // Of the newest sample of each bucket up to that day: what it held at most on the day, or what it held last before.
    this.#ofDay = database.prepare<UsageQuery, { bytes: number | null }>(
      `SELECT sum(CASE WHEN newest = @day THEN largest_bytes ELSE last_bytes END) AS bytes FROM (
         SELECT max(day) AS newest, largest_bytes, last_bytes FROM usage_samples
         WHERE account_id = @accountId AND family = @family AND day <= @day AND (@storageTier = 0 OR storage_tier = @storageTier)
         GROUP BY bucket_id)`,
    );
    this.#last = database.prepare<[string], { bytes: number | null }>(
      `SELECT sum(last_bytes) AS bytes FROM (SELECT max(day), last_bytes FROM usage_samples WHERE account_id = ? GROUP BY bucket_id)`,
    );
    this.#prune = database.prepare<[string]>('DELETE FROM usage_samples WHERE day < ?');
  }

  record(sample: UsageSample): void {
    this.#record.run(sample);
  }

  ofDay(query: UsageQuery): number {
    return this.#ofDay.get(query)?.bytes ?? 0;
  }

  /** What the buckets of an account held when they were last looked at. */
  storedBytes(accountId: string): number {
    return this.#last.get(accountId)?.bytes ?? 0;
  }

  /** Forgets what is older. */
  prune(day: string): void {
    this.#prune.run(day);
  }
}
