// Owns the stories of the signed-in user's own profile and of the account's subscription (authentication.md).
import type { Api } from '../../src/kit/api.ts';
import type { Context } from '../../src/kit/check.ts';
import { scenario } from '../../src/kit/scenario.ts';

/** The profile, without what differs from call to call. */
async function profile(api: Api) {
  const { jwtToken: _token, ...rest } = await api.ok('getUser');
  return rest;
}

function restoreNames({ cleanUp }: Context, api: Api, { firstName, lastName }: { firstName: string; lastName: string }): void {
  const after = api.forCleanUp();
  cleanUp('the names of the user', async () => {
    const { status } = await after.call('updateUser', { body: { firstName, lastName } });
    if (status !== 200) throw new Error(`update_user answered ${status}`);
  });
}

export const scenarios = [
  scenario(
    'authentication.profile.unchanged',
    {
      title: 'Update User takes the profile as it is, and answers it in the shape of Get User',
      controller: 'Authentication',
      operations: ['getUser', 'updateUser'],
      proves: ['AUTH-UPDATE-001'],
    },
    async ({ given, expect }) => {
      const api = await given.session();
      const before = await profile(api);
      const { accountName, firstName, lastName } = before;
      const { jwtToken: _token, ...answer } = await api.ok('updateUser', { body: { accountName, firstName, lastName } });
      expect.equal(answer, before, 'the answer is the profile');
    },
  ),
  scenario(
    'authentication.profile.new-names',
    {
      title: 'Update User changes the names of the signed-in user, and keeps what it is not sent',
      controller: 'Authentication',
      operations: ['getUser', 'updateUser'],
      impact: 'destructive',
      proves: ['AUTH-UPDATE-002', 'AUTH-UPDATE-003'],
    },
    async (context) => {
      const { given, expect, should, prefix } = context;
      const api = await given.session();
      const before = await profile(api);
      restoreNames(context, api, before);
      const names = { firstName: `${prefix}-first`, lastName: `${prefix}-last` };
      const answer = await api.ok('updateUser', { body: names });
      expect.equal([answer.firstName, answer.lastName], Object.values(names), 'the answer has the new names');
      const after = await profile(api);
      expect.equal([after.firstName, after.lastName], Object.values(names), 'Get User answers the new names');
      should.equal(after, { ...before, ...names }, 'everything else is as it was');
      const { lastName } = await api.ok('updateUser', { body: { firstName: before.firstName } });
      should.equal(lastName, names.lastName, 'a name that is left out stays');
    },
  ),
  scenario(
    'authentication.subscription.unchanged',
    {
      title: 'Update Subscription takes the cadence that the account has',
      controller: 'Authentication',
      operations: ['getUser', 'updateSubscription'],
      proves: ['AUTH-SUBSCRIPTION-001'],
    },
    async ({ given, expect }) => {
      const api = await given.session();
      const { subscriptionType } = await profile(api);
      expect.equal((await api.call('updateSubscription', { body: { subscriptionType } })).status, 200, 'Update Subscription answers 200');
      expect.equal((await profile(api)).subscriptionType, subscriptionType, 'the cadence is as it was');
    },
  ),
  scenario(
    'authentication.subscription.other-cadence',
    {
      title: 'Update Subscription changes the billing cadence of the account',
      controller: 'Authentication',
      operations: ['getUser', 'updateSubscription'],
      impact: 'destructive',
      proves: ['AUTH-SUBSCRIPTION-002'],
    },
    async ({ given, expect, cleanUp }) => {
      const api = await given.session();
      const { subscriptionType: before } = await profile(api);
      const after = api.forCleanUp();
      cleanUp('the billing cadence', () => after.ok('updateSubscription', { body: { subscriptionType: before } }));
      const other = before === 1 ? 2 : 1;
      await api.ok('updateSubscription', { body: { subscriptionType: other } });
      expect.equal((await profile(api)).subscriptionType, other, 'Get User answers the new cadence');
    },
  ),
];
