// Owns the parts of the account side: stores, keys, mail and the services on top of them, and the demo seed.
import { join } from 'node:path';
import type { Logger } from 'pino';
import { CloudAccounts } from './account/cloud-accounts.ts';
import { defaultLoginSettings, LoginGate } from './account/login-gate.ts';
import { passwordCost } from './account/password.ts';
import { openSecretBox } from './account/secret-box.ts';
import { ToldSessions } from './account/log-forwarding/told-sessions.ts';
import { defaultSessionSettings, type Sessions } from './account/sessions.ts';
import { openTokens } from './account/tokens.ts';
import { TransferHistoryService } from './account/transfer-history.ts';
import type { ApiTokens } from './account/api-tokens/api-tokens.ts';
import type { OAuthLinks } from './account/oauth/oauth-links.ts';
import type { Config } from './config.ts';
import { openCredentialServices } from './credential-services.ts';
import { type IdentityServices, identitySettings, openIdentityServices, openOneTimePasswords } from './identity-services.ts';
import { type DirectoryServices, openDirectoryServices } from './directory-services.ts';
import { openManagedConnections } from './managed-storage-services.ts';
import { DownloadLinks } from './mail/download-links.ts';
import { outboxMailer, smtpMailer } from './mail/mailer.ts';
import type { OAuthTokens } from './providers/oauth-tokens.ts';
import type { Provider, ProviderAccount } from './providers/provider.ts';
import type { SsoDependencies } from './controllers/sso.ts';
import { seedDemo } from './seed/demo.ts';
import { type FastrServices, type LogServices, openFastrServices, openLogServices } from './settings-services.ts';
import { openSsoServices } from './sso-services.ts';
import { CloudAccountStore } from './store/cloud-account-store.ts';
import type { Database } from './store/database.ts';
import { HistoryStore } from './store/history-store.ts';
import { LoginFailureStore } from './store/login-failure-store.ts';
import { SessionStore } from './store/session-store.ts';
import { UsageStore } from './store/usage-store.ts';
import { UserStore } from './store/user-store.ts';
import { openUserServices, planLimitsOf, type UserServices } from './user-services.ts';

export interface AccountServices extends IdentityServices, DirectoryServices, UserServices, LogServices, FastrServices {
  readonly sessions: Sessions;
  readonly cloudAccounts: CloudAccounts;
  readonly history: HistoryStore;
  readonly transferHistory: TransferHistoryService;
  readonly downloadLinks: DownloadLinks;
  readonly apiTokens: ApiTokens;
  readonly oauthLinks: OAuthLinks;
  readonly oauthTokens: OAuthTokens;
  readonly sso: SsoDependencies['sso'];
}

export interface AccountServiceOptions {
  readonly config: Config;
  readonly database: Database;
  readonly now: () => number;
  readonly log: Logger;
  readonly providerFor: (account: ProviderAccount) => Provider;
}

export async function openAccountServices({ config, database, now, log, providerFor }: AccountServiceOptions): Promise<AccountServices> {
  const secretBox = openSecretBox(config.dataDir);
  const cost = { ...passwordCost, p: config.passwordRounds };
  if (config.seed === 'demo') await seedDemo({ database, secretBox, objectServer: config.seedObjectServer, now, passwordCost: cost });
  const users = new UserStore(database);
  const history = new HistoryStore(database);
  const login = {
    ...defaultLoginSettings,
    maxFailures: config.maxLoginFailures,
    windowMs: config.loginWindowSeconds * 1000,
    passwordCost: cost,
  };
  const mailer =
    config.smtp === undefined
      ? outboxMailer(config.mailFrom, join(config.dataDir, 'outbox'), now)
      : smtpMailer(config.mailFrom, config.smtp);
  const identity = { database, users, secretBox, now };
  const oneTime = openOneTimePasswords(identity);
  const gate = new LoginGate(users, new LoginFailureStore(database), oneTime, now, login);
  const signIns = {
    users,
    sessions: new SessionStore(database),
    gate,
    tokens: openTokens(config.dataDir, now),
    secretBox,
    now,
    settings: { ...defaultSessionSettings, lifetimeMs: config.sessionHours * 3_600_000, maxPerUser: config.maxSessionsPerUser },
  };
  const logs = openLogServices({ config, database, secretBox, now, log });
  const sessions = new ToldSessions(signIns, (who, code) => logs.accountLog.signIn(who, code));
  const { apiTokens, oauthTokens, linksTo } = openCredentialServices({ config, database, secretBox, now });
  const cloudAccounts = new CloudAccounts({
    store: new CloudAccountStore(database),
    secretBox,
    verify: async (account, signal) => providerFor(account).verify(signal),
    tokensOf: (id, cloudType) => oauthTokens.of(id, cloudType),
    managed: openManagedConnections(config, database),
    now,
    settings: { maxPerAccount: config.maxCloudAccounts, verifyTimeoutMs: config.verifyTimeoutMs },
  });
  const onMailFailure = (error: unknown): void => log.warn({ err: error }, 'a mail was not delivered');
  const usage = new UsageStore(database);
  const people = openUserServices({
    database,
    now,
    limits: planLimitsOf(config),
    storedBytes: (accountId) => usage.storedBytes(accountId),
    // Needed at the first import, not before: the two need one another.
    invite: (user) => identities.invitations.admit(user),
  });
  const identities: IdentityServices = openIdentityServices({
    ...identity,
    gate,
    sessions,
    oneTime,
    mailer,
    settings: identitySettings(config),
    requireSeat: (accountId, userType) => people.plan.requireSeat(accountId, userType),
    onMailFailure,
    passwordCost: cost,
  });
  return {
    ...openDirectoryServices({ database, now, limits: config }),
    ...identities,
    ...people,
    ...logs,
    ...openFastrServices(database, cloudAccounts),
    sessions,
    apiTokens,
    oauthTokens,
    oauthLinks: linksTo(cloudAccounts),
    sso: openSsoServices({ config, database, secretBox, sessions, now }),
    cloudAccounts,
    history,
    transferHistory: new TransferHistoryService(history),
    downloadLinks: new DownloadLinks(mailer),
  };
}
