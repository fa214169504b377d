// Owns the story of looking into a storage: its buckets, and its objects page by page (cloud.md, List Buckets, List Objects).
import type { Api } from '../../src/kit/api.ts';
import type { Context } from '../../src/kit/check.ts';
import { scenario } from '../../src/kit/scenario.ts';
import type { Storage } from '../../src/kit/storage.ts';
import { idsOf } from '../../src/kit/requirement-ids.ts';

interface Listed {
  readonly keys: string[];
  readonly pages: number;
}

/** Follows the continuation token; stops at a limit, because a token that never ends would go on for ever. */
async function listAll({ expect }: Context, api: Api, storage: Storage, path: string, count: number): Promise<Listed> {
  const keys: string[] = [];
  let continuationToken = '';
  for (let pages = 1; pages <= 20; pages += 1) {
    const page = await api.ok('listObjects', {
      body: { account: storage.account, request: { bucketName: storage.source, path, count, continuationToken } },
    });
    expect.that(Array.isArray(page.data), '`data` is an array', typeof page.data);
    expect.that(page.data.length <= count, `a page holds at most the ${count} objects that were asked for`, page.data.length);
    keys.push(...page.data.map(({ key }) => key));
    continuationToken = page.continuationToken ?? '';
    if (continuationToken === '') return { keys, pages };
  }
  return expect.fail('the listing ends', 'an empty continuationToken', `still more after 20 pages and ${keys.length} objects`);
}

export const scenarios = [
  scenario(
    'cloud.storage.list-buckets',
    {
      title: 'List Buckets shows the buckets that are there',
      controller: 'Cloud',
      operations: ['listBuckets'],
      proves: ['CLOUD-BUCKET-001', ...idsOf('CLOUD-BUCKETFIELD', 1, 5)],
    },
    async ({ given, expect }) => {
      const api = await given.session();
      const storage = await given.storage();
      const { data } = await api.ok('listBuckets', { query: { includeRegion: true }, body: storage.account });
      expect.that(Array.isArray(data), '`data` is an array', typeof data);
      const names = data.map(({ name }) => name);
      for (const bucket of [storage.source, storage.target]) expect.that(names.includes(bucket), `the bucket ${bucket} is listed`, names);
    },
  ),
  scenario(
    'cloud.storage.list-objects',
    {
      title: 'List Objects shows what lies below a prefix, and nothing beside it',
      controller: 'Cloud',
      operations: ['listObjects'],
      proves: ['CLOUD-LIST-001', ...idsOf('CLOUD-LISTFIELD', 1, 2)],
    },
    async (context) => {
      const { given, expect, info, name } = context;
      const api = await given.session();
      const storage = await given.storage();
      const folder = `${name('listed')}/`;
      for (const key of ['a.bin', 'b.bin', 'inner/c.bin']) await storage.objects.put(storage.source, `${folder}${key}`, given.bytes(10));
      await storage.objects.put(storage.source, `${name('beside')}/d.bin`, given.bytes(10));
      const { keys } = await listAll(context, api, storage, folder, 100);
      for (const key of ['a.bin', 'b.bin']) expect.that(keys.includes(`${folder}${key}`), `${key} is listed`, keys);
      expect.that(
        keys.every((key) => key.startsWith(folder)),
        'nothing from another folder is listed',
        keys,
      );
      info.that(keys.includes(`${folder}inner/`), 'a folder inside is listed as one entry', keys);
    },
  ),
  scenario(
    'cloud.storage.list-objects-in-pages',
    {
      title: 'List Objects goes on with the continuation token: every object once, none left out',
      controller: 'Cloud',
      operations: ['listObjects'],
      proves: ['CLOUD-LIST-002', 'CLOUD-LIST-003'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const api = await given.session();
      const storage = await given.storage();
      const folder = `${name('paged')}/`;
      const wanted = Array.from({ length: 7 }, (_none, index) => `${folder}object-${index}.bin`);
      for (const key of wanted) await storage.objects.put(storage.source, key, given.bytes(1));
      const { keys, pages } = await listAll(context, api, storage, folder, 3);
      expect.equal([...keys].sort(), wanted, 'the pages together hold every object exactly once');
      expect.that(pages >= 3, 'seven objects in pages of three take three pages', pages);
    },
  ),
];
