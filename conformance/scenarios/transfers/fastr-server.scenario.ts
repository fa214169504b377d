// Owns transfers with a FastrServer account, and transfer ids that the client cannot choose (cloud.md, Upload Object, Download Object).
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../../src/kit/random-bytes.ts';
import { scenario } from '../../src/kit/scenario.ts';
import { afterUpload, clientState, download, stored, upload } from '../../src/kit/transfers.ts';

const fastrServer = { cloudType: 4096 } as const;
const chosenId = '99999999-8888-4777-8666-555555555555';

export const scenarios = [
  scenario(
    'cloud.upload.fastr-server',
    {
      title: 'Uploads to and downloads from a FastrServer are client transfers',
      controller: 'Cloud',
      after: afterUpload,
      operations: ['uploadObject', 'downloadObject', 'getClientTransferStatus', 'getAllClientTransfers'],
      proves: ['CLOUD-TYPE-013', 'CLOUD-UP-006', 'CLOUD-DOWN-007'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const [api, storage] = [await given.session(), await given.storage(fastrServer)];
      const file = await given.file(`${name('file')}.bin`, 3000);
      const uploadId = await upload(context, api, storage, file);
      await clientState(context, api, uploadId, ['completed']);
      expect.equal(
        await storage.objects.sha256(storage.target, `uploads/${file.name}`),
        file.sha256,
        'the object equals the file (SHA-256)',
      );
      const [bytes, folder] = [given.bytes(2000), await given.folder()];
      const key = await stored(storage, `${name('object')}.bin`, bytes);
      const downloadId = await download(context, api, storage, { key, folder });
      await clientState(context, api, downloadId, ['completed']);
      expect.equal(sha256(await readFile(join(folder, key))), sha256(bytes), 'the file equals the object (SHA-256)');
      const tracked = (await api.ok('getAllClientTransfers')).map(({ transferId }) => transferId);
      for (const id of [uploadId, downloadId]) expect.that(tracked.includes(id), 'Get All Client Transfers lists the transfer', id);
    },
  ),
  scenario(
    'cloud.upload.own-id',
    {
      title: 'An id that the client sends with an upload has no effect',
      controller: 'Cloud',
      after: afterUpload,
      operations: ['uploadObject', 'getClientTransferStatus'],
      proves: ['CLOUD-UP-008'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const [api, storage] = [await given.session(), await given.storage()];
      const file = await given.file(`${name('file')}.bin`, 100);
      const body = { cloudAccount: storage.account, storageName: storage.target, uploadPath: 'uploads', localFilePath: file.path };
      const ids: string[] = [];
      for (const id of [chosenId, chosenId]) {
        const { transferId } = await api.ok('uploadObject', { body: { ...body, id } });
        await clientState(context, api, expect.present(transferId, 'the answer has a transferId'), ['completed']);
        ids.push(transferId);
      }
      expect.that(!ids.includes(chosenId), 'the transfer does not have the id that was sent', ids);
      expect.that(ids[0] !== ids[1], 'each transfer has an id of its own', ids);
    },
  ),
];
