// Owns the rows of sessions, of open second-factor challenges and of failed logins.
import type { Database } from './database.ts';
import { ReadCache } from './read-cache.ts';

export interface SessionRow {
  readonly id: string;
  readonly userId: string;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** A living session with what authorisation needs to know of its user. */
export interface LiveSession {
  readonly sessionId: string;
  readonly userId: string;
  readonly accountId: string;
  readonly userType: number;
}

export interface ChallengeRow {
  readonly id: string;
  readonly userId: string;
  readonly expiresAt: number;
}

export type ChallengeOutcome = 'opened' | 'gone' | 'replayed' | 'full';

const live = `SELECT s.id AS sessionId, u.id AS userId, u.account_id AS accountId, u.user_type AS userType
  FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.expires_at > @now AND u.status = 1`;

export class SessionStore {
  readonly #insert;
  readonly #purge;
  readonly #count;
  readonly #find;
  readonly #expiry;
  readonly #found: ReadCache<{ session: LiveSession; expiresAt: number } | undefined>;
  readonly #latest;
  readonly #end;
  readonly #challenge;
  readonly #attempt;
  readonly #challenged;
  readonly #consume;
  readonly #step;
  readonly #purgeChallenges;
  readonly #oldestChallenges;
  readonly #transaction: <T>(work: () => T) => T;

  constructor(database: Database) {
    this.#transaction = (work) => database.transaction(work)();
    this.#insert = database.prepare<SessionRow>(
      'INSERT INTO sessions (id, user_id, created_at, expires_at) VALUES (@id, @userId, @createdAt, @expiresAt)',
    );
    this.#purge = database.prepare<[number]>('DELETE FROM sessions WHERE expires_at <= ?');
    this.#count = database.prepare<[string], { open: number }>('SELECT count(*) AS open FROM sessions WHERE user_id = ?');
    this.#find = database.prepare<{ id: string; now: number }, LiveSession>(`${live} AND s.id = @id`);
    this.#expiry = database.prepare<[string], number>('SELECT expires_at FROM sessions WHERE id = ?').pluck();
    this.#found = new ReadCache(database, 1000);
    this.#latest = database.prepare<{ now: number }, LiveSession>(`${live} ORDER BY s.created_at DESC, s.rowid DESC LIMIT 1`);
    this.#end = database.prepare<[string]>('DELETE FROM sessions WHERE id = ?');
    this.#challenge = database.prepare<ChallengeRow>(
      'INSERT INTO mfa_challenges (id, user_id, expires_at) VALUES (@id, @userId, @expiresAt)',
    );
    this.#attempt = database.prepare<{ id: string; now: number; max: number }, { userId: string; attempts: number }>(
      `UPDATE mfa_challenges SET attempts = attempts + 1 WHERE id = @id AND expires_at > @now AND attempts < @max
       RETURNING user_id AS userId, attempts`,
    );
    this.#challenged = database.prepare<[string], string>('SELECT user_id FROM mfa_challenges WHERE id = ?').pluck();
    this.#consume = database.prepare<[string]>('DELETE FROM mfa_challenges WHERE id = ?');
    this.#step = database.prepare<{ userId: string; step: number }>(
      `INSERT INTO mfa_steps (user_id, last_step) VALUES (@userId, @step)
       ON CONFLICT DO UPDATE SET last_step = excluded.last_step WHERE last_step < excluded.last_step`,
    );
    this.#purgeChallenges = database.prepare<[number]>('DELETE FROM mfa_challenges WHERE expires_at <= ?');
    this.#oldestChallenges = database.prepare<{ userId: string; keep: number }>(
      `DELETE FROM mfa_challenges WHERE id IN
       (SELECT id FROM mfa_challenges WHERE user_id = @userId ORDER BY expires_at DESC, rowid DESC LIMIT -1 OFFSET @keep)`,
    );
  }

  /** Opens a session unless the user holds `maxOpen` of them already. */
  open(session: SessionRow, maxOpen: number): boolean {
    return this.#transaction(() => this.#openIfRoom(session, maxOpen));
  }

  #openIfRoom(session: SessionRow, maxOpen: number): boolean {
    this.#purge.run(session.createdAt);
    if ((this.#count.get(session.userId)?.open ?? 0) >= maxOpen) return false;
    this.#insert.run(session);
    return true;
  }

  find(id: string, now: number): LiveSession | undefined {
    const found = this.#found.get(id, () => {
      const session = this.#find.get({ id, now });
      return session && { session, expiresAt: this.#expiry.get(id) ?? 0 };
    });
    return found !== undefined && found.expiresAt > now ? found.session : undefined;
  }

  /** The session that was opened last among those still alive. */
  latest(now: number): LiveSession | undefined {
    return this.#latest.get({ now });
  }

  end(id: string): boolean {
    return this.#end.run(id).changes > 0;
  }

  /** Stores a challenge; beyond `keep` open ones the user's oldest give way. */
  openChallenge(challenge: ChallengeRow, now: number, keep: number): void {
    this.#transaction(() => {
      this.#purgeChallenges.run(now);
      this.#challenge.run(challenge);
      this.#oldestChallenges.run({ userId: challenge.userId, keep });
    });
  }

  /** Counts an attempt before the code is looked at; undefined when the challenge is unknown, expired or used up. */
  attemptChallenge(id: string, now: number, max: number): { userId: string; attempts: number } | undefined {
    return this.#attempt.get({ id, now, max });
  }

  /** Whose challenge it is, without counting an attempt. */
  challengedUser(id: string): string | undefined {
    return this.#challenged.get(id);
  }

  /** Turns a challenge into a session: once only, and never twice with the code of one time step. */
  completeChallenge(id: string, step: number, session: SessionRow, maxOpen: number): ChallengeOutcome {
    return this.#transaction(() => {
      // The step first: after a code that was used already the challenge stays open for the next one.
      if (this.#step.run({ userId: session.userId, step }).changes === 0) return 'replayed';
      if (this.#consume.run(id).changes === 0) return 'gone';
      return this.#openIfRoom(session, maxOpen) ? 'opened' : 'full';
    });
  }
}
