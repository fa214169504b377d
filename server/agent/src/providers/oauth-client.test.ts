import { describe, expect, it, onTestFinished } from 'vitest';
import { GrantRefused, OAuthClient, printable } from './oauth-client.ts';
import { defaultOAuthLimits } from './oauth-http.ts';
import { identify } from './oauth-provider.ts';
import { box, dropbox, googleDrive, oauthVendors, type OAuthVendor, oneDrive } from './oauth-vendors.ts';
import { ProviderError } from './provider.ts';
import { type FakeVendor, fakeVendor, json, type VendorOptions } from './testing/oauth-vendor.ts';

const verifier = 'a-verifier-of-more-than-forty-three-characters-0123456789';
const state = 'state-0123456789';
const now = () => 1_000_000;
const signal = new AbortController().signal;
const quick = { ...defaultOAuthLimits, totalMs: 150, answerBytes: 2000 };

async function start(
  vendor: OAuthVendor,
  options: VendorOptions = {},
): Promise<{ server: FakeVendor; client: OAuthClient; redirectUrl: string }> {
  const server = await fakeVendor(vendor, options);
  onTestFinished(() => server[Symbol.asyncDispose]());
  return {
    server,
    client: new OAuthClient(vendor, server.app, { now, limits: quick }),
    redirectUrl: `http://localhost:3000/oauth/${vendor.slug}`,
  };
}

async function authorized(vendor: OAuthVendor, options?: VendorOptions) {
  const started = await start(vendor, options);
  const { client, server, redirectUrl } = started;
  const { code } = await server.visit(client.authorizationUrl({ state, redirectUrl, verifier }));
  return { ...started, code, exchange: (changes: object = {}) => client.exchange({ code, redirectUrl, verifier, ...changes }, signal) };
}

const errorOf = (promise: Promise<unknown>): Promise<ProviderError> =>
  promise.then(
    () => expect.fail('it was accepted'),
    (error: unknown) => error as ProviderError,
  );

describe.each(oauthVendors.map((vendor) => [vendor.name, vendor] as const))('%s', (_name, vendor) => {
  it('sends the user back with the state and a code, which is good for tokens of that user', async () => {
    const { client, server, redirectUrl, exchange } = await authorized(vendor);
    const back = await server.visit(client.authorizationUrl({ state, redirectUrl, verifier }));
    expect([back.status, back.state, back.url.startsWith(`${redirectUrl}?`)]).toEqual([302, state, true]);
    const tokens = await exchange();
    expect(tokens.expiresAt).toBe(1_000_000 + 3_600_000);
    expect(tokens.refreshToken).not.toBe('');
    const get = () => Promise.resolve(tokens.accessToken);
    expect(await identify(vendor, { apiUrl: server.app.apiUrl, get }, signal)).toMatch(/^\S{8,}$/);
    expect(server.asked.every((form) => form.has('code_verifier') === vendor.pkce)).toBe(true);
  });

  it('takes a code once, and only with the redirect that it was given for', async () => {
    const first = await authorized(vendor);
    await first.exchange();
    expect(await errorOf(first.exchange())).toBeInstanceOf(GrantRefused);
    const second = await authorized(vendor);
    expect(await errorOf(second.exchange({ redirectUrl: 'http://localhost:3000/elsewhere' }))).toBeInstanceOf(GrantRefused);
  });

  it('refuses an expired code in words without the code, the verifier or the secret', async () => {
    const { server, exchange, code } = await authorized(vendor);
    server.expireCodes();
    const error = await errorOf(exchange());
    expect(error).toMatchObject({
      kind: 'auth',
      message: expect.stringContaining(`${vendor.name} does not accept the authorization (invalid_grant: `),
    });
    for (const secret of [code, verifier, server.app.clientSecret]) expect(error.message).not.toContain(secret);
    expect(error.message).not.toMatch(/[\r\n]/);
  });

  it('refreshes, and the refresh token that is kept is good again', async () => {
    const { client, exchange, server } = await authorized(vendor);
    const first = await exchange();
    const second = await client.refresh(first, signal);
    expect(second.accessToken).not.toBe(first.accessToken);
    expect(second.refreshToken === first.refreshToken).toBe(vendor === dropbox || vendor === googleDrive);
    await client.refresh(second, signal);
    server.revoke();
    expect(await errorOf(client.refresh(second, signal))).toBeInstanceOf(GrantRefused);
  });

  it('names the setting when it does not know the client', async () => {
    const { server } = await start(vendor);
    const client = new OAuthClient(vendor, { ...server.app, clientSecret: 'wrong' }, { now });
    const error = await errorOf(client.exchange({ code: 'c', redirectUrl: 'http://localhost/', verifier }, signal));
    expect(error).not.toBeInstanceOf(GrantRefused);
    expect(error).toMatchObject({ kind: 'auth', message: expect.stringContaining(`See OAuth.${vendor.key}.ClientId.`) });
  });

  it('says who does not accept an access token', async () => {
    const { server } = await start(vendor);
    const tokens = { apiUrl: server.app.apiUrl, get: () => Promise.resolve('expired') };
    expect(await errorOf(identify(vendor, tokens, signal))).toMatchObject({
      kind: 'auth',
      message: `the API of ${vendor.name} answered 401.`,
    });
  });
});

