// Owns the story of storage access keys: the secret once, listed without it, deleted, and for their own account only (storage.md).
import type { AnswerOf, Api } from '../../src/kit/api.ts';
import type { Context } from '../../src/kit/check.ts';
import { codeOf } from '../../src/kit/error-model.ts';
import { Blocked } from '../../src/kit/faults.ts';
import { amoveStorage } from '../../src/kit/managed-storage.ts';
import { type Page, pageOf } from '../../src/kit/paging.ts';
import { idsOf } from '../../src/kit/requirement-ids.ts';
import { scenario } from '../../src/kit/scenario.ts';

type NewKey = AnswerOf<'createStorageKey'>;

async function created(context: Context, api: Api, what: string, storage: { id: string; bucket: string }): Promise<NewKey> {
  const { expect, name } = context;
  const answer = await api.call('createStorageKey', {
    body: {
      name: name(what).slice(0, 100),
      region: 'us-west-1',
      storageDn: 'example.storage.amove.io',
      permission: 2,
      allBuckets: false,
      selectedBuckets: [storage.bucket],
      cloudAccountId: storage.id,
    },
  });
  if (answer.status === 499)
    throw new Blocked(`no storage key: create_storage_key answered 499 ${codeOf(answer.body, answer.headers) ?? ''}`.trim());
  expect.equal(answer.status, 200, 'Create Storage Key answers 200');
  const key = answer.body as NewKey;
  context.cleanUp(`storage key ${what}`, async () => {
    if (typeof key.id === 'string') await api.forCleanUp().call('deleteStorageKey', { query: { id: key.id } });
  });
  expect.that(typeof key.accessKey === 'string' && key.accessKey !== '', 'the new key has an access key');
  return key;
}

async function keys({ expect }: Context, api: Api, query: Readonly<Record<string, string | number | boolean>>): Promise<Page> {
  return pageOf((await api.perform('getStorageKeys', { query })).body, expect);
}

const accessKeys = ({ data }: Page): unknown[] => data.map(({ accessKey }) => accessKey);
const all = { page: 1, pagesize: 1000 } as const;

