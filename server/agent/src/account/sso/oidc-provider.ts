// Owns talking OpenID Connect to Okta and Entra ID; the checks of tokens are the library's.
import * as oidc from 'openid-client';
import { Failure, refusal, unauthenticated } from '../failure.ts';
import { isLoopback } from './addresses.ts';
import { guardedFetch, ProviderUnreachable, type RequestLimits } from './guarded-fetch.ts';

export interface OidcClient {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly openIdUrl: string;
}

/** What an attempt remembers, so that only it can use its code. */
export interface OidcSecrets {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

export interface Exchange extends OidcSecrets {
  readonly callbackUrl: string;
  /** The code alone, or the whole URL that the browser was sent to. */
  readonly code: string;
  /** Whether the claims say who it is; the user info endpoint is asked when those of the ID token do not. */
  readonly isEnough: (claims: Claims) => boolean;
}

/** What the identity provider says about whoever signed in. */
export type Claims = Readonly<Record<string, unknown>>;

const clockToleranceSeconds = 30;
const wellKnown = '.well-known/openid-configuration';
const microsoft = 'https://login.microsoftonline.com';
/** Answers of a token endpoint that are about what the client brought, not about our configuration. */
const codeErrors = new Set(['invalid_grant', 'access_denied', 'login_required', 'interaction_required', 'consent_required']);

export class OidcProvider {
  readonly #now: () => number;
  readonly #limits: RequestLimits;

  constructor(now: () => number, limits: RequestLimits) {
    this.#now = now;
    this.#limits = limits;
  }

  async authorizationUrl(
    client: OidcClient,
    { state, nonce, codeVerifier }: OidcSecrets,
    request: { readonly callbackUrl: string; readonly scope: string; readonly loginHint?: string },
    signal: AbortSignal,
  ): Promise<string> {
    const configuration = await this.#discover(client, signal);
    const url = await guarded(async () =>
      oidc.buildAuthorizationUrl(configuration, {
        redirect_uri: request.callbackUrl,
        scope: request.scope,
        state,
        nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
        ...(request.loginHint !== undefined && { login_hint: request.loginHint }),
      }),
    );
    return url.href;
  }

  /** The claims of the ID token (signature, issuer, audience, expiry, nonce are checked), or of the user info when it lacks the name. */
  async exchange(client: OidcClient, exchange: Exchange, signal: AbortSignal): Promise<{ claims: Claims; accessToken: string }> {
    const configuration = await this.#discover(client, signal);
    return await guarded(async () => {
      const { answer, checks } = authorizationResponse(exchange, configuration.serverMetadata());
      const tokens = await oidc.authorizationCodeGrant(configuration, answer, checks);
      const claims = tokens.claims();
      if (claims === undefined) throw rejected('it brings no ID token');
      const complete = exchange.isEnough(claims) || configuration.serverMetadata().userinfo_endpoint === undefined;
      // One or the other and never a mix: that an address was verified is said of the one beside it.
      const named = complete ? claims : await oidc.fetchUserInfo(configuration, tokens.access_token, claims.sub);
      return { claims: named, accessToken: tokens.access_token };
    }, 'code');
  }

  /** An access token for the application itself. */
  async applicationToken(client: OidcClient, scope: string, signal: AbortSignal): Promise<string> {
    const configuration = await this.#discover(client, signal);
    return await guarded(async () => (await oidc.clientCredentialsGrant(configuration, { scope })).access_token);
  }

