// Owns the OAuth 2.0 conversation with one provider: the authorization URL, the exchange of a code, the refresh (RFC 6749, RFC 7636).
import { createHash } from 'node:crypto';
import { kindOfStatus } from './http-errors.ts';
import { ask, defaultOAuthLimits, type OAuthAnswer, type OAuthLimits } from './oauth-http.ts';
import type { OAuthApp, OAuthVendor } from './oauth-vendors.ts';
import { ProviderError } from './provider.ts';

export interface TokenSet {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Of the access token, in milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** The code or the refresh token is expired, revoked or used up: only the user can help, by authorizing again. */
export class GrantRefused extends ProviderError {
  constructor(message: string) {
    super('auth', message);
    this.name = 'GrantRefused';
  }
}

export interface OAuthClientOptions {
  readonly now: () => number;
  readonly limits?: OAuthLimits;
}

/** `expires_in` is recommended only (RFC 6749, 5.1). */
const assumedLifetimeSeconds = 3600;
const [maxTokenChars, maxDetailChars] = [16_384, 200];
/** What Microsoft answers beside `invalid_grant` when the user has to come back. */
const userNeeded: ReadonlySet<unknown> = new Set(['invalid_grant', 'interaction_required', 'consent_required', 'login_required']);
const clientRefused: ReadonlySet<unknown> = new Set(['invalid_client', 'unauthorized_client']);

export class OAuthClient {
  readonly vendor: OAuthVendor;
  readonly app: OAuthApp;
  readonly #now: () => number;
  readonly limits: OAuthLimits;

  constructor(vendor: OAuthVendor, app: OAuthApp, { now, limits = defaultOAuthLimits }: OAuthClientOptions) {
    this.vendor = vendor;
    this.app = app;
    this.#now = now;
    this.limits = limits;
  }

  /** `verifier` stays here; only its hash goes along. */
  authorizationUrl({ state, redirectUrl, verifier }: { state: string; redirectUrl: string; verifier: string }): string {
    const { scopes, pkce, parameters } = this.vendor;
    const url = new URL(this.app.authorizeUrl);
    const query = {
      response_type: 'code',
      client_id: this.app.clientId,
      redirect_uri: redirectUrl,
      state,
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
      ...(pkce && { code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' }),
      ...parameters,
    };
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return url.href;
  }

  async exchange(
    { code, redirectUrl, verifier }: { code: string; redirectUrl: string; verifier: string },
    signal: AbortSignal,
  ): Promise<TokenSet> {
    const form = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUrl,
      ...(this.vendor.pkce && { code_verifier: verifier }),
    };
    const tokens = await this.#tokens(form, [code, verifier], signal);
    if (tokens.refreshToken === '') throw this.#broken('no refresh token, so the account could be used for an hour only');
    return tokens;
  }

  /** A provider that does not rotate refresh tokens sends none along: the old one stays good. */
  async refresh({ refreshToken }: TokenSet, signal: AbortSignal): Promise<TokenSet> {
    const tokens = await this.#tokens({ grant_type: 'refresh_token', refresh_token: refreshToken }, [refreshToken], signal);
    return tokens.refreshToken === '' ? { ...tokens, refreshToken } : tokens;
  }

  async #tokens(grant: Readonly<Record<string, string>>, secrets: readonly string[], signal: AbortSignal): Promise<TokenSet> {
    const { clientId, clientSecret, tokenUrl } = this.app;
    // All four take the client in the body (RFC 6749, 2.3.1); a public client has no secret.
    const form = { ...grant, client_id: clientId, ...(clientSecret !== '' && { client_secret: clientSecret }) };
    const what = `the token endpoint of ${this.vendor.name}`;
    const answer = await ask({ what, method: 'POST', url: tokenUrl, form }, signal, this.limits);
    if (answer.status !== 200) throw this.#failure(answer, [...secrets, clientSecret]);
    return this.#read(answer.json ?? {});
  }

  #read(json: Readonly<Record<string, unknown>>): TokenSet {
    const { access_token: accessToken, refresh_token: refreshToken = '', token_type: type, expires_in: lifetime } = json;
    if (!isToken(accessToken)) throw this.#broken('no access token');
    if (refreshToken !== '' && !isToken(refreshToken)) throw this.#broken('a refresh token that is none');
    if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') throw this.#broken('tokens of another type than bearer');
    const seconds = typeof lifetime === 'number' && lifetime > 0 ? Math.min(lifetime, 1e9) : assumedLifetimeSeconds;
    return { accessToken, refreshToken, expiresAt: this.#now() + seconds * 1000 };
  }

  #failure({ status, retryAfterMs, json }: OAuthAnswer, secrets: readonly string[]): ProviderError {
    const { name } = this.vendor;
    const { error, error_description: description } = json ?? {};
    const said = [error, description].filter((text) => typeof text === 'string' && text !== '').join(': ');
    const detail = said === '' ? `it answered ${status}` : printable(said, secrets);
    if (userNeeded.has(error)) return new GrantRefused(`${name} does not accept the authorization (${detail}).`);
    if (clientRefused.has(error) || status === 401)
      return new ProviderError('auth', `${name} does not accept the client of this agent (${detail}). See ${this.app.setting}.`);
    const options = retryAfterMs === undefined ? {} : { retryAfterMs };
    return new ProviderError(kindOfStatus(status), `${name} gave no tokens (${detail}).`, options);
  }

  #broken(what: string): ProviderError {
    return new ProviderError('invalid', `The token endpoint of ${this.vendor.name} answered ${what}.`);
  }
}

/** As it may stand in a header. */
const isToken = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= maxTokenChars && /^[\x21-\x7e]+$/.test(value);

/** What a stranger said, fit for a message: one line, short, and nothing of what it was sent. */
export function printable(text: string, secrets: readonly string[]): string {
  const forms = secrets
    .filter((secret) => secret !== '')
    .flatMap((secret) => [secret, new URLSearchParams({ _: secret }).toString().slice(2)]);
  const clean = forms.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text);
  return clean
    .replaceAll(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, maxDetailChars);
}
