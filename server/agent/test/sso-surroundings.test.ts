// Whole-agent tests of what surrounds a sign-on by OpenID Connect: unknown users, callbacks elsewhere, providers that misbehave.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Schema } from '@click-kit/contract';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { agent, type SignedIn, type TestAgent } from './agent.ts';
import { bodyOf, refusalOf } from './answers.ts';
import { forGroup } from './lifetime.ts';
import { oidcServer, type TestOidcServer } from './sso/oidc-server.ts';
import { anonymous, authenticate, oidcBody, signOn, ssoUrl } from './sso/sso-agent.ts';

const lifetime = forGroup();
let running: TestAgent;
let idp: TestOidcServer;
let admin: SignedIn;
let stranger: SignedIn;
let nobody: ReturnType<typeof anonymous>;
const who = 'admin@example.com';
const setup = (click: SignedIn, body: Schema<'SetupOidcSSORequest'> = oidcBody(idp)) => bodyOf(click.POST('/sso/setup_okta', { body }));

beforeAll(async () => {
  running = await agent({ ssoTimeoutMs: 400, ssoCallbackOrigins: ['https://app.example.com'] }, lifetime);
  idp = await oidcServer(lifetime);
  admin = await running.signIn();
  stranger = await running.signIn('owner@example.org');
  nobody = anonymous(running);
}, 60_000);

beforeEach(async () => {
  idp.lies = {};
  idp.subject = undefined;
  for (const click of [admin, stranger]) for (const kind of ['okta', 'entraId'] as const) await click.DELETE(`/sso/delete_${kind}`);
});

describe('whoever has no single sign-on', () => {
  it('is answered as somebody who does not exist', async () => {
    await setup(admin, { ...oidcBody(idp), Active: false });
    const answers = [];
    for (const username of [who, 'owner@example.org', 'nobody@example.com', 'x', '\u0000', '💥'.repeat(20)])
      answers.push(await refusalOf(ssoUrl(nobody, username)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 499, code: 'NOT_FOUND' });
  });
});

describe('a callback', () => {
  it.each([
    'https://evil.example.com/',
    'http://localhost.evil.example.com/',
    'http://127.0.0.1.evil.example.com/',
    'http://localhost@evil.example.com/',
    'http://evil.example.com\\@localhost/',
    'http://evil.example.com#@localhost/',
    '//localhost/',
    '/sso/callback',
    'javascript:alert(1)//localhost',
    'data:text/html,x',
    'http://localhost:29123/cb?next=https://evil.example.com',
    'http://localhost:29123/cb#x',
    'http://user:pass@localhost/',
    'http://LOCALHOST/',
    'http://127.1/',
    'http://2130706433/',
    'http://0.0.0.0/',
    'http://[::ffff:127.0.0.1]/',
    ' http://localhost/',
    'http://localhost/\n',
    'http://app.example.com/',
    'https://app.example.com.evil.example.com/',
    'https://app.example.com:444/',
    '',
    'x'.repeat(2100),
  ])('at %j is refused', async (callback) => {
    await setup(admin);
    expect(await refusalOf(ssoUrl(nobody, who, callback))).toMatchObject({ status: 499, code: 'DEFAULT' });
  });

  it.each([
    'http://localhost/',
    'http://localhost:3000',
    'https://localhost:8443/a/b',
    'http://127.0.0.1:5000/cb',
    'http://[::1]:5000/cb',
    'https://app.example.com/sso',
  ])('at %s is fine', async (callback) => {
    await setup(admin);
    const { Url } = await bodyOf(ssoUrl(nobody, who, callback));
    expect(new URL(Url).searchParams.get('redirect_uri')).toBe(new URL(callback).href);
  });
});

describe('an identity provider that misbehaves', () => {
  const misbehaviours: [string, NonNullable<TestOidcServer['lies']['answer']>][] = [
    ['answers 500', (_request, response) => Boolean(response.writeHead(500).end('boom'))],
    ['answers HTML', (_request, response) => Boolean(response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'))],
    ['answers a list', (_request, response) => Boolean(response.writeHead(200, { 'content-type': 'application/json' }).end('[]'))],
    ['answers nothing in it', (_request, response) => Boolean(response.writeHead(200, { 'content-type': 'application/json' }).end('{}'))],
    ['redirects', (_request, response) => Boolean(response.writeHead(302, { location: 'https://evil.example.com/' }).end())],
    ['cuts the connection', (request) => Boolean(request.socket.destroy())],
    ['never answers', () => true],
    ['never ends its answer', (_request, response) => Boolean(response.writeHead(200).write(' ')) || true],
    ['answers without end', (_request, response) => flood(response)],
  ];

  it.each(misbehaviours)('and %s is 499 COGNITO in bounded time', async (_what, answer) => {
    await setup(admin);
    idp.lies.answer = answer;
    const begun = performance.now();
    expect(await refusalOf(ssoUrl(nobody, who))).toMatchObject({ status: 499, code: 'COGNITO' });
    expect(performance.now() - begun).toBeLessThan(5000);
    const { identifier, code } = await (async () => {
      idp.lies = {};
      const begunWell = await signOn(nobody, who);
      idp.lies.answer = (request, response) => request.url === '/token' && answer(request, response);
      return begunWell;
    })();
    const { status } = await refusalOf(authenticate(nobody, identifier, code));
    expect([401, 499]).toContain(status);
  });

  it.each([
    ['another issuer', { issuer: 'https://evil.example.com' }],
    ['no authorization endpoint', { authorization_endpoint: undefined }],
    ['an endpoint that is no URL', { authorization_endpoint: 'nowhere' }],
  ])('and names %s is 499 COGNITO', async (_what, metadata) => {
    await setup(admin);
    idp.lies.metadata = metadata;
    expect(await refusalOf(ssoUrl(nobody, who))).toMatchObject({ status: 499, code: 'COGNITO' });
  });

  it('and refuses our client is 499 COGNITO, without a word of the secret', async () => {
    await setup(admin, { ...oidcBody(idp), ClientSecret: 'a-wrong-secret-1618' });
    const { identifier, code } = await signOn(nobody, who);
    const { status, code: errorCode, message } = await refusalOf(authenticate(nobody, identifier, code));
    expect([status, errorCode]).toEqual([499, 'COGNITO']);
    expect(message).not.toContain('1618');
    expect(running.logged()).not.toContain('1618');
  });

  it('cannot send the agent to http addresses elsewhere', async () => {
    const seen: string[] = [];
    const other = createServer((request, response) => {
      seen.push(request.url ?? '');
      response.end('{}');
    });
    await new Promise<void>((resolve) => other.listen(0, '0.0.0.0', resolve));
    lifetime(() => new Promise((resolve) => other.close(() => resolve())));
    await setup(admin);
    idp.lies.metadata = { token_endpoint: `http://0.0.0.0:${(other.address() as AddressInfo).port}/token` };
    const { identifier, code } = await signOn(nobody, who);
    expect(await refusalOf(authenticate(nobody, identifier, code))).toMatchObject({ status: 499, code: 'COGNITO' });
    expect(seen).toEqual([]);
  });
});

function flood(response: ServerResponse): true {
  response.writeHead(200, { 'content-type': 'application/json' });
  const more = (): void => {
    if (response.destroyed) return;
    response.write(Buffer.alloc(1_000_000, ' '));
    setTimeout(more, 1);
  };
  more();
  return true;
}
