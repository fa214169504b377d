// Owns what List Objects does when it is not told: the root, and at most a thousand objects (cloud.md, ListObjectsRequestDetail).
import { scenario } from '../../src/kit/scenario.ts';
import { stored } from '../../src/kit/transfers.ts';

const defaultCount = 1000;
/** Puts that are under way at once; the kit's own server takes them. */
const atOnce = 16;

export const scenarios = [
  scenario(
    'cloud.storage.list-objects-at-the-root',
    {
      title: 'List Objects without a path lists the root of the bucket',
      controller: 'Cloud',
      operations: ['listObjects'],
      proves: ['CLOUD-LIST-005'],
    },
    async ({ given, expect }) => {
      const api = await given.session();
      const server = await given.ownObjectServer();
      const storage = await given.accountAt(server);
      await stored(storage, 'at-the-root.bin', given.bytes(3));
      const { data } = await api.ok('listObjects', { body: { account: storage.account, request: { bucketName: storage.source } } });
      const keys = data.map(({ key }) => key);
      expect.that(keys.includes('at-the-root.bin'), 'the object at the root is listed', keys);
    },
  ),
  scenario(
    'cloud.storage.list-objects-default-count',
    {
      title: 'List Objects without a count answers at most 1000 objects, and a token for the rest',
      controller: 'Cloud',
      operations: ['listObjects'],
      proves: ['CLOUD-LIST-004'],
    },
    async ({ given, expect }) => {
      const api = await given.session();
      const server = await given.ownObjectServer();
      const storage = await given.accountAt(server);
      const keys = Array.from({ length: defaultCount + 1 }, (_none, index) => `many/${String(index).padStart(4, '0')}`);
      for (let at = 0; at < keys.length; at += atOnce)
        await Promise.all(keys.slice(at, at + atOnce).map((key) => stored(storage, key, Buffer.alloc(0))));
      const request = { bucketName: storage.source, path: 'many/' };
      const first = await api.ok('listObjects', { body: { account: storage.account, request } });
      expect.that(first.data.length <= defaultCount, 'an answer holds at most 1000 objects', first.data.length);
      expect.that(typeof first.continuationToken === 'string' && first.continuationToken !== '', 'there is a token for the rest');
    },
  ),
];
