// Owns changing what identifies a user: status, password, names, second factor, Google identity.
import type { Database } from './database.ts';
import type { UserRow, UserStore } from './user-store.ts';

export interface GoogleIdentity {
  readonly issuer: string;
  readonly subject: string;
}

export interface NamesRow {
  readonly firstname: string;
  readonly lastname: string;
}

const pendingOwner = 'owner = 1 AND status = 4';

export class IdentityStore {
  readonly #users: UserStore;
  readonly #pendingByEmail;
  readonly #activate;
  readonly #password;
  readonly #names;
  readonly #endOthers;
  readonly #endChallenges;
  readonly #google;
  readonly #linkGoogle;
  readonly #pendingSignUps;
  readonly #removeSignUp;
  readonly #staleSignUps;

  constructor(database: Database, users: UserStore) {
    this.#users = users;
    this.#pendingByEmail = database.prepare<[string], { id: string }>(
      'SELECT id FROM users WHERE status = 4 AND email = ? COLLATE NOCASE ORDER BY create_date DESC, id LIMIT 1',
    );
    this.#activate = database.prepare<[string]>('UPDATE users SET status = 1 WHERE id = ? AND status = 4');
    this.#password = database.prepare<{ id: string; passwordHash: string }>(
      'UPDATE users SET password_hash = @passwordHash WHERE id = @id',
    );
    this.#names = database.prepare<NamesRow & { id: string }>(
      'UPDATE users SET firstname = @firstname, lastname = @lastname WHERE id = @id',
    );
    this.#endOthers = database.prepare<{ userId: string; keep: string }>('DELETE FROM sessions WHERE user_id = @userId AND id <> @keep');
    this.#endChallenges = database.prepare<[string]>('DELETE FROM mfa_challenges WHERE user_id = ?');
    this.#google = database.prepare<GoogleIdentity, { id: string }>(
      'SELECT user_id AS id FROM google_identities WHERE issuer = @issuer AND subject = @subject',
    );
    this.#linkGoogle = database.prepare<GoogleIdentity & { userId: string }>(
      'INSERT INTO google_identities (issuer, subject, user_id) VALUES (@issuer, @subject, @userId)',
    );
    this.#pendingSignUps = database.prepare<[], number>(`SELECT count(*) FROM users WHERE ${pendingOwner}`).pluck();
    // The account goes, and its one user with it.
    this.#removeSignUp = database.prepare<[string]>(
      `DELETE FROM accounts WHERE id IN (SELECT account_id FROM users WHERE id = ? AND ${pendingOwner})`,
    );
    this.#staleSignUps = database.prepare<[number]>(
      `DELETE FROM accounts WHERE id IN (SELECT u.account_id FROM activation_codes c JOIN users u ON u.id = c.user_id
       WHERE c.expires_at <= ? AND u.owner = 1 AND u.status = 4)`,
    );
  }

  /** By username or, failing that, the pending user who was invited last at that address. */
  findPending(email: string): UserRow | undefined {
    const named = this.#users.findByUsername(email);
    if (named?.status === 4) return named;
    const found = this.#pendingByEmail.get(email);
    return found && this.#users.findById(found.id);
  }

  activate(userId: string): boolean {
    return this.#activate.run(userId).changes > 0;
  }

  setPassword(id: string, passwordHash: string): void {
    this.#password.run({ id, passwordHash });
  }

  setNames(id: string, names: NamesRow): void {
    this.#names.run({ id, ...names });
  }

  /** Signs the user out everywhere, but for one session; logins that wait for their second factor end too. */
  endSessions(userId: string, keep = ''): void {
    this.#endOthers.run({ userId, keep });
    this.#endChallenges.run(userId);
  }

  findByGoogle(identity: GoogleIdentity): UserRow | undefined {
    const found = this.#google.get(identity);
    return found && this.#users.findById(found.id);
  }

  linkGoogle(identity: GoogleIdentity, userId: string): void {
    this.#linkGoogle.run({ ...identity, userId });
  }

  pendingSignUps(): number {
    return this.#pendingSignUps.get() ?? 0;
  }

  /** Removes a sign-up that was never confirmed; nothing else. */
  removeSignUp(userId: string): void {
    this.#removeSignUp.run(userId);
  }

  /** Removes the sign-ups whose code has been over since that time. */
  removeStaleSignUps(expiredBefore: number): void {
    this.#staleSignUps.run(expiredBefore);
  }
}
