// Whole-agent tests of single sign-on by OpenID Connect: the way in, and the ways in that must stay shut.
import { createClickClient, type Schema } from '@click-kit/contract';
import { SignJWT, UnsecuredJWT } from 'jose';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { agent, type SignedIn, type TestAgent } from './agent.ts';
import { bodyOf, refusalOf } from './answers.ts';
import { forGroup } from './lifetime.ts';
import { oidcServer, type TestOidcServer } from './sso/oidc-server.ts';
import { anonymous, authenticate, callbackUrl, oidcBody, redirected, signOn, ssoUrl } from './sso/sso-agent.ts';

const lifetime = forGroup();
let running: TestAgent;
let idp: TestOidcServer;
let admin: SignedIn;
let stranger: SignedIn;
let nobody: ReturnType<typeof anonymous>;
const who = 'admin@example.com';
const setup = (click: SignedIn, body: Schema<'SetupOidcSSORequest'> = oidcBody(idp)) => bodyOf(click.POST('/sso/setup_okta', { body }));
const refusedCode = { status: 401, code: 'AUTH' };

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

describe('a sign-on by Okta', () => {
  it('leads to the identity provider and back to a token of the user', async () => {
    await setup(admin);
    const { Url, Identifier } = await bodyOf(ssoUrl(nobody, who));
    const url = new URL(Url);
    expect(url.origin).toBe(idp.issuer);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      response_type: 'code',
      client_id: idp.client.id,
      redirect_uri: callbackUrl,
      scope: 'openid profile email',
      code_challenge_method: 'S256',
      login_hint: who,
    });
    const back = await redirected(Url);
    const token = await bodyOf(authenticate(nobody, Identifier, back.searchParams.get('code') ?? ''));
    const click = createClickClient({ baseUrl: running.url, token });
    const { data } = await bodyOf(click.GET('/user/get_all_users', { params: { query: { username: who } } }));
    expect(data.map(({ username }) => username)).toEqual([who]);
  });

  it('takes the whole URL of the redirect as well, whatever the case of the username', async () => {
    await setup(admin);
    const { identifier, back } = await signOn(nobody, 'ADMIN@example.com');
    expect(await bodyOf(authenticate(nobody, identifier, back.href))).toMatch(/^eyJ/);
  });

  it('finds the name at the user info endpoint when the ID token lacks it', async () => {
    await setup(admin);
    idp.lies.claims = { email: undefined, email_verified: undefined };
    const { identifier, code } = await signOn(nobody, who);
    expect(await bodyOf(authenticate(nobody, identifier, code))).toMatch(/^eyJ/);
  });

  it('asks for different secrets each time', async () => {
    await setup(admin);
    const [one, other] = [await bodyOf(ssoUrl(nobody, who)), await bodyOf(ssoUrl(nobody, who))];
    for (const name of ['state', 'nonce', 'code_challenge'])
      expect(new URL(one.Url).searchParams.get(name)).not.toBe(new URL(other.Url).searchParams.get(name));
    expect(one.Identifier).not.toBe(other.Identifier);
    expect(one.Url).not.toContain(one.Identifier);
  });
});

