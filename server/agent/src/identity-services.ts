// Owns the parts that make, prove and change identities: sign-up, invitation, recovery, profile, second factor, Google.
import { GoogleUsers } from './account/google/google-users.ts';
import { IdTokens, type IdTokenSettings } from './account/google/id-tokens.ts';
import type { LoginGate } from './account/login-gate.ts';
import { OneTimePasswords } from './account/one-time-passwords.ts';
import type { PasswordCost } from './account/password.ts';
import { Passwords } from './account/passwords.ts';
import { Profiles } from './account/profile.ts';
import { SecondFactors } from './account/second-factor.ts';
import type { SecretBox } from './account/secret-box.ts';
import type { Sessions } from './account/sessions.ts';
import { ActivationCodes } from './account/sign-up/activation-codes.ts';
import { Invitations } from './account/sign-up/invitations.ts';
import { defaultMailLimitSettings, MailLimits } from './account/sign-up/mail-limits.ts';
import { type ActivationSettings, PendingUsers } from './account/sign-up/pending-users.ts';
import { SignUps } from './account/sign-up/sign-ups.ts';
import type { Config } from './config.ts';
import { MailQueue } from './mail/mail-queue.ts';
import type { Mailer } from './mail/mailer.ts';
import { AccountStore } from './store/account-store.ts';
import { ActivationStore } from './store/activation-store.ts';
import { type Database, transactionsOf } from './store/database.ts';
import { IdentityStore } from './store/identity-store.ts';
import { MailQueueStore } from './store/mail-queue-store.ts';
import { RateLimitStore } from './store/rate-limit-store.ts';
import { SecondFactorStore } from './store/second-factor-store.ts';
import type { UserStore } from './store/user-store.ts';

export interface IdentitySettings extends ActivationSettings {
  readonly recoveryLifetimeMs: number;
  readonly mailsPerHour: number;
  readonly google: IdTokenSettings;
}

export interface IdentityOptions {
  readonly database: Database;
  readonly users: UserStore;
  readonly secretBox: SecretBox;
  readonly now: () => number;
}

/** What signing in needs of them, so that it can be made before the rest, which needs signing in. */
export function openOneTimePasswords({ database, users, secretBox, now }: IdentityOptions): OneTimePasswords {
  const identities = new IdentityStore(database, users);
  return new OneTimePasswords({
    store: new ActivationStore(database),
    identities,
    inTransaction: transactionsOf(database),
    secretBox,
    now,
  });
}

export interface IdentityServiceOptions extends IdentityOptions {
  readonly gate: LoginGate;
  readonly sessions: Sessions;
  readonly oneTime: OneTimePasswords;
  readonly mailer: Mailer;
  readonly settings: IdentitySettings;
  /** Refuses one more user when the plan of the account has no seat left. */
  readonly requireSeat: (accountId: string, userType: number) => void;
  readonly onMailFailure: (problem: unknown) => void;
  readonly passwordCost?: PasswordCost;
}

export interface IdentityServices {
  readonly signUps: SignUps;
  readonly invitations: Invitations;
  readonly passwords: Passwords;
  readonly profiles: Profiles;
  readonly secondFactors: SecondFactors;
  readonly googleUsers: GoogleUsers;
  readonly mailQueue: MailQueue;
}

export function openIdentityServices(options: IdentityServiceOptions): IdentityServices {
  const { database, secretBox, now, settings, mailer, onMailFailure: onFailure, passwordCost } = options;
  const inTransaction = transactionsOf(database);
  const codes = new ActivationCodes({ store: new ActivationStore(database), secretBox, now });
  const mails = new MailQueue({ store: new MailQueueStore(database), mailer, secretBox, now, onFailure });
  const shared = {
    ...options,
    accounts: new AccountStore(database),
    identities: new IdentityStore(database, options.users),
    limits: new MailLimits(new RateLimitStore(database), now, { ...defaultMailLimitSettings, mails: settings.mailsPerHour }),
    inTransaction,
    codes,
    mails,
  };
  const pending = new PendingUsers(shared);
  const signUps = new SignUps({ ...shared, pending, passwordCost });
  return {
    signUps,
    invitations: new Invitations({ ...shared, pending }),
    passwords: new Passwords({ ...shared, pending, recoveryLifetimeMs: settings.recoveryLifetimeMs, passwordCost }),
    profiles: new Profiles(shared),
    secondFactors: new SecondFactors({ ...shared, store: new SecondFactorStore(database) }),
    googleUsers: new GoogleUsers({ ...shared, pending, signUps, idTokens: new IdTokens(settings.google, now) }),
    mailQueue: mails,
  };
}

export const identitySettings = (config: Config): IdentitySettings => ({
  signUpLifetimeMs: config.activationMinutes * 60_000,
  invitationLifetimeMs: config.invitationHours * 3_600_000,
  recoveryLifetimeMs: config.recoveryMinutes * 60_000,
  mailsPerHour: config.mailsPerHour,
  maxPendingSignUps: config.maxPendingSignUps,
  google: { issuer: config.googleIssuer, clientId: config.googleClientId, timeoutMs: 10_000 },
});
