// Owns a small OpenID Connect server that tests can make lie: every answer is right until a test says otherwise.
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { forTest, type Lifetime } from '../lifetime.ts';

interface Grant {
  readonly redirectUri: string;
  readonly challenge: string;
  readonly nonce: string;
  readonly subject: string;
}

export interface OidcLies {
  metadata?: Record<string, unknown>;
  /** Undefined takes a claim away. */
  claims?: Readonly<Record<string, unknown>>;
  /** In place of the signed token. */
  idToken?: (honest: string, claims: JWTPayload) => string | Promise<string>;
  /** In place of what the user info endpoint says. */
  userInfo?: Record<string, unknown>;
  /** Answers a whole request. */
  answer?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export interface TestOidcServer {
  readonly issuer: string;
  readonly client: { readonly id: string; readonly secret: string };
  /** Who signs in next, in place of the login hint. */
  subject: string | undefined;
  lies: OidcLies;
  readonly requests: string[];
  /** Whom an access token was given to. */
  readonly tokenOf: (request: IncomingMessage) => string | undefined;
  readonly close: () => Promise<void>;
}

type Answer = { readonly status: number; readonly body: unknown };
const invalid = (error: string, status = 400): Answer => ({ status, body: { error } });

export async function oidcServer(lifetime: Lifetime = forTest): Promise<TestOidcServer> {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'key-1', alg: 'RS256', use: 'sig' };
  const grants = new Map<string, Grant>();
  const tokens = new Map<string, string>();
  const server = createServer((request, response) => void serve(request, response));
  const listening = new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await listening;
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const self: TestOidcServer = {
    issuer,
    client: { id: 'click-agent', secret: 'oidc-client-secret-2718' },
    subject: undefined,
    lies: {},
    requests: [],
    tokenOf: (request) => tokens.get((request.headers.authorization ?? '').replace(/^Bearer /, '')),
    close: () => new Promise((resolve) => server.close(() => resolve()) && server.closeAllConnections()),
  };
  lifetime(self.close);

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    self.requests.push(`${request.method} ${request.url}`);
    if (self.lies.answer?.(request, response) === true) return;
    const url = new URL(request.url ?? '/', issuer);
    if (url.pathname === '/authorize') return authorize(url.searchParams, response);
    const { status, body } = await answer(url.pathname, request);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  async function answer(path: string, request: IncomingMessage): Promise<Answer> {
    if (path === '/.well-known/openid-configuration') return { status: 200, body: { ...discovery(issuer), ...self.lies.metadata } };
    if (path === '/jwks') return { status: 200, body: { keys: [jwk] } };
    if (path === '/token') return await token(await formOf(request));
    const subject = self.tokenOf(request);
    if (path === '/userinfo' && subject !== undefined)
      return { status: 200, body: { sub: subject, email: subject, email_verified: true, ...self.lies.userInfo } };
    return invalid('not_found', 404);
  }

  /** Signs in whoever is hinted at, without asking. */
  function authorize(query: URLSearchParams, response: ServerResponse): void {
    const of = (name: string): string => query.get(name) ?? '';
    const code = randomBytes(16).toString('hex');
    const subject = self.subject ?? of('login_hint');
    grants.set(code, { redirectUri: of('redirect_uri'), challenge: of('code_challenge'), nonce: of('nonce'), subject });
    const location = `${of('redirect_uri')}?${new URLSearchParams({ code, state: of('state'), iss: issuer }).toString()}`;
    response.writeHead(302, { location }).end();
  }

  async function token(form: URLSearchParams): Promise<Answer> {
    const { id, secret } = self.client;
    if (form.get('client_id') !== id || form.get('client_secret') !== secret) return invalid('invalid_client', 401);
    const accessToken = randomBytes(16).toString('hex');
    if (form.get('grant_type') === 'client_credentials') {
      tokens.set(accessToken, 'application');
      return { status: 200, body: { access_token: accessToken, token_type: 'Bearer', scope: form.get('scope') } };
    }
    const code = form.get('code') ?? '';
    const grant = grants.get(code);
    grants.delete(code);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (grant?.redirectUri !== form.get('redirect_uri') || grant?.challenge !== challenge) return invalid('invalid_grant');
    tokens.set(accessToken, grant.subject);
    return { status: 200, body: { access_token: accessToken, token_type: 'Bearer', id_token: await idToken(grant) } };
  }

  async function idToken({ nonce, subject }: Grant): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const honest = {
      iss: issuer,
      aud: self.client.id,
      sub: subject,
      iat: now,
      exp: now + 300,
      nonce,
      email: subject,
      email_verified: true,
    };
    const claims = Object.fromEntries(Object.entries({ ...honest, ...self.lies.claims }).filter(([, value]) => value !== undefined));
    const signed = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'key-1' }).sign(privateKey);
    return (await self.lies.idToken?.(signed, claims)) ?? signed;
  }

  return self;
}

const discovery = (issuer: string): object => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  userinfo_endpoint: `${issuer}/userinfo`,
  jwks_uri: `${issuer}/jwks`,
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
  code_challenge_methods_supported: ['S256'],
  authorization_response_iss_parameter_supported: true,
});

export async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}