export const scenarios = [
  scenario(
    'storage.key.secret-once',
    {
      title: 'A new key is answered with its secret, and listed without it ever after',
      controller: 'Storage',
      operations: ['createStorageKey', 'getStorageKeys', 'addAmoveStorage'],
      proves: ['STORAGE-KEY-002', 'STORAGE-KEY-003', ...idsOf('STORAGE-FIELD', 4, 11)],
    },
    async (context) => {
      const { given, expect, should } = context;
      const api = await given.session();
      const storage = await amoveStorage(context, api, { what: 'key-once' });
      const { secretKey, ...key } = await created(context, api, 'once', storage);
      expect.that(typeof secretKey === 'string' && secretKey !== '', 'the new key has its secret');
      should.equal([key.region, key.storageDn], ['us-west-1', 'example.storage.amove.io'], 'region and storage domain are as sent');
      const page = await keys(context, api, all);
      const listed = page.data.find(({ accessKey }) => accessKey === key.accessKey);
      expect.equal(listed?.name, key.name, 'the new key is listed by its name');
      expect.that(!JSON.stringify(page).includes(secretKey), 'the list does not show the secret');
      expect.that(!page.data.some((item) => 'secretKey' in item), 'no key of the list has a field for a secret');
    },
  ),
  scenario(
    'storage.key.deletion',
    {
      title: 'A key that is deleted is listed no more, and its neighbour still is',
      controller: 'Storage',
      operations: ['createStorageKey', 'deleteStorageKey', 'getStorageKeys', 'addAmoveStorage'],
      proves: ['STORAGE-KEY-004'],
    },
    async (context) => {
      const { given, expect } = context;
      const api = await given.session();
      const storage = await amoveStorage(context, api, { what: 'key-gone' });
      const [gone, kept] = [await created(context, api, 'gone', storage), await created(context, api, 'kept', storage)];
      const id = expect.present(gone.id, 'the new key has an id, by which it can be deleted');
      const { status } = await api.call('deleteStorageKey', { query: { id } });
      expect.equal(status, 200, 'Delete Storage Key answers 200');
      const left = accessKeys(await keys(context, api, all));
      expect.that(!left.includes(gone.accessKey), 'the deleted key is gone');
      expect.that(left.includes(kept.accessKey), 'the other key is still there');
    },
  ),
  scenario(
    'storage.key.listing',
    {
      title: 'Keys are listed in pages and in the wanted order, newest first unless told otherwise',
      controller: 'Storage',
      operations: ['createStorageKey', 'getStorageKeys', 'addAmoveStorage'],
      proves: idsOf('STORAGE-KEY', 5, 8),
    },
    async (context) => {
      const { given, expect } = context;
      const api = await given.session();
      const storage = await amoveStorage(context, api, { what: 'key-list' });
      for (const what of ['b', 'a']) await created(context, api, what, storage);
      const sorted = { sortfield: 'Name', descending: false };
      const both = accessKeys(await keys(context, api, { ...sorted, page: 1, pagesize: 2 }));
      const [first, second] = [
        await keys(context, api, { ...sorted, page: 1, pagesize: 1 }),
        await keys(context, api, { ...sorted, page: 2, pagesize: 1 }),
      ];
      expect.equal([first.data.length, second.data.length], [1, 1], 'a page of one holds one key');
      expect.equal([...accessKeys(first), ...accessKeys(second)], both, 'pages 1 and 2 of one are page 1 of two');
      const names = (await keys(context, api, { ...sorted, ...all })).data.map(({ name }) => String(name).toLowerCase());
      expect.that(
        names.length > 1 && names.every((name, index) => index === 0 || name >= (names[index - 1] ?? '')),
        'the names ascend',
        names,
      );
      const dates = (await keys(context, api, all)).data.map(({ createDate }) => Date.parse(String(createDate)));
      expect.that(
        dates.length > 1 && dates.every((date, index) => index === 0 || date <= (dates[index - 1] ?? 0)),
        'the creation dates descend',
        dates,
      );
    },
  ),
  scenario(
    'storage.key.not-for-strangers',
    {
      title: 'A key is listed to its own account only, and no other account can delete it',
      controller: 'Storage',
      operations: ['createStorageKey', 'getStorageKeys', 'deleteStorageKey', 'addAmoveStorage'],
      statuses: [200, 499],
      proves: ['STORAGE-SCOPE-001'],
    },
    async (context) => {
      const { given, expect } = context;
      const stranger = await given.strangerSession();
      const api = await given.session();
      const key = await created(context, api, 'own', await amoveStorage(context, api, { what: 'key-own' }));
      expect.that(!accessKeys(await keys(context, stranger, all)).includes(key.accessKey), 'another account does not see the key');
      await stranger.call('deleteStorageKey', { query: { id: key.id } });
      expect.that(
        accessKeys(await keys(context, api, all)).includes(key.accessKey),
        'the key is still there after another account deleted it',
      );
    },
  ),
  scenario(
    'storage.key.opens-its-buckets',
    {
      title: 'At the storage itself a key opens its buckets, within its permission, until it is deleted',
      controller: 'Storage',
      operations: ['createStorageKey', 'createAmoveBucket', 'deleteStorageKey', 'addAmoveStorage'],
      level: 'INFO',
    },
    async (context) => {
      const { given, expect, request } = context;
      const { url } = given.fixture('managedStorage');
      const api = await given.session();
      const storage = await amoveStorage(context, api, { what: 'key-open' });
      const closed = `${storage.bucket}-2`;
      await api.ok('createAmoveBucket', { query: { cloudAccountId: storage.id, bucketName: closed } });
      const key = await created(context, api, 'open', storage);
      const authorization = `Basic ${Buffer.from(`${key.accessKey}:${key.secretKey}`).toString('base64')}`;
      const status = async (bucket: string): Promise<number> =>
        (await request({ method: 'GET', url: `${url}/${bucket}`, headers: { authorization } })).status;
      expect.equal([await status(storage.bucket), await status(closed)], [200, 403], 'the key opens the selected bucket and no other');
      await api.ok('deleteStorageKey', { query: { id: key.id } });
      expect.equal(await status(storage.bucket), 401, 'a deleted key opens nothing');
    },
  ),
];
