// Owns replacing passwords: by who knows the present one, and by who has forgotten it (authentication.md).
import { UserStatus } from '@click-kit/contract';
import { otherSignInLetter, recoveryLetter } from '../mail/letters.ts';
import type { MailQueue } from '../mail/mail-queue.ts';
import type { InTransaction } from '../store/database.ts';
import type { IdentityStore } from '../store/identity-store.ts';
import type { UserRow, UserStore } from '../store/user-store.ts';
import type { Caller } from './caller.ts';
import { Failure, refusal, unauthenticated } from './failure.ts';
import type { Admitted, LoginGate } from './login-gate.ts';
import type { OneTimePasswords } from './one-time-passwords.ts';
import { hashPassword, type PasswordCost } from './password.ts';
import type { MailLimits } from './sign-up/mail-limits.ts';
import { acceptablePassword } from './sign-up/password-rule.ts';
import type { PendingUsers } from './sign-up/pending-users.ts';

export interface PasswordDependencies {
  readonly users: UserStore;
  readonly identities: IdentityStore;
  readonly pending: PendingUsers;
  readonly oneTime: OneTimePasswords;
  readonly limits: MailLimits;
  readonly gate: LoginGate;
  readonly mails: MailQueue;
  readonly inTransaction: InTransaction;
  readonly now: () => number;
  readonly recoveryLifetimeMs: number;
  readonly passwordCost?: PasswordCost | undefined;
}

export class Passwords {
  readonly #parts: PasswordDependencies;

  constructor(parts: PasswordDependencies) {
    this.#parts = parts;
  }

  /** Says nothing, whoever the username belongs to; the limit is counted for unknown ones too, so both take one write. */
  forgot(username: string): void {
    const { users, limits, inTransaction } = this.#parts;
    inTransaction(() => {
      if (!limits.mayMail('recovery', username)) return;
      const user = users.findByUsername(username);
      if (user !== undefined) this.#helpIn(user);
    });
  }

  #helpIn(user: UserRow): void {
    const { pending, oneTime, mails, now, recoveryLifetimeMs: lifetimeMs } = this.#parts;
    const { email: to, username, authProvider } = user;
    if (user.status === UserStatus.Pending) return pending.announce(user);
    if (user.status !== UserStatus.Active) return undefined;
    // A password would be a way around the provider that vouches for the user.
    if (authProvider !== 0) return mails.enqueue(otherSignInLetter({ to, username }), now() + lifetimeMs);
    const password = oneTime.issue(user.id, lifetimeMs);
    return mails.enqueue(recoveryLetter({ to, username, password, lifetimeMs }), now() + lifetimeMs);
  }

  /** Ends every other session of the user: whoever else was signed in may have known the old password. */
  async reset(caller: Caller, currentPassword: string, password: string): Promise<void> {
    const { users, identities, oneTime, gate, inTransaction, passwordCost } = this.#parts;
    acceptablePassword(password);
    const user = users.findById(caller.userId);
    if (user === undefined) throw unauthenticated('SESSION', 'The session has ended. Sign in again.');
    if (user.authProvider !== 0) throw refusal('SECURITY', 'The user signs in by another provider and has no password here.');
    const proof = await this.#confirmed(user.username, currentPassword);
    if (proof.oneTime && password === currentPassword.trim())
      throw refusal('SECURITY', 'The one-time password cannot become the password.');
    const passwordHash = await gate.hashInTurn(() => hashPassword(password, passwordCost));
    inTransaction(() => {
      identities.setPassword(user.id, passwordHash);
      oneTime.remove(user.id);
      identities.endSessions(user.id, caller.sessionId);
    });
    gate.forgive(user.username);
  }

  /** The caller is known by the token, so a wrong password is no 401 here (decision 0002). */
  async #confirmed(username: string, password: string): Promise<Admitted> {
    try {
      return await this.#parts.gate.confirm(username, password);
    } catch (error) {
      if (error instanceof Failure && error.code === 'AUTH') throw refusal('AUTH', 'The present password is wrong.', error);
      throw error;
    }
  }
}
