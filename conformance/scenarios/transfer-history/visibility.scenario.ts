// Owns whose transfers the history shows to whom (transferhistory.md, Get All).
import type { Api } from '../../src/kit/api.ts';
import type { Context } from '../../src/kit/check.ts';
import { pageOf } from '../../src/kit/paging.ts';
import { scenario } from '../../src/kit/scenario.ts';
import type { Storage } from '../../src/kit/storage.ts';
import { afterUpload, clientState, upload } from '../../src/kit/transfers.ts';

/** An account that both users may use. */
async function sharedStorage({ given, expect, name, cleanUp }: Context, api: Api): Promise<Storage> {
  const storage = await given.storage();
  const { accessKey, secretKey, serviceUrl } = storage;
  const body = { name: name('account'), cloudType: 2048, accessKey, secretKey, serviceUrl, shared: true } as const;
  const { id } = await api.ok('insertCloudAccount', { body });
  cleanUp(`cloud account ${id}`, () => api.forCleanUp().call('deleteCloudAccount', { query: { id } }));
  return { ...storage, account: { id: expect.present(id, 'the stored account has an id'), cloudType: 2048 } };
}

async function uploaded(context: Context, api: Api, storage: Storage, whose: string): Promise<string> {
  const file = await context.given.file(`${context.name(whose)}.bin`, 10);
  await clientState(context, api, await upload(context, api, storage, file), ['completed']);
  return file.name;
}

/** Of the names, those whose upload is listed. */
async function seenBy({ expect }: Context, api: Api, names: readonly string[]): Promise<string[]> {
  const { data } = pageOf((await api.perform('getAllTransferHistory', { query: { pagesize: 200 } })).body, expect);
  return names.filter((name) => data.some(({ destinationPath }) => String(destinationPath).endsWith(name)));
}

export const scenarios = [
  scenario(
    'transfer-history.visibility',
    {
      title: 'An administrator sees the transfers of the whole account, another user only the own ones',
      controller: 'TransferHistory',
      after: afterUpload,
      operations: ['uploadObject', 'getClientTransferStatus', 'getAllTransferHistory'],
      proves: ['HIST-LIST-007', 'HIST-LIST-008'],
    },
    async (context) => {
      const { given, expect, eventually } = context;
      const [api, member] = [await given.session(), await given.memberSession()];
      const storage = await sharedStorage(context, api);
      const theirs = await uploaded(context, member, storage, 'member');
      const both = [await uploaded(context, api, storage, 'administrator'), theirs];
      await eventually({
        rule: 'the administrator sees both transfers',
        read: () => seenBy(context, api, both),
        fits: (seen) => seen.length === both.length,
      });
      expect.equal(await seenBy(context, member, both), [theirs], 'the other user sees the own transfer, and no other');
    },
  ),
];
