// Owns the story of a cloud account: checked before it is saved, obfuscated ever after, shared, deleted (cloud.md, 1-5).
import type { Api } from '../../src/kit/api.ts';
import type { Context } from '../../src/kit/check.ts';
import { codeOf } from '../../src/kit/error-model.ts';
import { scenario } from '../../src/kit/scenario.ts';
import type { Storage } from '../../src/kit/storage.ts';
import { idsOf } from '../../src/kit/requirement-ids.ts';

type Account = Readonly<Record<string, unknown>>;

const newAccount = ({ accessKey, secretKey, serviceUrl }: Storage, name: string) =>
  ({ name, cloudType: 2048, accessKey, secretKey, serviceUrl, shared: false }) as const;

async function inserted(context: Context, api: Api): Promise<{ account: Account; id: string; storage: Storage }> {
  const { given, expect, name } = context;
  const storage = await given.storage();
  const account = (await api.ok('insertCloudAccount', { body: newAccount(storage, name('account')) })) as Account;
  const id = expect.present(typeof account.id === 'string' ? account.id : undefined, 'the stored account has an id');
  context.cleanUp(`cloud account ${id}`, async () => {
    const { status } = await api.forCleanUp().call('getCloudAccount', { query: { id } });
    if (status === 200) await api.forCleanUp().call('deleteCloudAccount', { query: { id } });
  });
  return { account, id, storage };
}

function hidesKeys({ expect }: Context, text: string, { accessKey, secretKey }: Storage, where: string): void {
  expect.that(!text.includes(secretKey), `${where} does not show the secret key`);
  expect.that(!text.includes(accessKey), `${where} does not show the access key`);
}

export const scenarios = [
  scenario(
    'cloud.account.life-cycle',
    {
      title: 'An account is stored, found, listed, deleted and gone',
      controller: 'Cloud',
      operations: ['insertCloudAccount', 'getCloudAccount', 'getCloudAccounts', 'deleteCloudAccount'],
      statuses: [200, 499],
      proves: [
        'CLOUD-ACCOUNT-002',
        'CLOUD-ACCOUNT-005',
        'CLOUD-ACCOUNT-007',
        'CLOUD-ACCOUNT-010',
        'CLOUD-ACCOUNT-012',
        ...idsOf('CLOUD-ACCOUNTFIELD', 1, 9),
      ],
    },
    async (context) => {
      const { given, expect, should, name } = context;
      const api = await given.session();
      const { account, id } = await inserted(context, api);
      should.equal(account.name, name('account'), 'the stored account has the name that was sent');
      should.equal(account.cloudType, 2048, 'the stored account has the type that was sent');
      const found = (await api.ok('getCloudAccount', { query: { id } })) as Account;
      expect.equal(found.id, id, 'Get Cloud Account answers the account that was asked for');
      const listed = (await api.ok('getCloudAccounts')) as readonly Account[];
      expect.that(
        listed.some((item) => item.id === id),
        'Get Cloud Accounts lists the new account',
      );
      const deleted = await api.ok('deleteCloudAccount', { query: { id } });
      expect.equal(deleted, true, 'Delete Cloud Account answers true');
      const remaining = (await api.ok('getCloudAccounts')) as readonly Account[];
      expect.that(!remaining.some((item) => item.id === id), 'a deleted account is listed no more');
    },
  ),
  scenario(
    'cloud.account.keys-are-obfuscated',
    {
      title: 'Keys are obfuscated in the list of accounts',
      controller: 'Cloud',
      operations: ['insertCloudAccount', 'getCloudAccounts'],
      proves: ['CLOUD-ACCOUNT-003'],
    },
    async (context) => {
      const api = await context.given.session();
      const { storage } = await inserted(context, api);
      hidesKeys(context, JSON.stringify(await api.ok('getCloudAccounts')), storage, 'Get Cloud Accounts');
    },
  ),
  scenario(
    'cloud.account.keys-are-obfuscated-everywhere',
    {
      title: 'Keys are obfuscated wherever an account is answered',
      controller: 'Cloud',
      operations: ['insertCloudAccount', 'getCloudAccount'],
      level: 'SHOULD',
      proves: ['CLOUD-ACCOUNT-009'],
    },
    async (context) => {
      const api = await context.given.session();
      const { account, id, storage } = await inserted(context, api);
      hidesKeys(context, JSON.stringify(account), storage, 'Insert Cloud Account');
      hidesKeys(context, JSON.stringify(await api.ok('getCloudAccount', { query: { id } })), storage, 'Get Cloud Account');
    },
  ),
  scenario(
    'cloud.account.credentials-are-checked',
    {
      title: 'An account with keys that the provider refuses is not saved',
      controller: 'Cloud',
      operations: ['insertCloudAccount', 'getCloudAccounts'],
      statuses: [200, 499],
      proves: ['CLOUD-ACCOUNT-004', 'CLOUD-ACCOUNT-011', 'ERR-CODE-009'],
    },
    async (context) => {
      const { given, expect, should, name } = context;
      const api = await given.session();
      const storage = await given.storage();
      const body = { ...newAccount(storage, name('refused')), secretKey: 'kit-secret-that-is-wrong' };
      const answer = await api.call('insertCloudAccount', { body });
      const { id } = (answer.body ?? {}) as { id?: unknown };
      if (typeof id === 'string')
        context.cleanUp(`cloud account ${id}`, () => api.forCleanUp().call('deleteCloudAccount', { query: { id } }));
      expect.that(answer.status !== 200, 'wrong keys are not accepted', answer.status);
      should.equal(answer.status, 499, 'wrong keys are answered 499');
      should.equal(codeOf(answer.body, answer.headers), 'ACCESS', 'the error code is ACCESS');
      const listed = (await api.ok('getCloudAccounts')) as readonly Account[];
      expect.that(!listed.some((item) => item.name === body.name), 'the refused account is not listed');
    },
  ),
  scenario(
    'cloud.account.sharing',
    {
      title: 'Manage Shared changes the sharing state and nothing else',
      controller: 'Cloud',
      operations: ['insertCloudAccount', 'manageSharedCloudAccount', 'getCloudAccount'],
      proves: ['CLOUD-ACCOUNT-006', 'CLOUD-ACCOUNT-008'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const api = await given.session();
      const { account, id, storage } = await inserted(context, api);
      const { status, size } = await api.call('manageSharedCloudAccount', {
        body: { ...newAccount(storage, name('renamed')), id, shared: true },
      });
      expect.equal({ status, bytes: size }, { status: 200, bytes: 0 }, 'Manage Shared answers 200 without a body');
      const shared = (await api.ok('getCloudAccount', { query: { id } })) as Account;
      expect.equal(shared.shared, true, 'the account is shared');
      expect.equal(shared.name, account.name, 'the name that was sent along is not stored');
      await api.ok('manageSharedCloudAccount', { body: { id, cloudType: 2048, shared: false } });
      const own = (await api.ok('getCloudAccount', { query: { id } })) as Account;
      expect.equal(own.shared, false, 'the account is no longer shared');
    },
  ),
];
