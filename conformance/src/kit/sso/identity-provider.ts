// Owns the identity provider that the kit brings along: OpenID Connect by oidc-provider, and the directory of an Okta organisation beside it.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type * as library from 'oidc-provider';
import type { Configuration, Provider } from 'oidc-provider';
import { directoryAnswer } from './directory.ts';
import { memoryAdapter } from './memory-adapter.ts';

export interface IdentityProvider {
  /** As `OpenIdURL` takes it. */
  readonly openIdUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where it sends browsers back to, and nowhere else. */
  readonly callbackUrl: string;
  readonly stop: () => Promise<void>;
}

export interface IdentityProviderOptions {
  readonly clientId: string;
  readonly callbackUrl: string;
}

/** Scopes that agents ask for when they want to read the directory. */
const directoryScopes = ['okta.users.read', 'okta.groups.read'];
const scopes = ['openid', 'profile', 'email', 'offline_access', ...directoryScopes];

export async function startIdentityProvider({ clientId, callbackUrl }: IdentityProviderOptions): Promise<IdentityProvider> {
  const clientSecret = `kit-client-secret-${randomBytes(18).toString('hex')}`;
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // Loaded on demand: most runs never ask for it.
  const { Provider } = await loadedQuietly();
  const provider = new Provider(issuer, configuration(clientId, clientSecret, callbackUrl));
  const oidc = provider.callback();
  server.on('request', (request, response) => {
    void serve(request, response).catch(() => response.destroy());
  });
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', issuer);
    if (url.pathname.startsWith('/interaction/')) return await interact(provider, request, response);
    if (url.pathname.startsWith('/api/v1/')) return await directoryAnswer(provider, issuer, request, response);
    await oidc(request, response);
  }
  return {
    openIdUrl: `${issuer}/.well-known/openid-configuration`,
    clientId,
    clientSecret,
    callbackUrl,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function configuration(clientId: string, clientSecret: string, callbackUrl: string): Configuration {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    adapter: memoryAdapter(),
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [callbackUrl],
        grant_types: ['authorization_code'],
        response_types: ['code'],
        // The library takes the secret in the body as well.
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    scopes,
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username'] },
    // Some agents read the ID token only, others ask the user info endpoint.
    conformIdTokenClaims: false,
    // That an agent sends a code challenge is documented nowhere.
    pkce: { required: () => false },
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'kit', alg: 'RS256', use: 'sig' }] },
    cookies: { keys: [randomBytes(24).toString('hex')] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    renderError(context, out) {
      context.type = 'json';
      context.body = JSON.stringify(out);
    },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: id, email_verified: true, preferred_username: id, name: id }),
    }),
    async loadExistingGrant({ oidc }) {
      const { client, session, provider } = oidc;
      if (client === undefined || session?.accountId === undefined) return undefined;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope(scopes.join(' '));
      await grant.save();
      return grant;
    },
  };
}

/** A page with a form, as any sign-in page; whoever sends a name is let in as that. */
async function interact(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { params } = await provider.interactionDetails(request, response);
  if (request.method === 'POST') {
    const accountId = new URLSearchParams(await textOf(request)).get('login') ?? '';
    return await provider.interactionFinished(request, response, { login: { accountId } });
  }
  const hint = typeof params.login_hint === 'string' ? params.login_hint.replaceAll(/[&<>"]/g, '') : '';
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  response.end(
    `<!doctype html><form method="post" action="${request.url ?? ''}"><input name="login" value="${hint}"><button>Sign in</button></form>`,
  );
}

/** On import the library warns of the version of Node, below which it does all that the kit asks of it. */
async function loadedQuietly(): Promise<typeof library> {
  const { warn } = console;
  console.warn = () => undefined;
  try {
    return await import('oidc-provider');
  } finally {
    console.warn = warn;
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
