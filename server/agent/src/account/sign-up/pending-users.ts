// Owns what is common to sign-ups and invitations: a free username, and the code that makes a pending user an active one.
import { UserStatus } from '@click-kit/contract';
import { confirmationLetter, invitationLetter } from '../../mail/letters.ts';
import type { MailQueue } from '../../mail/mail-queue.ts';
import type { AccountStore } from '../../store/account-store.ts';
import type { IdentityStore } from '../../store/identity-store.ts';
import type { UserRow, UserStore } from '../../store/user-store.ts';
import { refusal } from '../failure.ts';
import type { OneTimePasswords } from '../one-time-passwords.ts';
import { noPassword } from '../password.ts';
import type { ActivationCodes } from './activation-codes.ts';
import type { MailLimits } from './mail-limits.ts';

export interface ActivationSettings {
  readonly signUpLifetimeMs: number;
  readonly invitationLifetimeMs: number;
  /** Sign-ups that wait for their confirmation, over all accounts. */
  readonly maxPendingSignUps: number;
}

export interface PendingUserDependencies {
  readonly accounts: AccountStore;
  readonly users: UserStore;
  readonly identities: IdentityStore;
  readonly codes: ActivationCodes;
  readonly oneTime: OneTimePasswords;
  readonly limits: MailLimits;
  readonly mails: MailQueue;
  readonly now: () => number;
  readonly settings: ActivationSettings;
}

/** A sign-up that was not confirmed for so long after its code has expired is forgotten. */
const forgottenAfterMs = 7 * 86_400_000;

export class PendingUsers {
  readonly #parts: PendingUserDependencies;

  constructor(parts: PendingUserDependencies) {
    this.#parts = parts;
  }

  /**
   * Makes sure that the username is free. A sign-up that was never confirmed does not hold a name for good: it gives way once its
   * code has expired, and at once to somebody whose address is proven.
   */
  claim(username: string, proven = false): void {
    const { users, identities, codes, now } = this.#parts;
    identities.removeStaleSignUps(now() - forgottenAfterMs);
    const holder = users.findByUsername(username);
    if (holder === undefined) return;
    const unconfirmed = holder.status === UserStatus.Pending && holder.owner === 1;
    if (!unconfirmed || !(proven || codes.hasExpired(holder.id)))
      throw refusal('DUPLICATE', `A user with the username ${JSON.stringify(username)} already exists.`);
    identities.removeSignUp(holder.id);
  }

  /** Makes a new code, which replaces the one before, and mails it. Invited users get a one-time password with it. */
  announce(user: UserRow): void {
    const { accounts, codes, oneTime, mails, now, settings } = this.#parts;
    const invited = user.passwordHash === noPassword;
    const lifetimeMs = invited ? settings.invitationLifetimeMs : settings.signUpLifetimeMs;
    const { email: to, username } = user;
    const code = codes.issue(user.id, lifetimeMs);
    if (!invited) return mails.enqueue(confirmationLetter({ to, code, lifetimeMs }), now() + lifetimeMs);
    const password = oneTime.issue(user.id, lifetimeMs);
    const accountName = accounts.find(user.accountId)?.name ?? '';
    return mails.enqueue(invitationLetter({ to, username, accountName, code, password, lifetimeMs }), now() + lifetimeMs);
  }

  /** False, and nothing is sent, when the address has got too many mails. */
  announceWithinLimits(user: UserRow): boolean {
    if (!this.#parts.limits.mayMail('activation', user.email)) return false;
    this.announce(user);
    return true;
  }
}

export const tooManyMails = (): Error => refusal('SECURITY', 'Too many mails were asked for at this address. Try again in an hour.');