describe('the proof key', () => {
  it.each([dropbox, oneDrive, googleDrive])('is demanded by $name', async (vendor) => {
    const { exchange } = await authorized(vendor);
    expect(await errorOf(exchange({ verifier: `${verifier}-of-somebody-else` }))).toBeInstanceOf(GrantRefused);
  });

  it('is not part of what Box is sent', async () => {
    const { client, redirectUrl } = await start(box);
    expect(client.authorizationUrl({ state, redirectUrl, verifier })).not.toContain('code_challenge');
  });

  it('leaves the verifier at home', async () => {
    const { client, redirectUrl } = await start(dropbox);
    expect(client.authorizationUrl({ state, redirectUrl, verifier })).not.toContain(verifier);
  });
});

describe('an authorization URL', () => {
  it('keeps the query of a configured address and encodes what it adds', async () => {
    const { server } = await start(oneDrive);
    const client = new OAuthClient(oneDrive, { ...server.app, authorizeUrl: 'https://login.example/a?tenant=x&state=old' }, { now });
    const url = new URL(client.authorizationUrl({ state: 'a&b', redirectUrl: 'http://localhost:3000/?x=1&y=ü', verifier }));
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      tenant: 'x',
      state: 'a&b',
      redirect_uri: 'http://localhost:3000/?x=1&y=ü',
    });
    expect(url.searchParams.get('scope')).toBe('Files.ReadWrite.All offline_access');
  });
});

