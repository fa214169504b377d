// Owns the parts of the account side: stores, keys, mail and the services on top of them, and the demo seed.
import { join } from 'node:path';
import { CloudAccounts } from './account/cloud-accounts.ts';
import { defaultLoginSettings, LoginGate } from './account/login-gate.ts';
import { openSecretBox } from './account/secret-box.ts';
import { defaultSessionSettings, Sessions } from './account/sessions.ts';
import { openTokens } from './account/tokens.ts';
import { TransferHistoryService } from './account/transfer-history.ts';
import { Users } from './account/users.ts';
import type { Config } from './config.ts';
import { DownloadLinks } from './mail/download-links.ts';
import { outboxMailer, smtpMailer } from './mail/mailer.ts';
import type { Provider, ProviderAccount } from './providers/provider.ts';
import type { SsoDependencies } from './controllers/sso.ts';
import { seedDemo } from './seed/demo.ts';
import { openSsoServices } from './sso-services.ts';
import { CloudAccountStore } from './store/cloud-account-store.ts';
import type { Database } from './store/database.ts';
import { HistoryStore } from './store/history-store.ts';
import { LoginFailureStore } from './store/login-failure-store.ts';
import { SessionStore } from './store/session-store.ts';
import { UserStore } from './store/user-store.ts';

export interface AccountServices {
  readonly sessions: Sessions;
  readonly users: Users;
  readonly cloudAccounts: CloudAccounts;
  readonly history: HistoryStore;
  readonly transferHistory: TransferHistoryService;
  readonly downloadLinks: DownloadLinks;
  readonly sso: SsoDependencies['sso'];
}

export interface AccountServiceOptions {
  readonly config: Config;
  readonly database: Database;
  readonly now: () => number;
  readonly providerFor: (account: ProviderAccount) => Provider;
}

export async function openAccountServices({ config, database, now, providerFor }: AccountServiceOptions): Promise<AccountServices> {
  const secretBox = openSecretBox(config.dataDir);
  if (config.seed === 'demo') await seedDemo({ database, secretBox, objectServer: config.seedObjectServer, now });
  const users = new UserStore(database);
  const history = new HistoryStore(database);
  const login = { ...defaultLoginSettings, maxFailures: config.maxLoginFailures, windowMs: config.loginWindowSeconds * 1000 };
  const sessions = new Sessions({
    users,
    sessions: new SessionStore(database),
    gate: new LoginGate(users, new LoginFailureStore(database), now, login),
    tokens: openTokens(config.dataDir, now),
    secretBox,
    now,
    settings: { ...defaultSessionSettings, lifetimeMs: config.sessionHours * 3_600_000, maxPerUser: config.maxSessionsPerUser },
  });
  return {
    sessions,
    sso: openSsoServices({ config, database, secretBox, sessions, now }),
    users: new Users(users),
    cloudAccounts: new CloudAccounts({
      store: new CloudAccountStore(database),
      secretBox,
      verify: async (account, signal) => providerFor(account).verify(signal),
      now,
      settings: { maxPerAccount: config.maxCloudAccounts, verifyTimeoutMs: config.verifyTimeoutMs },
    }),
    history,
    transferHistory: new TransferHistoryService(history),
    downloadLinks: new DownloadLinks(
      config.smtp === undefined
        ? outboxMailer(config.mailFrom, join(config.dataDir, 'outbox'), now)
        : smtpMailer(config.mailFrom, config.smtp),
    ),
  };
}
