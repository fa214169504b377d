// Owns the story of a transfer that is cancelled: it ends, and nothing of it stays (cloud.md, Cancel Client Transfer).
import { readdir } from 'node:fs/promises';
import { scenario } from '../../src/kit/scenario.ts';
import {
  afterDownload,
  afterUpload,
  clientState,
  download,
  isProgressOf,
  severalChunks,
  stored,
  throttled,
  underWay,
  upload,
} from '../../src/kit/transfers.ts';

export const scenarios = [
  scenario(
    'cloud.client-transfer.cancel-upload',
    {
      title: 'A cancelled upload ends, and the bucket never shows it',
      controller: 'Cloud',
      after: afterUpload,
      operations: ['uploadObject', 'cancelClientTransfer', 'getClientTransferStatus'],
      proves: ['CLOUD-CT-004', 'CLOUD-CT-012'],
    },
    async (context) => {
      const { given, expect, should, info, name, deadlines } = context;
      const api = await given.session();
      const storage = await given.storage(throttled);
      const channel = await given.channel('notification');
      const file = await given.file(`${name('file')}.bin`, severalChunks);
      const transferId = await upload(context, api, storage, file);
      await clientState(context, api, transferId, ['running'], ({ transferredBytes }) => transferredBytes > 0);
      const { status } = await api.call('cancelClientTransfer', { path: { transferId } });
      expect.equal(status, 200, 'Cancel answers 200 for a running transfer');
      await clientState(context, api, transferId, ['cancelled']);
      should.equal(await storage.objects.list(storage.target, `uploads/${file.name}`), [], 'the bucket shows nothing of it');
      const last = await channel.waitFor((frame) => isProgressOf(transferId)(frame) && frame.json.Data?.Status !== 'InProgress', {
        what: 'a last Progress frame tells of the end',
        deadlineMs: deadlines.frameMs,
      });
      expect.that(last.json.Data?.Status !== 'Completed', 'the last frame does not say Completed', last.json.Data?.Status);
      info.equal(last.json.Data?.Status, 'Canceled', 'the last frame says Canceled');
    },
  ),
  scenario(
    'cloud.client-transfer.cancel-download',
    {
      title: 'A cancelled download ends, and the folder is as it was',
      controller: 'Cloud',
      after: afterDownload,
      operations: ['downloadObject', 'cancelClientTransfer', 'getClientTransferStatus'],
      proves: ['CLOUD-CT-004', 'CLOUD-CT-012'],
    },
    async (context) => {
      const { given, expect, name, eventually } = context;
      const api = await given.session();
      const storage = await given.storage(throttled);
      const folder = await given.folder();
      const key = await stored(storage, `${name('file')}.bin`, given.bytes(severalChunks));
      const transferId = await download(context, api, storage, { key, folder });
      await underWay(context, api, storage, transferId);
      const { status } = await api.call('cancelClientTransfer', { path: { transferId } });
      expect.equal(status, 200, 'Cancel answers 200 for a running transfer');
      await clientState(context, api, transferId, ['cancelled']);
      await eventually({ rule: 'the folder is empty', read: () => readdir(folder), fits: (names) => names.length === 0 });
    },
  ),
  scenario(
    'cloud.client-transfer.cancel-paused',
    {
      title: 'A paused transfer can be cancelled',
      controller: 'Cloud',
      after: afterUpload,
      operations: ['uploadObject', 'pauseClientTransfer', 'cancelClientTransfer', 'getClientTransferStatus'],
      level: 'SHOULD',
      proves: ['CLOUD-CT-011'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const api = await given.session();
      const storage = await given.storage(throttled);
      const file = await given.file(`${name('file')}.bin`, severalChunks);
      const transferId = await upload(context, api, storage, file);
      await clientState(context, api, transferId, ['running']);
      await api.ok('pauseClientTransfer', { path: { transferId } });
      await clientState(context, api, transferId, ['paused']);
      await api.ok('cancelClientTransfer', { path: { transferId } });
      await clientState(context, api, transferId, ['cancelled']);
      expect.equal(await storage.objects.list(storage.target, `uploads/${file.name}`), [], 'the bucket shows nothing of it');
    },
  ),
];
