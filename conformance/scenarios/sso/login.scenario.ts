// Owns the story of a sign-on: configured, sent to the identity provider, back with a code, in with a token (sso.md).
import type { Api } from '../../src/kit/api.ts';
import type { Context } from '../../src/kit/check.ts';
import { codeOf } from '../../src/kit/error-model.ts';
import { scenario } from '../../src/kit/scenario.ts';
import { signInAt } from '../../src/kit/sso/browser.ts';
import { setUp } from '../../src/kit/sso/configured.ts';
import { entraId, type Kind, okta, saml, samlBody } from '../../src/kit/sso/kinds.ts';
import type { IdentityProvider } from '../../src/kit/sso/identity-provider.ts';

interface Begun {
  readonly identifier: string;
  readonly url: URL;
  readonly provider: IdentityProvider;
  readonly admin: Api;
}

/** Configured, and asked where to go. */
async function begun(context: Context, kind: Kind): Promise<Begun> {
  const { given } = context;
  const [admin, provider] = [await given.session(), await given.identityProvider()];
  const { clientId: ClientId, clientSecret: ClientSecret, openIdUrl: OpenIdURL } = provider;
  await setUp(context, admin, kind, { ClientId, ClientSecret, OpenIdURL, Active: true });
  return { ...(await asked(context, provider)), provider, admin };
}

async function asked({ api, given, expect }: Context, { callbackUrl }: Pick<IdentityProvider, 'callbackUrl'>) {
  const { username } = given.credentials();
  const { Identifier, Url } = await api.ok('getSsoUrl', { body: { CallbackUrl: callbackUrl, Username: username } });
  expect.that(typeof Identifier === 'string' && Identifier !== '', 'Get SSO URL answers an Identifier', Identifier);
  expect.that(typeof Url === 'string' && URL.canParse(Url), 'Get SSO URL answers a Url', Url);
  return { identifier: Identifier, url: new URL(Url) };
}

async function code({ given, expect, signal }: Context, { url, provider: { callbackUrl } }: Begun): Promise<string> {
  const back = await signInAt(url.href, { callbackUrl, login: given.credentials().username, expect, signal });
  return expect.present(back.searchParams.get('code') ?? undefined, 'the identity provider sends a code to the callback');
}

const handedOver = ({ identifier, provider }: Begun, authorizationCode: string) => ({
  body: { Identifier: identifier, AuthorizationCode: authorizationCode, CallbackUrl: provider.callbackUrl },
});

/** The whole way in; the session that it opens is closed again. */
async function signsIn(context: Context, kind: Kind): Promise<void> {
  const { api, given, expect, cleanUp } = context;
  const start = await begun(context, kind);
  const { openIdUrl, callbackUrl } = start.provider;
  expect.equal(start.url.origin, new URL(openIdUrl).origin, 'Url is an address of the identity provider that is configured');
  context.should.equal(start.url.searchParams.get('redirect_uri'), callbackUrl, 'Url names the callback that was given');
  const token: unknown = await api.ok('authenticateSso', handedOver(start, await code(context, start)));
  const isToken = typeof token === 'string' && /^[\w-]+\.[\w-]+\.[\w-]*$/.test(token);
  expect.that(isToken, 'Authenticate answers a JWT', typeof token);
  const jwtToken = String(token);
  cleanUp('the session of a sign-on', () => api.forCleanUp().call('logout', { body: { jwtToken } }));
  const { username } = given.credentials();
  const { status, body } = await api.withToken(jwtToken).call('getAllUsers', { query: { username } });
  expect.equal(status, 200, 'the token opens a protected operation');
  const { data = [] } = (body ?? {}) as { data?: readonly { username?: unknown }[] };
  expect.that(
    data.some((user) => user.username === username),
    'the token belongs to the account of the user',
  );
}

const withOkta = ['setupOkta', 'getOkta', 'deleteOkta', 'getSsoUrl', 'authenticateSso'] as const;

