// Owns a provider for OAuth tests that holds the agent to the protocol: authorization page, token endpoint and API, as each vendor has them.
import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OAuthApp, OAuthVendor } from '../oauth-vendors.ts';
import { bodyOf, type Script, scriptedServer } from './scripted-server.ts';
import { apiError, hasOfflineAccess, identityOf, rotates, tokenError } from './vendor-manners.ts';

interface Grant {
  readonly redirectUri: string;
  readonly challenge: string | null;
  readonly offline: boolean;
  used: boolean;
}

export interface VendorOptions {
  readonly redirectUris?: readonly string[];
  /** The user refuses. */
  readonly denies?: boolean;
  readonly expiresIn?: number;
}

export interface FakeVendor extends AsyncDisposable {
  readonly app: OAuthApp;
  /** The forms that the token endpoint was sent. */
  readonly asked: URLSearchParams[];
  /** Does what the browser of a user who agrees does: follows the URL, and says where it was sent back to. */
  readonly visit: (authorizationUrl: string) => Promise<{ status: number; url: string; state: string; code: string; error: string }>;
  /** Answers the next request to the token endpoint or to the API in another way. */
  readonly next: (endpoint: 'token' | 'api', script: Script) => void;
  readonly expireCodes: () => void;
  /** Access tokens given so far are good no longer. */
  readonly expireAccess: () => void;
  /** The user takes the authorization back. */
  readonly revoke: () => void;
}

const clientSecret = 'vendor-client-secret-0123456789';
const random = (): string => randomBytes(24).toString('base64url');

export async function fakeVendor(vendor: OAuthVendor, options: VendorOptions = {}): Promise<FakeVendor> {
  const { redirectUris = [`http://localhost:3000/oauth/${vendor.slug}`], denies = false, expiresIn = 3600 } = options;
  const clientId = `client-of-${vendor.slug}`;
  const grants = new Map<string, Grant>();
  const [access, refreshable] = [new Set<string>(), new Set<string>()];
  const asked: URLSearchParams[] = [];
  const scripts: Record<'token' | 'api', Script[]> = { token: [], api: [] };

  function authorize(query: URLSearchParams, response: ServerResponse): void {
    const redirectUri = query.get('redirect_uri') ?? '';
    // A page for the user, and no redirect: nobody is sent to an address that is not registered.
    if (query.get('client_id') !== clientId || !redirectUris.includes(redirectUri)) return void response.writeHead(400).end('<html>');
    const back = new URL(redirectUri);
    if (query.get('state') !== null) back.searchParams.set('state', query.get('state') ?? '');
    if (denies || query.get('response_type') !== 'code') {
      back.searchParams.set('error', denies ? 'access_denied' : 'unsupported_response_type');
    } else {
      const code = random();
      const challenge = vendor.pkce && query.get('code_challenge_method') === 'S256' ? query.get('code_challenge') : null;
      grants.set(code, { redirectUri, challenge, offline: hasOfflineAccess(vendor, query), used: false });
      back.searchParams.set('code', code);
    }
    response.writeHead(302, { location: back.href }).end();
  }

  function tokens(offline: boolean, response: ServerResponse): void {
    const answer = { access_token: random(), token_type: 'bearer', expires_in: expiresIn, ...(offline && { refresh_token: random() }) };
    access.add(answer.access_token);
    if (answer.refresh_token !== undefined) refreshable.add(answer.refresh_token);
    json(response, 200, answer);
  }

  async function token(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams((await bodyOf(request)).toString());
    asked.push(form);
    const script = scripts.token.shift();
    if (script !== undefined) return script(request, response);
    const refuse = (error: string): void => json(response, ...tokenError(vendor, error));
    if (request.method !== 'POST' || request.headers['content-type'] !== 'application/x-www-form-urlencoded')
      return refuse('invalid_request');
    if (form.get('client_id') !== clientId || form.get('client_secret') !== clientSecret) return refuse('invalid_client');
    const type = form.get('grant_type');
    const offline = type === 'refresh_token' ? refresh(form) : type === 'authorization_code' ? redeem(form) : undefined;
    if (offline === undefined) return refuse('invalid_grant');
    tokens(offline, response);
  }

  /** Whether a refresh token comes along; undefined when there is nothing to be had. */
  function refresh(form: URLSearchParams): boolean | undefined {
    const old = form.get('refresh_token') ?? '';
    if (!refreshable.has(old)) return undefined;
    if (rotates(vendor) === 'once') refreshable.delete(old);
    return rotates(vendor) !== 'never';
  }

  function redeem(form: URLSearchParams): boolean | undefined {
    const grant = grants.get(form.get('code') ?? '');
    if (grant === undefined) return undefined;
    const proof = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const fits = !grant.used && form.get('redirect_uri') === grant.redirectUri && proof === (grant.challenge ?? proof);
    // A code that was shown once is spent, whoever showed it (RFC 6749, 10.5).
    grant.used = true;
    return fits ? grant.offline : undefined;
  }

  function api(request: IncomingMessage, response: ServerResponse): void | Promise<void> {
    const script = scripts.api.shift();
    if (script !== undefined) return script(request, response);
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (!access.has(bearer)) return apiError(vendor, response);
    if (request.method !== vendor.identity.method) return void response.writeHead(405).end();
    json(response, 200, identityOf(vendor));
  }

  const server = await scriptedServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://vendor');
    if (url.pathname === '/authorize') return authorize(url.searchParams, response);
    if (url.pathname === '/token') return token(request, response);
    if (`/api${vendor.identity.path}` === `${url.pathname}${url.search}`) return api(request, response);
    response.writeHead(404).end();
  });
  return {
    app: {
      clientId,
      clientSecret,
      authorizeUrl: `${server.url}/authorize`,
      tokenUrl: `${server.url}/token`,
      apiUrl: `${server.url}/api`,
      setting: `OAuth.${vendor.key}.ClientId`,
    },
    asked,
    visit: (url) => visit(url),
    next: (endpoint, script) => void scripts[endpoint].push(script),
    expireCodes: () => grants.clear(),
    expireAccess: () => access.clear(),
    revoke() {
      access.clear();
      refreshable.clear();
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function visit(authorizationUrl: string): Promise<Awaited<ReturnType<FakeVendor['visit']>>> {
  const { status, headers } = await fetch(authorizationUrl, { redirect: 'manual' });
  const url = new URL(headers.get('location') ?? 'about:blank');
  const [state, code, error] = ['state', 'code', 'error'].map((name) => url.searchParams.get(name) ?? '') as [string, string, string];
  return { status, url: url.href, state, code, error };
}

export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