describe('an identifier', () => {
  it('is good once, also after a failure', async () => {
    await setup(admin);
    const used = await signOn(nobody, who);
    await bodyOf(authenticate(nobody, used.identifier, used.code));
    expect(await refusalOf(authenticate(nobody, used.identifier, used.code))).toMatchObject({ status: 499, code: 'SESSION' });
    const failed = await signOn(nobody, who);
    expect(await refusalOf(authenticate(nobody, failed.identifier, 'wrong'))).toMatchObject(refusedCode);
    expect(await refusalOf(authenticate(nobody, failed.identifier, failed.code))).toMatchObject({ status: 499, code: 'SESSION' });
  });

  it('is good once, also when it is used many times at once', async () => {
    await setup(admin);
    const { identifier, code } = await signOn(nobody, who);
    const all = await Promise.all(Array.from({ length: 8 }, () => authenticate(nobody, identifier, code)));
    expect(all.filter(({ response }) => response.ok)).toHaveLength(1);
  });

  it.each(['', 'unknown', '\0', 'x'.repeat(600), '../../etc'])('is refused when it is %j', async (identifier) => {
    const { status, code } = await refusalOf(authenticate(nobody, identifier, 'code'));
    expect([status, ['SESSION', 'DEFAULT'].includes(code)]).toEqual([499, true]);
  });

  it('ends with its configuration, and with a change of it', async () => {
    const { Id } = await setup(admin);
    const changed = await signOn(nobody, who);
    await bodyOf(admin.PUT('/sso/update_okta', { body: { Id, Active: true } }));
    expect(await refusalOf(authenticate(nobody, changed.identifier, changed.code))).toMatchObject({ status: 499, code: 'SESSION' });
    const removed = await signOn(nobody, who);
    await admin.DELETE('/sso/delete_okta');
    await setup(admin);
    expect(await refusalOf(authenticate(nobody, removed.identifier, removed.code))).toMatchObject({ status: 499, code: 'SESSION' });
  });

  it('does not stand in the database, and neither do the secrets of its attempt', async () => {
    await setup(admin);
    const { Identifier, Url } = await bodyOf(ssoUrl(nobody, who));
    const { readFile } = await import('node:fs/promises');
    const bytes = Buffer.concat(await Promise.all(['agent.db', 'agent.db-wal'].map((name) => readFile(`${running.dataDir}/${name}`))));
    expect(bytes.includes(callbackUrl)).toBe(true);
    for (const secret of [Identifier, new URL(Url).searchParams.get('state'), new URL(Url).searchParams.get('nonce')])
      expect(bytes.includes(secret ?? '')).toBe(false);
  });
});

describe('an authorization code', () => {
  it('is of no use with the identifier of another attempt', async () => {
    await setup(admin);
    const [victim, attacker] = [await signOn(nobody, who), await bodyOf(ssoUrl(nobody, who))];
    expect(await refusalOf(authenticate(nobody, attacker.Identifier, victim.code))).toMatchObject(refusedCode);
  });

  it('is of no use with another state or another issuer in its redirect', async () => {
    await setup(admin);
    for (const [name, value] of [
      ['state', 'of somebody else'],
      ['iss', 'https://evil.example.com'],
    ] as const) {
      const { identifier, back } = await signOn(nobody, who);
      back.searchParams.set(name, value);
      expect(await refusalOf(authenticate(nobody, identifier, back.href))).toMatchObject(refusedCode);
      const other = await signOn(nobody, who);
      other.back.searchParams.delete(name);
      expect(await refusalOf(authenticate(nobody, other.identifier, other.back.href))).toMatchObject(refusedCode);
    }
  });

  it('is of no use with another callback', async () => {
    await setup(admin);
    const { identifier, code } = await signOn(nobody, who);
    const { status } = await refusalOf(authenticate(nobody, identifier, code, 'http://localhost:29123/other'));
    expect(status).toBe(499);
  });

  it('of an error is refused', async () => {
    await setup(admin);
    const { Identifier, Url } = await bodyOf(ssoUrl(nobody, who));
    const back = `${callbackUrl}?error=access_denied&state=${new URL(Url).searchParams.get('state')}&iss=${encodeURIComponent(idp.issuer)}`;
    expect(await refusalOf(authenticate(nobody, Identifier, back))).toMatchObject(refusedCode);
  });

  it('signs nobody in but the user for whom it was asked', async () => {
    await setup(admin);
    idp.subject = 'user@example.com';
    const { identifier, code } = await signOn(nobody, who);
    expect(await refusalOf(authenticate(nobody, identifier, code))).toMatchObject(refusedCode);
  });

  it("of one account's provider opens no other account", async () => {
    await setup(stranger);
    expect(await refusalOf(ssoUrl(nobody, who))).toMatchObject({ status: 499, code: 'NOT_FOUND' });
    idp.subject = who;
    const { identifier, code } = await signOn(nobody, 'owner@example.org');
    expect(await refusalOf(authenticate(nobody, identifier, code))).toMatchObject(refusedCode);
  });
});

