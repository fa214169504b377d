// Owns changing and removing users, with what hangs on them.
import type { Database } from './database.ts';
import type { UserRow } from './user-store.ts';

export type UserChange = Pick<UserRow, 'id' | 'accountId' | 'username' | 'email' | 'firstname' | 'lastname' | 'userType' | 'status'>;

export type UserRemoval = 'removed' | 'missing' | 'in use';

export class UserChangeStore {
  readonly transaction: <T>(work: () => T) => T;
  readonly #taken;
  readonly #update;
  readonly #endSessions;
  readonly #endChallenges;
  readonly #owner;
  readonly #bequeath;
  readonly #remove;

  constructor(database: Database) {
    this.transaction = (work) => database.transaction(work)();
    this.#taken = database.prepare<[string, string]>('SELECT 1 FROM users WHERE username_key = ? AND id <> ?');
    this.#update = database.prepare<UserChange & { usernameKey: string }>(
      `UPDATE users SET username = @username, username_key = @usernameKey, email = @email, firstname = @firstname, lastname = @lastname,
       user_type = @userType, status = @status WHERE id = @id AND account_id = @accountId`,
    );
    this.#endSessions = database.prepare<[string]>('DELETE FROM sessions WHERE user_id = ?');
    this.#endChallenges = database.prepare<[string]>('DELETE FROM mfa_challenges WHERE user_id = ?');
    this.#owner = database.prepare<[string], string>('SELECT id FROM users WHERE account_id = ? AND owner = 1 ORDER BY id LIMIT 1').pluck();
    this.#bequeath = database.prepare<[string, string]>('UPDATE cloud_accounts SET owner_id = ? WHERE owner_id = ?');
    this.#remove = database.prepare<[string, string]>('DELETE FROM users WHERE id = ? AND account_id = ?');
  }

  /** False when somebody else, of whatever account, has the username. */
  update(row: UserChange): boolean {
    const usernameKey = row.username.toLowerCase();
    if (this.#taken.get(usernameKey, row.id) !== undefined) return false;
    this.#update.run({ ...row, usernameKey });
    return true;
  }

  /** Sessions, and logins that wait for their second factor. */
  endSessions(userId: string): void {
    this.#endSessions.run(userId);
    this.#endChallenges.run(userId);
  }

  /** The owner of the account; undefined for an account without one. */
  ownerOf(accountId: string): string | undefined {
    return this.#owner.get(accountId);
  }

  /** The cloud accounts of the user go to the heir; sessions, memberships and permissions go with the user, by their foreign keys. */
  remove(id: string, accountId: string, heir: string): UserRemoval {
    try {
      return this.transaction(() => {
        this.#bequeath.run(heir, id);
        return this.#remove.run(id, accountId).changes === 1 ? 'removed' : 'missing';
      });
    } catch (error) {
      // Whatever else refers to the user without saying what becomes of it.
      if ((error as { code?: unknown }).code === 'SQLITE_CONSTRAINT_FOREIGNKEY') return 'in use';
      throw error;
    }
  }
}
