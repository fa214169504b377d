// Owns the parts behind API tokens and linked accounts: their stores, the OAuth clients, and the services on top.
import { ApiTokens } from './account/api-tokens/api-tokens.ts';
import type { CloudAccounts } from './account/cloud-accounts.ts';
import { OAuthLinks } from './account/oauth/oauth-links.ts';
import { SealedTokens } from './account/oauth/sealed-tokens.ts';
import type { SecretBox } from './account/secret-box.ts';
import type { Config } from './config.ts';
import { oauthApp } from './config-oauth.ts';
import { OAuthClient } from './providers/oauth-client.ts';
import { defaultOAuthLimits } from './providers/oauth-http.ts';
import { OAuthTokens } from './providers/oauth-tokens.ts';
import { oauthVendors } from './providers/oauth-vendors.ts';
import { ApiTokenStore } from './store/api-token-store.ts';
import { CloudAccountStore } from './store/cloud-account-store.ts';
import type { Database } from './store/database.ts';
import { LinkedAccountStore } from './store/linked-account-store.ts';
import { OAuthFlowStore } from './store/oauth-flow-store.ts';

export interface CredentialServiceOptions {
  readonly config: Config;
  readonly database: Database;
  readonly secretBox: SecretBox;
  readonly now: () => number;
}

const authorizationLifetimeMs = 600_000;
const authorizationsPerUser = 20;

export interface CredentialServices {
  readonly apiTokens: ApiTokens;
  readonly oauthTokens: OAuthTokens;
  /** The accounts need the tokens, and the links the accounts. */
  readonly linksTo: (cloudAccounts: CloudAccounts) => OAuthLinks;
}

export function openCredentialServices({ config, database, secretBox, now }: CredentialServiceOptions): CredentialServices {
  const limits = { ...defaultOAuthLimits, totalMs: config.verifyTimeoutMs };
  const clients = new Map(
    oauthVendors.map((vendor) => [vendor.cloudType, new OAuthClient(vendor, oauthApp(config, vendor), { now, limits })] as const),
  );
  const linked = new LinkedAccountStore(database);
  return {
    apiTokens: new ApiTokens({ store: new ApiTokenStore(database), secretBox, now, settings: { maxPerUser: config.maxApiTokens } }),
    oauthTokens: new OAuthTokens(new SealedTokens(linked, secretBox), clients, now),
    linksTo: (cloudAccounts) =>
      new OAuthLinks({
        clients,
        flows: new OAuthFlowStore(database),
        store: new CloudAccountStore(database),
        linked,
        cloudAccounts,
        secretBox,
        now,
        settings: {
          redirectOrigins: config.oauthRedirectOrigins,
          lifetimeMs: authorizationLifetimeMs,
          maxPerUser: authorizationsPerUser,
          maxCloudAccounts: config.maxCloudAccounts,
        },
      }),
  };
}
