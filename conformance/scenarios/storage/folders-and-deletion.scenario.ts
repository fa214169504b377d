// Owns the story of making folders and deleting objects (cloud.md, Create Folder, Delete Object).
import { scenario } from '../../src/kit/scenario.ts';
import { stored } from '../../src/kit/transfers.ts';

export const scenarios = [
  scenario(
    'cloud.storage.create-folder',
    {
      title: 'Create Folder makes a folder that is listed',
      controller: 'Cloud',
      operations: ['createFolder', 'listObjects'],
      proves: ['CLOUD-FOLDER-001', 'CLOUD-LIST-006'],
    },
    async ({ given, expect, name }) => {
      const api = await given.session();
      const storage = await given.storage();
      const [path, folderName] = [`${name('parent')}/`, 'vacation-2026'];
      const { status } = await api.call('createFolder', {
        body: { cloudAccount: { id: storage.account.id }, id: '', storageName: storage.target, path, folderName },
      });
      expect.equal(status, 200, 'Create Folder answers 200');
      const markers = await storage.objects.list(storage.target, path);
      expect.that(
        markers.some(({ key }) => key === `${path}${folderName}/`),
        'the storage holds a marker of the folder',
        markers,
      );
      const { data } = await api.ok('listObjects', { body: { account: storage.account, request: { bucketName: storage.target, path } } });
      expect.that(
        data.some(({ key }) => key.startsWith(`${path}${folderName}`)),
        'the folder is listed',
        data,
      );
    },
  ),
  scenario(
    'cloud.storage.delete-object',
    {
      title: 'Delete Object removes the object and no other',
      controller: 'Cloud',
      operations: ['deleteObject'],
      proves: ['CLOUD-DELETE-001'],
    },
    async ({ given, expect, name }) => {
      const api = await given.session();
      const storage = await given.storage();
      const gone = await stored(storage, `${name('gone')}.bin`, given.bytes(10));
      const kept = await stored(storage, `${name('gone')}.bin.kept`, given.bytes(10));
      const { status } = await api.call('deleteObject', {
        body: { cloudAccount: { id: storage.account.id }, storageName: storage.source, key: gone, id: '' },
      });
      expect.equal(status, 200, 'Delete Object answers 200');
      expect.that(!(await storage.objects.has(storage.source, gone)), 'the object is gone from the storage');
      expect.that(await storage.objects.has(storage.source, kept), 'an object of a similar name is still there');
    },
  ),
  scenario(
    'cloud.storage.delete-unknown-object',
    {
      title: 'Delete Object does not know an unknown object',
      controller: 'Cloud',
      operations: ['deleteObject'],
      statuses: [499],
      level: 'INFO',
    },
    async ({ given, expect, name }) => {
      const api = await given.session();
      const storage = await given.storage();
      const { status } = await api.call('deleteObject', {
        body: { cloudAccount: { id: storage.account.id }, storageName: storage.source, key: name('nothing') },
      });
      expect.equal(status, 499, 'an unknown object is answered 499');
    },
  ),
];
