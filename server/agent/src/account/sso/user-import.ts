// Owns reading the users of an identity provider for an import (sso.md, Get SSO URL for Import User and Get User UserGroups).
import type { Schema } from '@click-kit/contract';
import { entraId, okta, type OidcConfigurationRow, type SsoConfigurationStore } from '../../store/sso-configuration-store.ts';
import type { Caller } from '../caller.ts';
import { refusal } from '../failure.ts';
import type { SecretBox } from '../secret-box.ts';
import { callbackAddress } from './addresses.ts';
import type { Attempts } from './attempts.ts';
import { openClientSecret } from './configurations.ts';
import { graphDirectory, oktaDirectory } from './directories.ts';
import { type DirectoryLimits, DirectoryReader, type Relation } from './directory-reader.ts';
import { guardedFetch, type RequestLimits } from './guarded-fetch.ts';
import type { OidcClient, OidcProvider } from './oidc-provider.ts';

export interface UserImportDependencies {
  readonly configurations: SsoConfigurationStore;
  readonly attempts: Attempts;
  readonly oidc: OidcProvider;
  readonly secretBox: SecretBox;
  readonly callbackOrigins: readonly string[];
  readonly graphUrl: string;
  readonly requestLimits: RequestLimits;
  readonly directoryLimits: DirectoryLimits;
  /** For the whole directory; each request has its own limit besides. */
  readonly deadlineMs: number;
}

export class UserImport {
  readonly #with: UserImportDependencies;

  constructor(dependencies: UserImportDependencies) {
    this.#with = dependencies;
  }

  async url(caller: Caller, callbackUrl: string, signal: AbortSignal): Promise<Schema<'SsoUrlResponse'>> {
    const { attempts, oidc, callbackOrigins } = this.#with;
    const callback = callbackAddress(callbackUrl, callbackOrigins);
    const configuration = this.#active(caller, okta) ?? this.#active(caller, entraId);
    if (configuration === undefined) throw noDirectory();
    const secrets = attempts.newSecrets();
    const request = { callbackUrl: callback, scope: this.#scope(configuration) };
    const url = await oidc.authorizationUrl(this.#client(configuration), secrets, request, signal);
    attempts.begin('import', { configurationId: configuration.id, userId: caller.userId, callbackUrl: callback }, secrets);
    return { Identifier: secrets.identifier, Url: url };
  }

  /** The request names no identifier, so the code belongs to the import that the caller began last. */
  async users(caller: Caller, code: string | undefined, callbackUrl: string | undefined, signal: AbortSignal): Promise<Relation[]> {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(this.#with.deadlineMs)]);
    if (!code) return await this.#usersOfApplication(caller, patience);
    if (!callbackUrl) throw refusal('DEFAULT', 'The authorizationCode needs its callbackUrl.');
    const { attempts, oidc, callbackOrigins } = this.#with;
    const attempt = attempts.takeImport(caller.userId, callbackAddress(callbackUrl, callbackOrigins));
    const configuration = [okta, entraId]
      .map((provider) => this.#active(caller, provider as OidcConfigurationRow['provider']))
      .find((row) => row?.id === attempt.configurationId);
    if (configuration === undefined) throw noDirectory();
    const exchange = { ...attempt, code, isEnough: () => true };
    const { accessToken } = await oidc.exchange(this.#client(configuration), exchange, patience);
    return await this.#read(configuration, accessToken, patience);
  }

  /** Entra ID lets an application read the directory by its own credentials (as the Web API does); Okta wants an administrator's consent. */
  async #usersOfApplication(caller: Caller, signal: AbortSignal): Promise<Relation[]> {
    const configuration = this.#active(caller, entraId);
    if (configuration !== undefined) {
      const scope = `${this.#with.graphUrl}/.default`;
      const accessToken = await this.#with.oidc.applicationToken(this.#client(configuration), scope, signal);
      return await this.#read(configuration, accessToken, signal);
    }
    if (this.#active(caller, okta) === undefined) throw noDirectory();
    throw refusal('DEFAULT', 'The authorizationCode is missing: begin with the SSO URL for the import of users.');
  }

  async #read({ provider, openIdUrl }: OidcConfigurationRow, accessToken: string, signal: AbortSignal): Promise<Relation[]> {
    const { graphUrl, requestLimits, directoryLimits } = this.#with;
    const address = new URL(provider === okta ? openIdUrl : graphUrl);
    const reader = new DirectoryReader(guardedFetch(address, requestLimits, signal), accessToken, directoryLimits);
    return await reader.relations(provider === okta ? oktaDirectory(address) : graphDirectory(address));
  }

  #active({ accountId }: Caller, provider: OidcConfigurationRow['provider']): OidcConfigurationRow | undefined {
    const row = this.#with.configurations.oidc(accountId, provider);
    return row?.active === 1 ? row : undefined;
  }

  #scope({ provider }: OidcConfigurationRow): string {
    const { graphUrl } = this.#with;
    const scopes =
      provider === okta ? ['okta.users.read', 'okta.groups.read'] : [`${graphUrl}/User.Read.All`, `${graphUrl}/GroupMember.Read.All`];
    return ['openid', 'profile', 'email', ...scopes].join(' ');
  }

  #client(row: OidcConfigurationRow): OidcClient {
    return { clientId: row.clientId, openIdUrl: row.openIdUrl, clientSecret: openClientSecret(this.#with.secretBox, row) };
  }
}

const noDirectory = (): Error => refusal('NOT_FOUND', 'The account has no active configuration of Okta or Entra ID to import users from.');