export const scenarios = [
  scenario(
    'sso.login.okta',
    {
      title: 'A user signs in by the Okta of the account and works with the token',
      controller: 'SSO',
      operations: [...withOkta, 'getAllUsers', 'logout'],
      proves: ['SSO-URL-001', 'SSO-URL-002', 'SSO-URL-003', 'SSO-URL-004', 'SSO-AUTH-001', 'SSO-AUTH-002', 'SSO-AUTH-003', 'SSO-AUTH-004'],
    },
    (context) => signsIn(context, okta),
  ),
  scenario(
    'sso.login.entra-id',
    {
      title: 'A user signs in by the Entra ID of the account and works with the token',
      controller: 'SSO',
      operations: ['setupEntraId', 'getEntraId', 'deleteEntraId', 'getSsoUrl', 'authenticateSso', 'getAllUsers', 'logout'],
      level: 'SHOULD',
      proves: ['SSO-AUTH-006'],
    },
    (context) => signsIn(context, entraId),
  ),
  scenario(
    'sso.login.saml-request',
    {
      title: 'A user of an account with SAML is sent to the sign-on address of its identity provider',
      controller: 'SSO',
      operations: ['setupSaml', 'getSaml', 'deleteSaml', 'getSsoUrl'],
      level: 'SHOULD',
      proves: ['SSO-URL-005'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const configuration = samlBody(name('entity'));
      await setUp(context, await given.session(), saml, configuration);
      const { url } = await asked(context, { callbackUrl: 'http://localhost:29123/sso/callback' });
      const { origin, pathname } = new URL(configuration.IdPSSOURL);
      expect.equal([url.origin, url.pathname], [origin, pathname], 'Url is the IdPSSOURL of the configuration');
      expect.that(url.searchParams.has('SAMLRequest'), 'Url carries a SAML request');
    },
  ),
  scenario(
    'sso.login.wrong-code',
    {
      title: 'A code that the identity provider never gave out signs nobody in',
      controller: 'SSO',
      operations: withOkta,
      statuses: [200, 401],
      level: 'SHOULD',
      proves: ['SSO-AUTH-005'],
    },
    async (context) => {
      const start = await begun(context, okta);
      const { status, body, headers } = await context.api.call('authenticateSso', handedOver(start, 'this-is-no-code'));
      context.expect.equal(status, 401, 'a code that is none is answered 401');
      context.info.equal(codeOf(body, headers), 'AUTH', 'the error code is AUTH');
    },
  ),
  scenario(
    'sso.login.code-of-another-attempt',
    {
      title: 'A code signs nobody in with the Identifier of another attempt, and an Identifier is good once',
      controller: 'SSO',
      operations: withOkta,
      statuses: [200, 401, 499],
      level: 'INFO',
    },
    async (context) => {
      const victim = await begun(context, okta);
      const stolen = await code(context, victim);
      const attacker = { ...victim, ...(await asked(context, victim.provider)) };
      const { status } = await context.api.call('authenticateSso', handedOver(attacker, stolen));
      context.expect.equal(status, 401, 'the code of somebody else is answered 401');
      const again = await context.api.call('authenticateSso', handedOver(attacker, await code(context, attacker)));
      context.expect.equal(again.status, 499, 'an Identifier that was used is answered 499');
    },
  ),
  scenario(
    'sso.login.callback-elsewhere',
    {
      title: 'Get SSO URL sends no browser back to an address that nobody has configured',
      controller: 'SSO',
      operations: withOkta,
      statuses: [200, 499],
      level: 'INFO',
    },
    async (context) => {
      const { api, given, expect } = context;
      await begun(context, okta);
      const { username: Username } = given.credentials();
      for (const CallbackUrl of ['https://evil.example.com/', 'http://localhost@evil.example.com/', 'javascript:alert(1)']) {
        const { status } = await api.call('getSsoUrl', { body: { CallbackUrl, Username } });
        expect.equal(status, 499, `${CallbackUrl} is answered 499`);
      }
    },
  ),
  scenario(
    'sso.login.not-active',
    {
      title: 'A configuration that is not active signs nobody in',
      controller: 'SSO',
      operations: [...withOkta, 'updateOkta'],
      statuses: [200, 499],
      level: 'INFO',
    },
    async (context) => {
      const { api, given, expect } = context;
      const { admin, provider } = await begun(context, okta);
      const { Id, OpenIdURL, ClientId } = expect.present(await admin.ok('getOkta'), 'there is a configuration');
      const { clientSecret: ClientSecret, callbackUrl: CallbackUrl } = provider;
      await admin.ok('updateOkta', { body: { Id, OpenIdURL, ClientId, ClientSecret, Active: false } });
      const { status, body, headers } = await api.call('getSsoUrl', { body: { CallbackUrl, Username: given.credentials().username } });
      expect.equal(status, 499, 'without an active configuration Get SSO URL answers 499');
      context.info.equal(codeOf(body, headers), 'NOT_FOUND', 'the error code is NOT_FOUND');
    },
  ),
];
