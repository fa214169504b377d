// Owns the rows of sign-ons under way and of assertions that were used, and who vouched for a user last.
import type { Database } from './database.ts';
import type { SsoProvider } from './sso-configuration-store.ts';

export interface SsoAttemptRow {
  /** The SHA-256 of what the client holds. */
  readonly id: string;
  readonly configurationId: string;
  readonly userId: string;
  readonly purpose: 'sign-in' | 'import';
  readonly callbackUrl: string;
  /** Sealed. */
  readonly secrets: string;
  readonly expiresAt: number;
}

const columns = `id, configuration_id AS configurationId, user_id AS userId, purpose, callback_url AS callbackUrl, secrets,
  expires_at AS expiresAt`;

export class SsoAttemptStore {
  readonly #purge;
  readonly #insert;
  readonly #oldest;
  readonly #take;
  readonly #takeNewest;
  readonly #purgeAssertions;
  readonly #use;
  readonly #vouch;
  readonly #transaction: <T>(work: () => T) => T;

  constructor(database: Database) {
    this.#transaction = (work) => database.transaction(work)();
    this.#purge = database.prepare<[number]>('DELETE FROM sso_attempts WHERE expires_at <= ?');
    this.#insert = database.prepare<SsoAttemptRow>(
      `INSERT INTO sso_attempts (id, configuration_id, user_id, purpose, callback_url, secrets, expires_at)
       VALUES (@id, @configurationId, @userId, @purpose, @callbackUrl, @secrets, @expiresAt)`,
    );
    this.#oldest = database.prepare<{ userId: string; purpose: string; keep: number }>(
      `DELETE FROM sso_attempts WHERE id IN
       (SELECT id FROM sso_attempts WHERE user_id = @userId AND purpose = @purpose ORDER BY expires_at DESC, rowid DESC LIMIT -1 OFFSET @keep)`,
    );
    this.#take = database.prepare<{ id: string; purpose: string; now: number }, SsoAttemptRow>(
      `DELETE FROM sso_attempts WHERE id = @id AND purpose = @purpose AND expires_at > @now RETURNING ${columns}`,
    );
    this.#takeNewest = database.prepare<{ userId: string; purpose: string; now: number }, SsoAttemptRow>(
      `DELETE FROM sso_attempts WHERE id = (SELECT id FROM sso_attempts WHERE user_id = @userId AND purpose = @purpose AND expires_at > @now
       ORDER BY expires_at DESC, rowid DESC LIMIT 1) RETURNING ${columns}`,
    );
    this.#purgeAssertions = database.prepare<[number]>('DELETE FROM sso_used_assertions WHERE expires_at <= ?');
    this.#use = database.prepare<{ configurationId: string; assertionHash: string; expiresAt: number }>(
      `INSERT INTO sso_used_assertions (configuration_id, assertion_hash, expires_at) VALUES (@configurationId, @assertionHash, @expiresAt)
       ON CONFLICT DO NOTHING`,
    );
    this.#vouch = database.prepare<[number, string]>('UPDATE users SET auth_provider = ? WHERE id = ?');
  }

  /** Beyond `keep` open ones of the user and purpose the oldest give way. False when the configuration or the user has gone meanwhile. */
  insert(row: SsoAttemptRow, now: number, keep: number): boolean {
    return this.#transaction(() => {
      this.#purge.run(now);
      try {
        this.#insert.run(row);
      } catch (error) {
        if ((error as { code?: unknown }).code === 'SQLITE_CONSTRAINT_FOREIGNKEY') return false;
        throw error;
      }
      this.#oldest.run({ userId: row.userId, purpose: row.purpose, keep });
      return true;
    });
  }

  /** Hands an attempt out and forgets it, whatever comes of it: each can be used once. */
  take(id: string, purpose: SsoAttemptRow['purpose'], now: number): SsoAttemptRow | undefined {
    return this.#take.get({ id, purpose, now });
  }

  takeNewest(userId: string, purpose: SsoAttemptRow['purpose'], now: number): SsoAttemptRow | undefined {
    return this.#takeNewest.get({ userId, purpose, now });
  }

  /** False when the assertion was used before, or its configuration has gone. */
  useAssertion(configurationId: string, assertionHash: string, now: number, expiresAt: number): boolean {
    return this.#transaction(() => {
      this.#purgeAssertions.run(now);
      try {
        return this.#use.run({ configurationId, assertionHash, expiresAt }).changes === 1;
      } catch (error) {
        if ((error as { code?: unknown }).code === 'SQLITE_CONSTRAINT_FOREIGNKEY') return false;
        throw error;
      }
    });
  }

  /** Who vouched for the user last. */
  vouch(userId: string, provider: SsoProvider): void {
    this.#vouch.run(provider, userId);
  }
}
