// Owns inviting users into an account (user.md, Insert User and Resend User Email).
import { randomUUID } from 'node:crypto';
import { UserStatus, UserType } from '@click-kit/contract';
import type { InTransaction } from '../../store/database.ts';
import type { UserRow, UserStore } from '../../store/user-store.ts';
import type { Caller } from '../caller.ts';
import { refusal } from '../failure.ts';
import { noPassword } from '../password.ts';
import { type PendingUsers, tooManyMails } from './pending-users.ts';
import { nameText, personalAddress, requiredName } from './person.ts';

export interface Invitation {
  readonly accountId: string;
  readonly username: string;
  readonly email: string;
  readonly firstname?: string | undefined;
  readonly lastname?: string | undefined;
  readonly userType: number;
}

export interface InvitationDependencies {
  readonly users: UserStore;
  readonly pending: PendingUsers;
  readonly inTransaction: InTransaction;
  /** Refuses one more user when the plan of the account has no seat left. */
  readonly requireSeat: (accountId: string, userType: number) => void;
  readonly now: () => number;
}

/** The types that the page names; a user has one of them. */
const userTypes: ReadonlySet<number> = new Set(Object.values(UserType));

export class Invitations {
  readonly #users: UserStore;
  readonly #pending: PendingUsers;
  readonly #inTransaction: InTransaction;
  readonly #requireSeat: InvitationDependencies['requireSeat'];
  readonly #now: () => number;

  constructor({ users, pending, inTransaction, requireSeat, now }: InvitationDependencies) {
    this.#users = users;
    this.#pending = pending;
    this.#inTransaction = inTransaction;
    this.#requireSeat = requireSeat;
    this.#now = now;
  }

  /**
   * Creates a pending user and mails the invitation. Synchronous, and part of the transaction that it is called in: when that is
   * undone there is neither a user nor a mail.
   */
  invite({ accountId, username, email, firstname = '', lastname = '', userType }: Invitation): UserRow {
    if (!userTypes.has(userType)) throw refusal('DEFAULT', `The userType is one of ${[...userTypes].join(', ')}.`);
    const user: UserRow = {
      id: randomUUID(),
      accountId,
      username: requiredName(username, 'username'),
      email: personalAddress(email),
      firstname: nameText(firstname, 'firstname'),
      lastname: nameText(lastname, 'lastname'),
      userType,
      status: UserStatus.Pending,
      owner: 0,
      passwordHash: noPassword,
      mfaSecret: null,
      authProvider: 0,
      createDate: this.#now(),
    };
    return this.#inTransaction(() => {
      this.#pending.claim(user.username);
      this.#requireSeat(accountId, userType);
      this.admit(user);
      return user;
    });
  }

  /** Stores a pending user and mails the invitation; a part of the transaction that it is called in. */
  admit(user: UserRow): void {
    this.#users.insert(user);
    if (!this.#pending.announceWithinLimits(user)) throw tooManyMails();
  }

  /** The recipient is named by id or, without one, by username (user.md, Quirks). */
  resend(caller: Caller, { id, username }: { readonly id?: string | undefined; readonly username?: string | undefined }): void {
    if (!id && !username) throw refusal('DEFAULT', 'The request is not valid: body.id or body.username is needed.');
    const user = id ? this.#users.findById(id.toLowerCase()) : this.#users.findByUsername(username ?? '');
    if (user === undefined || user.accountId !== caller.accountId) throw refusal('NOT_FOUND', 'There is no such user.');
    if (user.status !== UserStatus.Pending) throw refusal('DEFAULT', 'The user is not pending: there is no invitation to send again.');
    if (!this.#inTransaction(() => this.#pending.announceWithinLimits(user))) throw tooManyMails();
  }
}