describe('a token endpoint', () => {
  const good = { access_token: 'a', token_type: 'Bearer', expires_in: 10, refresh_token: 'r' };
  it.each<[string, string, Parameters<FakeVendor['next']>[1], string]>([
    ['is slow', 'unavailable', () => undefined, 'did not answer within 150 ms'],
    ['hangs up', 'unavailable', (request) => void request.socket.destroy(), 'failed: '],
    [
      'stops in the middle',
      'unavailable',
      (_request, response) => void response.writeHead(200, { 'content-length': 500 }).write('{'),
      'did not answer within',
    ],
    [
      'answers without end',
      'invalid',
      (_request, response) => json(response, 200, { ...good, more: 'x'.repeat(3000) }),
      'exceeds 2000 bytes',
    ],
    ['answers HTML', 'invalid', (_request, response) => void response.writeHead(200).end('<html>OK</html>'), 'no access token'],
    ['answers an array', 'invalid', (_request, response) => json(response, 200, [good]), 'no access token'],
    [
      'gives a token with a line break',
      'invalid',
      (_request, response) => json(response, 200, { ...good, access_token: 'a\r\nb' }),
      'no access token',
    ],
    ['gives a number', 'invalid', (_request, response) => json(response, 200, { ...good, access_token: 7 }), 'no access token'],
    [
      'gives an odd refresh token',
      'invalid',
      (_request, response) => json(response, 200, { ...good, refresh_token: { a: 1 } }),
      'a refresh token that is none',
    ],
    [
      'gives another type',
      'invalid',
      (_request, response) => json(response, 200, { ...good, token_type: 'mac' }),
      'another type than bearer',
    ],
    [
      'gives no refresh token',
      'invalid',
      (_request, response) => json(response, 200, { ...good, refresh_token: undefined }),
      'no refresh token',
    ],
    [
      'redirects',
      'invalid',
      (_request, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      'it answered 302',
    ],
    ['is broken', 'unavailable', (_request, response) => void response.writeHead(500).end('<html>stack trace</html>'), 'it answered 500'],
    ['is busy', 'throttled', (_request, response) => void response.writeHead(429, { 'retry-after': '3' }).end(), 'it answered 429'],
  ])('that %s is told as %s', async (_what, kind, script, message) => {
    const { server, exchange } = await authorized(dropbox);
    server.next('token', script);
    const error = await errorOf(exchange());
    expect(error).toBeInstanceOf(ProviderError);
    expect([error.kind, error.message]).toEqual([kind, expect.stringContaining(message)]);
    expect(error.message).not.toContain('stack trace');
    if (kind === 'throttled') expect(error.retryAfterMs).toBe(3000);
  });

  it.each([undefined, 0, -5, '10', null])('that gives the lifetime %j is taken to mean an hour', async (expires_in) => {
    const { server, exchange } = await authorized(dropbox);
    server.next('token', (_request, response) => json(response, 200, { ...good, expires_in }));
    expect((await exchange()).expiresAt).toBe(now() + 3_600_000);
  });

  it('that repeats what it was sent is not believed to be polite', async () => {
    const { server, exchange, code } = await authorized(dropbox);
    const said = `You sent ${code} and\u0000\n${new URLSearchParams({ a: server.app.clientSecret }).toString().slice(2)} with ${verifier}. ${'x'.repeat(500)}`;
    server.next('token', (_request, response) => json(response, 400, { error: 'invalid_request', error_description: said }));
    const { message } = await errorOf(exchange());
    for (const secret of [code, verifier, server.app.clientSecret]) expect(message).not.toContain(secret);
    expect(message.length).toBeLessThan(260);
    expect(message).toContain('You sent [redacted] and [redacted] with [redacted].');
  });

  it.each(['\ud800', '\u0000', 'a b+c/ü', '&client_id=x'])('takes the code %j for what it is', async (odd) => {
    const { server, exchange } = await authorized(dropbox);
    expect(await errorOf(exchange({ code: odd }))).toBeInstanceOf(GrantRefused);
    expect([server.asked[0]?.get('code'), server.asked[0]?.getAll('client_id').length]).toEqual([odd.replace('\ud800', '\ufffd'), 1]);
  });

  it('is given up when the caller is', async () => {
    const { server, client } = await start(dropbox);
    server.next('token', () => undefined);
    const caller = new AbortController();
    const exchange = client.exchange({ code: 'c', redirectUrl: 'http://localhost/', verifier }, caller.signal);
    caller.abort(new Error('gone'));
    await expect(exchange).rejects.toThrow('gone');
  });

  it('takes a public client, which has no secret', async () => {
    const { server, redirectUrl } = await start(dropbox);
    const client = new OAuthClient(dropbox, { ...server.app, clientSecret: '' }, { now });
    await errorOf(client.exchange({ code: 'c', redirectUrl, verifier }, signal));
    expect(server.asked.map((form) => [form.get('client_id'), form.has('client_secret')])).toEqual([[server.app.clientId, false]]);
  });
});

describe('an API', () => {
  it.each<[string, string, Parameters<FakeVendor['next']>[1]]>([
    ['does not say who it is', 'invalid', (_request, response) => json(response, 200, { user: {} })],
    ['says something odd', 'invalid', (_request, response) => json(response, 200, { account_id: { a: 1 } })],
    ['is down', 'throttled', (_request, response) => json(response, 503, {})],
    ['forbids it', 'auth', (_request, response) => json(response, 403, {})],
  ])('that %s is told as %s', async (_what, kind, script) => {
    const { server } = await start(dropbox);
    server.next('api', script);
    expect(await errorOf(identify(dropbox, { apiUrl: server.app.apiUrl, get: () => Promise.resolve('t') }, signal))).toMatchObject({
      kind,
    });
  });
});

describe('what a stranger said', () => {
  it('is one line of bearable length', () => {
    expect(printable(' a\tb\u202e\r\nc ', [])).toBe('a b c');
    expect(printable('a'.repeat(900), [''])).toHaveLength(200);
  });
});
