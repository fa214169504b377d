// Owns who sees a cloud account beside its owner, and who can delete it (cloud.md, Get Cloud Accounts, Insert and Delete Cloud Account).
import type { Api } from '../../src/kit/api.ts';
import type { Context } from '../../src/kit/check.ts';
import { scenario } from '../../src/kit/scenario.ts';

async function account({ given, expect, name, cleanUp }: Context, api: Api, shared: boolean): Promise<string> {
  const { accessKey, secretKey, serviceUrl } = await given.storage();
  const body = { name: name(shared ? 'shared' : 'own'), cloudType: 2048, accessKey, secretKey, serviceUrl, shared } as const;
  const { id } = await api.ok('insertCloudAccount', { body });
  cleanUp(`cloud account ${id}`, () => api.forCleanUp().call('deleteCloudAccount', { query: { id } }));
  return expect.present(id, 'the stored account has an id');
}

const idsSeenBy = async (api: Api): Promise<unknown[]> => (await api.ok('getCloudAccounts')).map(({ id }) => id);

export const scenarios = [
  scenario(
    'cloud.account.shared',
    {
      title: 'A shared account is listed to another user of the account, one that is not shared is not',
      controller: 'Cloud',
      operations: ['insertCloudAccount', 'getCloudAccounts'],
      proves: ['CLOUD-ACCOUNT-013', 'CLOUD-ACCOUNT-014'],
    },
    async (context) => {
      const { given, expect, should } = context;
      const [api, member] = [await given.session(), await given.memberSession()];
      const [shared, own] = [await account(context, api, true), await account(context, api, false)];
      const seen = await idsSeenBy(member);
      expect.that(seen.includes(shared), 'the other user sees the shared account', seen);
      should.that(!seen.includes(own), 'the other user does not see the account that is not shared', seen);
    },
  ),
  scenario(
    'cloud.account.not-deleted-by-others',
    {
      title: 'A cloud account can be deleted by its own account only',
      controller: 'Cloud',
      operations: ['insertCloudAccount', 'deleteCloudAccount', 'getCloudAccounts'],
      statuses: [200, 499],
      proves: ['CLOUD-ACCOUNT-015'],
    },
    async (context) => {
      const { given, expect, should } = context;
      const [api, stranger] = [await given.session(), await given.strangerSession()];
      const id = await account(context, api, true);
      const { status, body } = await stranger.call('deleteCloudAccount', { query: { id } });
      expect.that(status >= 400 || body === false, 'the deletion is refused to another account', { status, body });
      should.equal(status, 499, 'it is refused with 499');
      expect.that((await idsSeenBy(api)).includes(id), 'the account is still there');
    },
  ),
];
