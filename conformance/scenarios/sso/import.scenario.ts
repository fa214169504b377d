// Owns the story of an import: an administrator agrees at the identity provider, and its users are listed with their groups (sso.md).
import { scenario } from '../../src/kit/scenario.ts';
import { signInAt } from '../../src/kit/sso/browser.ts';
import { setUp } from '../../src/kit/sso/configured.ts';
import { okta } from '../../src/kit/sso/kinds.ts';
import { imported } from '../../src/kit/sso/directory.ts';

export const scenarios = [
  scenario(
    'sso.import.okta',
    {
      title: 'An administrator reads the users of Okta with their groups',
      controller: 'SSO',
      operations: ['setupOkta', 'getOkta', 'deleteOkta', 'getSsoUrlForImportUser', 'getSsoUserUserGroups'],
      level: 'SHOULD',
      proves: ['SSO-IMPORT-003', 'SSO-IMPORTFIELD-001', 'SSO-IMPORTFIELD-002'],
    },
    async (context) => {
      const { given, expect, signal } = context;
      const [api, provider] = [await given.session(), await given.identityProvider()];
      const { clientId: ClientId, clientSecret: ClientSecret, openIdUrl: OpenIdURL, callbackUrl } = provider;
      await setUp(context, api, okta, { ClientId, ClientSecret, OpenIdURL, Active: true });
      const { username } = given.credentials();
      const { Url } = await api.ok('getSsoUrlForImportUser', { body: { CallbackUrl: callbackUrl, Username: username } });
      const back = await signInAt(Url, { callbackUrl, login: username, expect, signal });
      const authorizationCode = expect.present(back.searchParams.get('code') ?? undefined, 'the identity provider sends a code');
      const relations = await api.ok('getSsoUserUserGroups', { query: { authorizationCode, callbackUrl } });
      const found = relations.map(({ user, userGroups }) => [user.username, userGroups.map(({ name }) => name).sort()]);
      expect.equal(Object.fromEntries(found), Object.fromEntries(imported), 'every user is listed with the groups it is in');
    },
  ),
  scenario(
    'sso.import.url',
    {
      title: 'Get SSO URL for Import User answers an Identifier and the authorization URL of the identity provider',
      controller: 'SSO',
      operations: ['setupOkta', 'getOkta', 'deleteOkta', 'getSsoUrlForImportUser'],
      proves: ['SSO-IMPORT-001'],
    },
    async (context) => {
      const { given, expect } = context;
      const [api, provider] = [await given.session(), await given.identityProvider()];
      const { clientId: ClientId, clientSecret: ClientSecret, openIdUrl: OpenIdURL, callbackUrl: CallbackUrl } = provider;
      await setUp(context, api, okta, { ClientId, ClientSecret, OpenIdURL, Active: true });
      const { Identifier, Url } = await api.ok('getSsoUrlForImportUser', {
        body: { CallbackUrl, Username: given.credentials().username },
      });
      expect.that(typeof Identifier === 'string' && Identifier !== '', 'it answers an Identifier', Identifier);
      expect.that(URL.canParse(Url), 'it answers a Url', Url);
      expect.equal(new URL(Url).origin, new URL(OpenIdURL).origin, 'Url is an address of the identity provider that is configured');
    },
  ),
];