  async #discover({ clientId, clientSecret, openIdUrl }: OidcClient, signal: AbortSignal): Promise<oidc.Configuration> {
    const issuer = issuerOf(openIdUrl);
    const metadata = {
      [oidc.clockSkew]: Math.round((this.#now() - Date.now()) / 1000),
      [oidc.clockTolerance]: clockToleranceSeconds,
    };
    const options: oidc.DiscoveryRequestOptions = {
      [oidc.customFetch]: guardedFetch(issuer, this.#limits, signal),
      timeout: Math.ceil(this.#limits.timeoutMs / 1000),
      execute: [oidc.enableNonRepudiationChecks, ...(isLoopback(issuer) ? [oidc.allowInsecureRequests] : [])],
    };
    return await guarded(async () => {
      const document = new URL(`${issuer.href.replace(/\/$/, '')}/${wellKnown}`);
      const found = await oidc.discovery(document, clientId, metadata, clientAuthentication(clientSecret), options);
      const { issuer: named } = found.serverMetadata();
      if (!isIssuer(issuer, named)) throw upstream(`it says that it is ${JSON.stringify(named.slice(0, 200))}`);
      return found;
    });
  }
}

/** The address is that of the issuer or of its discovery document. */
export function issuerOf(openIdUrl: string): URL {
  const url = new URL(openIdUrl);
  if (url.pathname.endsWith(`/${wellKnown}`)) url.pathname = url.pathname.slice(0, -wellKnown.length - 1);
  return url;
}

/** A provider may speak for itself only. Entra ID names its tenant by a GUID, however the address has it. */
export function isIssuer(expected: URL, issuer: string): boolean {
  const plain = (text: string): string => text.replace(/\/$/, '');
  const ofMicrosoft = /^https:\/\/(login\.microsoftonline\.com|sts\.windows\.net)\/[0-9a-f-]{36}(\/v2\.0)?\/?$/;
  return plain(issuer) === plain(expected.href) || (expected.origin === microsoft && ofMicrosoft.test(issuer));
}

/** In the header where the server does not take it in the body; both are common, few take only one. */
function clientAuthentication(secret: string): oidc.ClientAuth {
  const [post, basic] = [oidc.ClientSecretPost(secret), oidc.ClientSecretBasic(secret)];
  return (server, client, body, headers) => {
    const methods = server.token_endpoint_auth_methods_supported;
    const inHeader = methods !== undefined && !methods.includes('client_secret_post') && methods.includes('client_secret_basic');
    return (inHeader ? basic : post)(server, client, body, headers);
  };
}

/**
 * The redirect as the library wants to see it. A code alone brings neither `state` nor `iss`; code verifier and nonce tie it to its
 * attempt then, and the attempt to one provider.
 */
function authorizationResponse(
  { code, callbackUrl, state, nonce, codeVerifier }: Exchange,
  { issuer }: oidc.ServerMetadata,
): { answer: URL; checks: oidc.AuthorizationCodeGrantChecks } {
  const checks = { expectedNonce: nonce, pkceCodeVerifier: codeVerifier, idTokenExpected: true };
  if (code.startsWith(`${callbackUrl}?`) && URL.canParse(code))
    return { answer: new URL(code), checks: { ...checks, expectedState: state } };
  const answer = new URL(callbackUrl);
  answer.search = new URLSearchParams({ code, iss: issuer }).toString();
  return { answer, checks: { ...checks, expectedState: oidc.skipStateCheck } };
}

/** Says what an error of the library, or of a request, means to the caller, who may have brought a code that is none. */
async function guarded<Value>(work: () => Promise<Value>, brought: 'code' | 'nothing' = 'nothing'): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    const meaning = meaningOf(error);
    throw brought === 'nothing' && meaning instanceof Failure && meaning.unauthenticated
      ? upstream('its answer cannot be used', error)
      : meaning;
  }
}

function meaningOf(error: unknown): unknown {
  const cause = chainOf(error).find((one) => one instanceof ProviderUnreachable);
  if (cause !== undefined) return upstream(cause.message, error);
  if (error instanceof oidc.ResponseBodyError)
    return codeErrors.has(error.error)
      ? rejected('the identity provider does not take it', error)
      : upstream(`it answers ${word(error.error)}`, error);
  if (error instanceof oidc.AuthorizationResponseError) return rejected('the identity provider did not let the user in', error);
  if (error instanceof oidc.WWWAuthenticateChallengeError) return upstream('it refuses the credentials of the configuration', error);
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && code.startsWith('OAUTH_')) return ofCode(code, error);
  if (error instanceof oidc.ClientError) return upstream('its answer cannot be used', error);
  // Endpoints of a discovery document that are no URLs end up here.
  return typeof code === 'string' && code.startsWith('ERR_INVALID_') ? upstream('its discovery document cannot be used', error) : error;
}

/** Tokens and redirects that do not pass are the caller's; whatever else fails is the provider's. */
const ofToken = new Set([
  'OAUTH_INVALID_RESPONSE',
  'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
  'OAUTH_JWT_TIMESTAMP_CHECK_FAILED',
  'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED',
  'OAUTH_UNSUPPORTED_OPERATION',
  'OAUTH_KEY_SELECTION_FAILED',
]);
const ofCode = (code: string, error: unknown): Error =>
  ofToken.has(code)
    ? rejected('what the identity provider sent does not pass the checks', error)
    : upstream('its answer cannot be used', error);

function chainOf(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let at = error; at !== undefined && at !== null && chain.length < 10; at = (at as { cause?: unknown }).cause) chain.push(at);
  return chain;
}

/** An error code as the protocol has them, and nothing else that a server might put there. */
const word = (text: string): string => (/^[a-z_]{1,60}$/.test(text) ? text : 'an error');
const rejected = (why: string, cause?: unknown): Error => unauthenticated('AUTH', `The authorization code is refused: ${why}.`, cause);
const upstream = (why: string, cause?: unknown): Error =>
  refusal('COGNITO', `The identity provider cannot be used: ${why.replace(/\.$/, '')}.`, cause);
