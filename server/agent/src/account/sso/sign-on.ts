// Owns signing in by the identity provider of an account (sso.md, Get SSO URL and Authenticate).
import { createHash } from 'node:crypto';
import { type Schema, UserStatus } from '@click-kit/contract';
import type { SsoAttemptStore } from '../../store/sso-attempt-store.ts';
import {
  entraId,
  okta,
  saml,
  type OidcConfigurationRow,
  type SamlConfigurationRow,
  type SsoConfigurationRow,
  type SsoConfigurationStore,
} from '../../store/sso-configuration-store.ts';
import type { UserRow, UserStore } from '../../store/user-store.ts';
import { unauthenticated } from '../failure.ts';
import type { SecretBox } from '../secret-box.ts';
import type { Sessions } from '../sessions.ts';
import { callbackAddress } from './addresses.ts';
import { type Attempts, noConfiguration, type TakenAttempt } from './attempts.ts';
import { openClientSecret } from './configurations.ts';
import { isUser, settles, vouchedNames } from './identity.ts';
import type { Claims, OidcClient, OidcProvider } from './oidc-provider.ts';
import type { SamlProvider } from './saml-provider.ts';

export interface SignOnDependencies {
  readonly configurations: SsoConfigurationStore;
  readonly attemptStore: SsoAttemptStore;
  readonly attempts: Attempts;
  readonly users: UserStore;
  readonly sessions: Sessions;
  readonly oidc: OidcProvider;
  readonly saml: SamlProvider;
  readonly secretBox: SecretBox;
  readonly now: () => number;
  readonly callbackOrigins: readonly string[];
}

/** With several active ones: whoever vouched for the user last, else in the order of the page. */
const order = [okta, entraId, saml] as const;

export class SingleSignOn {
  readonly #with: SignOnDependencies;

  constructor(dependencies: SignOnDependencies) {
    this.#with = dependencies;
  }

  async url(username: string, callbackUrl: string, signal: AbortSignal): Promise<Schema<'SsoUrlResponse'>> {
    const { users, attempts, callbackOrigins } = this.#with;
    const callback = callbackAddress(callbackUrl, callbackOrigins);
    const user = users.findByUsername(username.trim());
    const configuration = user?.status === UserStatus.Active ? this.#chosen(user) : undefined;
    if (user === undefined || configuration === undefined) throw noConfiguration();
    const secrets = attempts.newSecrets();
    const url =
      configuration.provider === saml
        ? await this.#with.saml.authorizationUrl(configuration, { requestId: secrets.requestId, callbackUrl: callback })
        : await this.#with.oidc.authorizationUrl(
            this.#client(configuration),
            secrets,
            { callbackUrl: callback, scope: 'openid profile email', loginHint: user.username },
            signal,
          );
    attempts.begin('sign-in', { configurationId: configuration.id, userId: user.id, callbackUrl: callback }, secrets);
    return { Identifier: secrets.identifier, Url: url };
  }

  async authenticate(identifier: string, code: string, callbackUrl: string, signal: AbortSignal): Promise<string> {
    const { attempts, attemptStore, configurations, users, sessions } = this.#with;
    const attempt = attempts.take(identifier, callbackAddress(callbackUrl, this.#with.callbackOrigins));
    const configuration = configurations.findById(attempt.configurationId);
    if (configuration?.active !== 1) throw noConfiguration();
    const names = await this.#names(configuration, attempt, code, signal);
    // Read again: either may have been changed or removed while the provider was asked.
    if (configurations.findById(configuration.id)?.active !== 1) throw noConfiguration();
    const user = users.findById(attempt.userId);
    if (user === undefined || user.accountId !== configuration.accountId || !isUser(user, names))
      throw unauthenticated('AUTH', 'Somebody else has signed in at the identity provider than the user for whom this was begun.');
    const token = await sessions.signInVouched(user);
    attemptStore.vouch(user.id, configuration.provider);
    return token;
  }

  #chosen({ accountId, authProvider }: UserRow): SsoConfigurationRow | undefined {
    const active = this.#with.configurations.active(accountId);
    const of = (provider: number): SsoConfigurationRow | undefined => active.find((row) => row.provider === provider);
    return of(authProvider) ?? order.map(of).find((row) => row !== undefined);
  }

  #client(row: OidcConfigurationRow): OidcClient {
    return { clientId: row.clientId, openIdUrl: row.openIdUrl, clientSecret: openClientSecret(this.#with.secretBox, row) };
  }

  /** The names that the provider vouches for. */
  async #names(row: SsoConfigurationRow, attempt: TakenAttempt, code: string, signal: AbortSignal): Promise<readonly string[]> {
    if (row.provider === saml) return await this.#asserted(row, attempt, code);
    const { provider } = row;
    const isEnough = (claims: Claims): boolean => settles(provider, claims);
    const { claims } = await this.#with.oidc.exchange(this.#client(row), { ...attempt, code, isEnough }, signal);
    return vouchedNames(provider, claims);
  }

  async #asserted(row: SamlConfigurationRow, attempt: TakenAttempt, response: string): Promise<readonly string[]> {
    const { id, expiresAt, names } = await this.#with.saml.accept(row, attempt, response);
    const hash = createHash('sha256').update(id).digest('base64url');
    if (!this.#with.attemptStore.useAssertion(row.id, hash, this.#with.now(), expiresAt))
      throw unauthenticated('AUTH', 'The SAML response is refused: it was used before.');
    return names;
  }
}
