// A whole agent against a real OpenID Connect provider that keeps strictly to the standard: PKCE required, names at the user info only.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { agent } from './agent.ts';
import { bodyOf, refusalOf } from './answers.ts';
import { forTest } from './lifetime.ts';
import { anonymous, authenticate, callbackUrl, ssoUrl } from './sso/sso-agent.ts';

const client = { id: 'click-agent', secret: 'real-client-secret-2718' };

async function realProvider(): Promise<string> {
  // It warns of what matters in production only.
  for (const name of ['warn', 'info'] as const) {
    const silent = vi.spyOn(console, name).mockImplementation(() => undefined);
    forTest(() => Promise.resolve(silent.mockRestore()).then(() => undefined));
  }
  const { Provider } = await import('oidc-provider');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  forTest(() => new Promise((resolve) => server.close(() => resolve()) && server.closeAllConnections()));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [callbackUrl],
        grant_types: ['authorization_code'],
        response_types: ['code'],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    pkce: { required: () => true },
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' }] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/sign-in/${uid}` },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, email: id, email_verified: true }) }),
    async loadExistingGrant({ oidc: { client: known, session, provider: own } }) {
      if (known === undefined || session?.accountId === undefined) return undefined;
      const grant = new own.Grant({ clientId: known.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
  });
  const oidc = provider.callback();
  server.on('request', (request, response) => {
    if (request.url?.startsWith('/sign-in/') !== true) return void oidc(request, response);
    void provider
      .interactionDetails(request, response)
      .then(({ params }) => provider.interactionFinished(request, response, { login: { accountId: String(params.login_hint) } }));
  });
  return issuer;
}

/** Follows redirects with cookies, to the callback. */
async function browse(start: string): Promise<string> {
  const cookies = new Map<string, string>();
  for (let url = start; ;) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
    for (const header of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(header) ?? [];
      cookies.set(name, value);
    }
    const location = new URL(response.headers.get('location') ?? `about:${response.status}`, url).href;
    if (location.startsWith(callbackUrl) || location.startsWith('about:')) return location;
    url = location;
  }
}

describe('a real OpenID Connect provider', () => {
  it('lets its users in, by the code alone or the whole redirect, and each code once', { timeout: 60_000 }, async () => {
    const running = await agent();
    const admin = await running.signIn();
    const OpenIdURL = await realProvider();
    await bodyOf(admin.POST('/sso/setup_okta', { body: { ClientId: client.id, ClientSecret: client.secret, OpenIdURL } }));
    const nobody = anonymous(running);
    const first = await bodyOf(ssoUrl(nobody, 'admin@example.com'));
    const back = await browse(first.Url);
    expect(back.startsWith(`${callbackUrl}?code=`)).toBe(true);
    const code = new URL(back).searchParams.get('code') ?? '';
    expect(await bodyOf(authenticate(nobody, first.Identifier, code))).toMatch(/^eyJ/);
    const second = await bodyOf(ssoUrl(nobody, 'user@example.com'));
    expect(await bodyOf(authenticate(nobody, second.Identifier, await browse(second.Url)))).toMatch(/^eyJ/);
    const third = await bodyOf(ssoUrl(nobody, 'admin@example.com'));
    expect(await refusalOf(authenticate(nobody, third.Identifier, code))).toMatchObject({ status: 401, code: 'AUTH' });
  });
});
