// Owns the signed-in user's own profile and the subscription of the account (authentication.md).
import type { Schema } from '@click-kit/contract';
import type { AccountStore } from '../store/account-store.ts';
import type { InTransaction } from '../store/database.ts';
import type { IdentityStore } from '../store/identity-store.ts';
import type { UserStore } from '../store/user-store.ts';
import type { Caller } from './caller.ts';
import { refusal, unauthenticated } from './failure.ts';
import { nameText, requiredName } from './sign-up/person.ts';

export interface ProfileDependencies {
  readonly accounts: AccountStore;
  readonly users: UserStore;
  readonly identities: IdentityStore;
  readonly inTransaction: InTransaction;
}

export class Profiles {
  readonly #parts: ProfileDependencies;

  constructor(parts: ProfileDependencies) {
    this.#parts = parts;
  }

  /** `token` is the one that the caller supplied: the documented answer repeats it. */
  get(caller: Caller, token: string): Schema<'UserInfo'> {
    const user = this.#parts.users.findById(caller.userId);
    const account = this.#parts.accounts.find(caller.accountId);
    if (user === undefined || account === undefined) throw unauthenticated('SESSION', 'The session has ended. Sign in again.');
    return {
      accountName: account.name,
      accountId: account.id,
      userId: user.id,
      firstName: user.firstname,
      lastName: user.lastname,
      username: user.username,
      userType: user.userType,
      jwtToken: token,
      owner: user.owner === 1,
      migration: false,
      subscriptionType: account.subscriptionType,
      mfa: user.mfaSecret !== null,
      authProvider: user.authProvider as Schema<'AuthProvider'>,
    };
  }

  /** What is left out stays. The account's name belongs to all its users, so only administrators change it. */
  update(caller: Caller, token: string, changes: Schema<'UpdateUserRequest'>): Schema<'UserInfo'> {
    return this.#parts.inTransaction(() => {
      const before = this.get(caller, token);
      const { firstName = before.firstName, lastName = before.lastName, accountName = before.accountName } = changes;
      this.#parts.identities.setNames(caller.userId, {
        firstname: nameText(firstName, 'firstName'),
        lastname: nameText(lastName, 'lastName'),
      });
      if (accountName !== before.accountName) {
        if (!caller.isAdmin) throw refusal('ACCESS', 'Only an administrator may rename the account.');
        this.#parts.accounts.rename(caller.accountId, requiredName(accountName, 'accountName'));
      }
      return this.get(caller, token);
    });
  }

  subscribe(caller: Caller, subscriptionType: Schema<'AccountSubscriptionType'>): void {
    this.#parts.accounts.subscribe(caller.accountId, subscriptionType);
  }
}
