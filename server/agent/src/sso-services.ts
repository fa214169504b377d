// Owns the parts of single sign-on: stores, the protocols, and the services on top of them.
import type { SecretBox } from './account/secret-box.ts';
import type { Sessions } from './account/sessions.ts';
import { Attempts } from './account/sso/attempts.ts';
import { OidcConfigurations, SamlConfigurations } from './account/sso/configurations.ts';
import { OidcProvider } from './account/sso/oidc-provider.ts';
import { SamlProvider } from './account/sso/saml-provider.ts';
import { SingleSignOn } from './account/sso/sign-on.ts';
import { UserImport } from './account/sso/user-import.ts';
import type { Config } from './config.ts';
import type { SsoDependencies } from './controllers/sso.ts';
import type { Database } from './store/database.ts';
import { SsoAttemptStore } from './store/sso-attempt-store.ts';
import { entraId, okta, SsoConfigurationStore } from './store/sso-configuration-store.ts';
import { UserStore } from './store/user-store.ts';

export interface SsoServiceOptions {
  readonly config: Pick<Config, 'ssoCallbackOrigins' | 'ssoGraphUrl' | 'ssoTimeoutMs' | 'ssoAttemptSeconds'>;
  readonly database: Database;
  readonly secretBox: SecretBox;
  readonly sessions: Sessions;
  readonly now: () => number;
}

const MiB = 1024 * 1024;
const directoryLimits = { maxRequests: 2000, maxUsers: 10_000 };
const directoryDeadlineMs = 60_000;
const attemptsPerUser = 20;

export function openSsoServices({ config, database, secretBox, sessions, now }: SsoServiceOptions): SsoDependencies['sso'] {
  const { ssoCallbackOrigins: callbackOrigins, ssoGraphUrl: graphUrl } = config;
  const configurations = new SsoConfigurationStore(database);
  const attemptStore = new SsoAttemptStore(database);
  const lifetimeMs = config.ssoAttemptSeconds * 1000;
  const attempts = new Attempts({ store: attemptStore, secretBox, now, settings: { lifetimeMs, perUser: attemptsPerUser } });
  const requestLimits = { timeoutMs: config.ssoTimeoutMs, maxBytes: 4 * MiB };
  const oidc = new OidcProvider(now, requestLimits);
  const common = { configurations, attempts, oidc, secretBox, callbackOrigins };
  const own = { store: configurations, secretBox, now };
  return {
    signOn: new SingleSignOn({
      ...common,
      attemptStore,
      users: new UserStore(database),
      sessions,
      saml: new SamlProvider(now, lifetimeMs),
      now,
    }),
    userImport: new UserImport({ ...common, graphUrl, requestLimits, directoryLimits, deadlineMs: directoryDeadlineMs }),
    okta: new OidcConfigurations(okta, own),
    entraId: new OidcConfigurations(entraId, own),
    saml: new SamlConfigurations(own),
  };
}
