// Owns the story of a link: the authorization URL, the user who agrees, the callback, the account that is there (cloud.md, OAuth Authorization).
import type { Check } from '../../src/kit/check.ts';
import { codeOf } from '../../src/kit/error-model.ts';
import { agree, authorizationUrl, callback, type OAuthVendor, oauthVendors } from '../../src/kit/oauth.ts';
import { scenario } from '../../src/kit/scenario.ts';

type Account = Readonly<Record<string, unknown>>;

const requirement = (index: number, offset: number): string => `CLOUD-OAUTH-${String(4 * index + offset).padStart(3, '0')}`;

const urlOf = (vendor: OAuthVendor, index: number): Check =>
  scenario(
    `cloud.oauth.${vendor.slug}-url`,
    {
      title: `Generate ${vendor.name} Authorization URL answers an address as a JSON string`,
      controller: 'Cloud',
      operations: [vendor.generate],
      proves: [requirement(index, 1)],
    },
    async (context) => {
      await authorizationUrl(context, await context.given.session(), vendor, context.name('url'));
    },
  );

const linkOf = (vendor: OAuthVendor, index: number): Check =>
  scenario(
    `cloud.oauth.${vendor.slug}-link`,
    {
      title: `An account is linked with ${vendor.name} and listed`,
      controller: 'Cloud',
      operations: [vendor.generate, vendor.complete, 'getCloudAccounts', 'deleteCloudAccount'],
      proves: [requirement(index, 2), requirement(index, 3), requirement(index, 4)],
    },
    async (context) => {
      const { given, expect, should, name } = context;
      given.fixture('oauthVendors');
      const api = await given.session();
      const back = await agree(context, await authorizationUrl(context, api, vendor, name('a')), vendor);
      const { status, body } = await callback(context, api, vendor, back);
      expect.equal(status, 200, `${vendor.name} Authorization Callback answers 200`);
      const account = (body ?? {}) as Account;
      const id = expect.present(typeof account.id === 'string' ? account.id : undefined, 'the answer is the created account, with its id');
      const listed = ((await api.ok('getCloudAccounts')) as readonly Account[]).find((one) => one.id === id);
      expect.that(listed !== undefined, 'Get Cloud Accounts lists the new account');
      const { cloudType, name: called, shared } = listed ?? {};
      const sent = { cloudType: vendor.cloudType, name: name('a'), shared: false };
      should.equal(
        { cloudType, name: called, shared },
        sent,
        `it has the type of ${vendor.name}, and the name and the sharing that were sent`,
      );
    },
  );

/** That a callback is good once is the very idea of a state, and nowhere documented. */
const onceOf = (vendor: OAuthVendor): Check =>
  scenario(
    `cloud.oauth.${vendor.slug}-once`,
    {
      title: `A callback of ${vendor.name} is good once, and for the user who began`,
      controller: 'Cloud',
      operations: [vendor.generate, vendor.complete],
      statuses: [200, 499],
      level: 'INFO',
    },
    async (context) => {
      const { given, expect, name } = context;
      given.fixture('oauthVendors');
      const [api, other] = [await given.session(), await given.memberSession()];
      const back = await agree(context, await authorizationUrl(context, api, vendor, name('a')), vendor);
      expect.equal((await callback(context, other, vendor, back)).status, 499, 'a callback of another user is refused');
      expect.equal((await callback(context, api, vendor, back)).status, 200, 'the callback of the user who began is taken');
      const again = await callback(context, api, vendor, back);
      expect.equal([again.status, codeOf(again.body, again.headers)], [499, 'TOKEN'], 'the same callback again is refused');
    },
  );

const refusedOf = (vendor: OAuthVendor): Check =>
  scenario(
    `cloud.oauth.${vendor.slug}-refused`,
    {
      title: `An error that ${vendor.name} sends in place of a code creates nothing`,
      controller: 'Cloud',
      operations: [vendor.generate, vendor.complete, 'getCloudAccounts'],
      statuses: [200, 499],
      level: 'INFO',
    },
    async (context) => {
      const { given, expect, name } = context;
      given.fixture('oauthVendors');
      const api = await given.session();
      const { state } = await agree(context, await authorizationUrl(context, api, vendor, name('a')), vendor);
      const answer = await callback(context, api, vendor, { state, code: '', error: 'access_denied' });
      expect.equal([answer.status, codeOf(answer.body, answer.headers)], [499, 'ACCESS'], 'the callback is answered 499 ACCESS');
      const listed = (await api.ok('getCloudAccounts')) as readonly Account[];
      expect.that(!listed.some((one) => one.name === name('a')), 'no account is stored');
    },
  );

export const scenarios = [
  ...oauthVendors.map(urlOf),
  ...oauthVendors.map(linkOf),
  ...oauthVendors.map(onceOf),
  ...oauthVendors.filter(({ takesErrors }) => takesErrors).map(refusedOf),
];
