// Owns the plainest transfers: what everything else about client transfers builds on (cloud.md, Upload Object, Download Object).
import { readdir } from 'node:fs/promises';
import { scenario } from '../../src/kit/scenario.ts';
import { clientState, download, stored, upload } from '../../src/kit/transfers.ts';

const size = 100;

export const scenarios = [
  scenario(
    'cloud.upload.small-file',
    {
      title: 'An upload of a small file ends as completed, and the object is there',
      controller: 'Cloud',
      operations: ['uploadObject', 'getClientTransferStatus'],
      proves: ['CLOUD-UP-005'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const [api, storage, file] = [await given.session(), await given.storage(), await given.file(`${name('file')}.bin`, size)];
      await clientState(context, api, await upload(context, api, storage, file), ['completed']);
      expect.that(await storage.objects.has(storage.target, `uploads/${file.name}`), 'the object is there');
    },
  ),
  scenario(
    'cloud.download.small-file',
    {
      title: 'A download of a small object ends as completed, and the file is there',
      controller: 'Cloud',
      operations: ['downloadObject', 'getClientTransferStatus'],
      proves: ['CLOUD-DOWN-001'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const [api, storage, folder] = [await given.session(), await given.storage(), await given.folder()];
      const key = await stored(storage, `${name('object')}.bin`, given.bytes(size));
      await clientState(context, api, await download(context, api, storage, { key, folder }), ['completed']);
      const files = await readdir(folder);
      expect.that(files.includes(key), 'the file is there', files);
    },
  ),
];
