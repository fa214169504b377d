// Owns signing up: a new account with its owner, pending until the mailed code is confirmed (authentication.md).
import { randomUUID } from 'node:crypto';
import { UserStatus, UserType } from '@click-kit/contract';
import { emailAddress } from '../../mail/address.ts';
import type { AccountStore } from '../../store/account-store.ts';
import type { InTransaction } from '../../store/database.ts';
import type { IdentityStore } from '../../store/identity-store.ts';
import type { UserRow, UserStore } from '../../store/user-store.ts';
import { refusal } from '../failure.ts';
import type { LoginGate } from '../login-gate.ts';
import { hashPassword, type PasswordCost } from '../password.ts';
import type { ActivationCodes } from './activation-codes.ts';
import type { MailLimits } from './mail-limits.ts';
import { acceptablePassword } from './password-rule.ts';
import { type ActivationSettings, type PendingUsers, tooManyMails } from './pending-users.ts';
import { personalAddress, requiredName, splitName } from './person.ts';

export interface SignUpDependencies {
  readonly accounts: AccountStore;
  readonly users: UserStore;
  readonly identities: IdentityStore;
  readonly pending: PendingUsers;
  readonly codes: ActivationCodes;
  readonly limits: MailLimits;
  readonly gate: LoginGate;
  readonly inTransaction: InTransaction;
  readonly now: () => number;
  readonly settings: Pick<ActivationSettings, 'maxPendingSignUps'>;
  readonly passwordCost?: PasswordCost | undefined;
}

export interface NewAccount {
  readonly accountName: string;
  readonly username: string;
  readonly firstname: string;
  readonly lastname: string;
}

export class SignUps {
  readonly #parts: SignUpDependencies;

  constructor(parts: SignUpDependencies) {
    this.#parts = parts;
  }

  async signUp(fields: { readonly name: string; readonly email: string; readonly password: string }): Promise<void> {
    const { pending, gate, inTransaction, limits, passwordCost } = this.#parts;
    const username = personalAddress(fields.email);
    const accountName = requiredName(fields.name, 'name');
    const password = acceptablePassword(fields.password);
    // Before the work of hashing, and again in the transaction.
    inTransaction(() => pending.claim(username));
    const passwordHash = await gate.hashInTurn(() => hashPassword(password, passwordCost));
    inTransaction(() => {
      pending.claim(username);
      if (!limits.mayMail('activation', username)) throw tooManyMails();
      this.#refuseTooMany();
      const account = { accountName, username, ...splitName(accountName) };
      pending.announce(this.open(account, { passwordHash, status: UserStatus.Pending, authProvider: 0 }));
    });
  }

  /** Inserts the account and its owner; to be called in a transaction that has claimed the username. */
  open(
    { accountName, username, firstname, lastname }: NewAccount,
    owner: Pick<UserRow, 'passwordHash' | 'status' | 'authProvider'>,
  ): UserRow {
    const { accounts, users, now } = this.#parts;
    const createDate = now();
    const accountId = randomUUID();
    accounts.insert({ id: accountId, name: accountName, createDate });
    const row: UserRow = {
      id: randomUUID(),
      accountId,
      username,
      email: username,
      firstname,
      lastname,
      userType: UserType.DesktopAdmin,
      owner: 1,
      mfaSecret: null,
      createDate,
      ...owner,
    };
    users.insert(row);
    return row;
  }

  #refuseTooMany(): void {
    const { identities, settings } = this.#parts;
    if (identities.pendingSignUps() >= settings.maxPendingSignUps)
      throw refusal('DB_INSERT', 'Too many sign-ups wait for their confirmation. Try again later.');
  }

  /** One answer for whatever is wrong: an unknown address and a wrong code are not to be told apart. */
  confirm(email: string, token: string): void {
    const { identities, codes, limits, inTransaction } = this.#parts;
    // What counts the attempt must not be undone by the refusal.
    const confirmed = inTransaction(() => {
      const address = email.trim();
      const allowed = limits.mayTry(address);
      const user = identities.findPending(address);
      return allowed && user !== undefined && codes.redeem(user.id, token) && identities.activate(user.id);
    });
    if (!confirmed) throw refusal('TOKEN', 'The activation code is wrong, has expired or was used already. Ask for a new one.');
  }

  /** Does not tell whether somebody at the address is pending. */
  resend(email: string): void {
    const { identities, pending, limits, inTransaction } = this.#parts;
    const address = emailAddress(email);
    const allowed = inTransaction(() => {
      if (!limits.mayMail('activation', address)) return false;
      const user = identities.findPending(address);
      if (user !== undefined) pending.announce(user);
      return true;
    });
    if (!allowed) throw tooManyMails();
  }
}
