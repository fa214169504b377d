// Owns what becomes of a transfer whose source changes while it is paused: one version as a whole, or nothing, never a mixture.
import { writeFile } from 'node:fs/promises';
import { wholeOrNoFile, wholeOrNoObject } from '../../src/kit/faulty-storage.ts';
import { scenario } from '../../src/kit/scenario.ts';
import { afterDownload, afterUpload, download, severalChunks, stored, throttled, upload, whilePaused } from '../../src/kit/transfers.ts';

/** Of the same size, and every byte another one. */
const changed = (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte) => byte ^ 0xff));
const common = { controller: 'Cloud', level: 'SHOULD', proves: ['CLOUD-CTFAULT-006'] } as const;
const operations = ['pauseClientTransfer', 'resumeClientTransfer', 'getClientTransferStatus'] as const;

export const scenarios = [
  scenario(
    'cloud.download.object-changes',
    {
      ...common,
      title: 'An object that changes while its download is paused does not arrive as a mixture',
      after: [...afterUpload, ...afterDownload],
      operations: ['downloadObject', ...operations],
    },
    async (context) => {
      const { given, info, name } = context;
      const [api, storage, folder] = [await given.session(), await given.storage(throttled), await given.folder()];
      const before = given.bytes(severalChunks);
      const after = changed(before);
      const key = await stored(storage, `${name('object')}.bin`, before);
      const transferId = await download(context, api, storage, { key, folder });
      await whilePaused(context, api, storage, transferId, () => stored(storage, key, after));
      const { status } = await wholeOrNoFile(context, api, transferId, { folder, name: key, versions: [before, after] });
      info.equal(status, 'failed', 'the transfer has failed, since it is no longer the object that was asked for');
    },
  ),
  scenario(
    'cloud.upload.file-changes',
    {
      ...common,
      title: 'A file that changes while its upload is paused does not arrive as a mixture',
      after: afterUpload,
      operations: ['uploadObject', ...operations],
    },
    async (context) => {
      const { given, info, name } = context;
      const [api, storage, file] = [
        await given.session(),
        await given.storage(throttled),
        await given.file(`${name('file')}.bin`, severalChunks),
      ];
      const after = changed(file.bytes);
      const transferId = await upload(context, api, storage, file);
      await whilePaused(context, api, storage, transferId, () => writeFile(file.path, after));
      const { status } = await wholeOrNoObject(context, api, transferId, { storage, file, versions: [file.bytes, after] });
      info.equal(status, 'failed', 'the transfer has failed, since it is no longer the file that was asked for');
    },
  ),
];