describe('an ID token', () => {
  const soon = () => Math.floor(Date.now() / 1000);
  const hours = 3600;
  const lies: [string, TestOidcServer['lies']][] = [
    ['of another issuer', { claims: { iss: 'https://evil.example.com' } }],
    ['for another audience', { claims: { aud: 'somebody-else' } }],
    ['for several, without a party', { claims: { aud: ['click-agent', 'somebody-else'] } }],
    ['that has expired', { claims: { exp: soon() - hours, iat: soon() - 2 * hours } }],
    ['that is not valid yet', { claims: { nbf: soon() + hours } }],
    ['with another nonce', { claims: { nonce: 'of somebody else' } }],
    ['without a nonce', { claims: { nonce: undefined } }],
    ['without a subject', { claims: { sub: undefined } }],
    ['whose email was not verified', { claims: { email_verified: false } }],
    ['of somebody with another email', { claims: { email: 'user@example.com' } }],
    ['whose name only looks the same', { claims: { email: 'admin@example.com\u0000' } }],
    ['that is not signed', { idToken: (_honest, claims) => new UnsecuredJWT(claims).encode() }],
    [
      'that is not signed, though the provider says that it may be',
      {
        metadata: { id_token_signing_alg_values_supported: ['none', 'RS256'] },
        idToken: (_honest, claims) => new UnsecuredJWT(claims).encode(),
      },
    ],
    [
      'that is signed with the client secret',
      {
        metadata: { id_token_signing_alg_values_supported: ['HS256', 'RS256'] },
        idToken: (_honest, claims) =>
          new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from('oidc-client-secret-2718'.repeat(2))),
      },
    ],
    ['whose signature is another one', { idToken: (honest) => `${honest.slice(0, -8)}AAAAAAAA` }],
    [
      'whose claims were changed',
      { claims: { email: 'user@example.com' }, idToken: (honest, claims) => forged(honest, { ...claims, email: who }) },
    ],
  ];

  it.each(lies)('%s signs nobody in', async (_what, lie) => {
    await setup(admin);
    idp.lies = lie;
    const { identifier, code } = await signOn(nobody, who);
    expect(await refusalOf(authenticate(nobody, identifier, code))).toMatchObject(refusedCode);
  });

  it('that is none is the fault of the provider', async () => {
    await setup(admin);
    idp.lies.idToken = () => 'no.token.here';
    const { identifier, code } = await signOn(nobody, who);
    expect(await refusalOf(authenticate(nobody, identifier, code))).toMatchObject({ status: 499, code: 'COGNITO' });
  });

  it('that is missing signs nobody in', async () => {
    await setup(admin);
    const { identifier, code } = await signOn(nobody, who);
    idp.lies.answer = (request, response) => {
      if (request.url !== '/token') return false;
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"access_token":"a","token_type":"Bearer"}');
      return true;
    };
    expect(await refusalOf(authenticate(nobody, identifier, code))).toMatchObject(refusedCode);
  });

  it('and a user info of somebody else sign nobody in', async () => {
    await setup(admin);
    idp.lies = { claims: { email: undefined }, userInfo: { sub: 'somebody-else' } };
    const { identifier, code } = await signOn(nobody, who);
    expect(await refusalOf(authenticate(nobody, identifier, code))).toMatchObject(refusedCode);
  });
});

describe('Entra ID', () => {
  const setupEntra = () => bodyOf(admin.POST('/sso/setup_entraId', { body: oidcBody(idp) }));

  it('vouches for the name to sign in with', async () => {
    await setupEntra();
    idp.lies.claims = { email: undefined, email_verified: undefined, preferred_username: who };
    const { identifier, code } = await signOn(nobody, who);
    expect(await bodyOf(authenticate(nobody, identifier, code))).toMatch(/^eyJ/);
  });

  it('does not vouch for an email that anybody could have written there', async () => {
    await setupEntra();
    idp.lies = {
      claims: { email: who, email_verified: undefined, preferred_username: 'evil@example.net' },
      userInfo: { email_verified: undefined },
    };
    const { identifier, code } = await signOn(nobody, who);
    expect(await refusalOf(authenticate(nobody, identifier, code))).toMatchObject(refusedCode);
  });

  it('is asked after Okta, unless it vouched for the user last', async () => {
    await setupEntra();
    idp.lies.claims = { preferred_username: who };
    const { identifier, code } = await signOn(nobody, who);
    await bodyOf(authenticate(nobody, identifier, code));
    await setup(admin, { ...oidcBody(idp), ClientId: 'of-okta' });
    const clientOf = async (username: string) => new URL((await bodyOf(ssoUrl(nobody, username))).Url).searchParams.get('client_id');
    expect(await clientOf(who)).toBe(idp.client.id);
    expect(await clientOf('user@example.com')).toBe('of-okta');
  });
});

function forged(honest: string, claims: object): string {
  const [header, , signature] = honest.split('.');
  return [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
}
