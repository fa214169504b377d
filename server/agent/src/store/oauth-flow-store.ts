// Owns the rows of authorizations under way: found by the hash of their state, and taken once.
import type { Database } from './database.ts';

export interface OAuthFlowRow {
  /** SHA-256 of the state. */
  readonly stateHash: string;
  readonly userId: string;
  readonly sessionId: string;
  readonly cloudType: number;
  /** Of the cloud account to be. */
  readonly name: string;
  readonly shared: 0 | 1;
  readonly redirectUrl: string;
  /** Sealed. */
  readonly verifier: string;
  readonly expiresAt: number;
}

export type OAuthFlowKey = Pick<OAuthFlowRow, 'stateHash' | 'userId' | 'sessionId' | 'cloudType'> & { readonly now: number };

export class OAuthFlowStore {
  readonly #insert;
  readonly #purge;
  readonly #oldest;
  readonly #take;
  readonly #transaction: <T>(work: () => T) => T;

  constructor(database: Database) {
    this.#transaction = (work) => database.transaction(work)();
    this.#insert = database.prepare<OAuthFlowRow>(
      `INSERT INTO oauth_flows (state_hash, user_id, session_id, cloud_type, name, shared, redirect_url, verifier, expires_at)
       VALUES (@stateHash, @userId, @sessionId, @cloudType, @name, @shared, @redirectUrl, @verifier, @expiresAt)`,
    );
    this.#purge = database.prepare<[number]>('DELETE FROM oauth_flows WHERE expires_at <= ?');
    this.#oldest = database.prepare<{ userId: string; keep: number }>(
      `DELETE FROM oauth_flows WHERE state_hash IN
       (SELECT state_hash FROM oauth_flows WHERE user_id = @userId ORDER BY expires_at DESC, rowid DESC LIMIT -1 OFFSET @keep)`,
    );
    this.#take = database.prepare<OAuthFlowKey, OAuthFlowRow>(
      `DELETE FROM oauth_flows
       WHERE state_hash = @stateHash AND user_id = @userId AND session_id = @sessionId AND cloud_type = @cloudType AND expires_at > @now
       RETURNING state_hash AS stateHash, user_id AS userId, session_id AS sessionId, cloud_type AS cloudType, name, shared,
         redirect_url AS redirectUrl, verifier, expires_at AS expiresAt`,
    );
  }

  /** Stores an authorization; beyond `keep` of them the user's oldest give way. */
  open(row: OAuthFlowRow, now: number, keep: number): void {
    this.#transaction(() => {
      this.#purge.run(now);
      this.#insert.run(row);
      this.#oldest.run({ userId: row.userId, keep });
    });
  }

  /** Once only: whoever comes second, or is not the one who began, gets nothing, and takes nothing away. */
  take(key: OAuthFlowKey): OAuthFlowRow | undefined {
    return this.#take.get(key);
  }
}
