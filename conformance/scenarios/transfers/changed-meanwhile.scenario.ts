// Owns what becomes of a transfer whose source changes while it is paused: one version as a whole, or nothing, never a mixture.
import { writeFile } from 'node:fs/promises';
import type { Api } from '../../src/kit/api.ts';
import type { Context } from '../../src/kit/check.ts';
import { wholeOrNoFile, wholeOrNoObject } from '../../src/kit/faulty-storage.ts';
import { scenario } from '../../src/kit/scenario.ts';
import type { Storage } from '../../src/kit/storage.ts';
import {
  afterDownload,
  afterUpload,
  clientState,
  download,
  severalChunks,
  stored,
  throttled,
  underWay,
  upload,
} from '../../src/kit/transfers.ts';

/** Changes what is read while the transfer is paused, and lets it go on. */
async function changeMeanwhile(context: Context, api: Api, storage: Storage, transferId: string, change: () => Promise<unknown>) {
  await underWay(context, api, storage, transferId);
  await api.ok('pauseClientTransfer', { path: { transferId } });
  await clientState(context, api, transferId, ['paused']);
  storage.throttle?.release();
  await change();
  await api.ok('resumeClientTransfer', { path: { transferId } });
}

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
      await changeMeanwhile(context, api, storage, transferId, () => stored(storage, key, after));
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
      await changeMeanwhile(context, api, storage, transferId, () => writeFile(file.path, after));
      const { status } = await wholeOrNoObject(context, api, transferId, { storage, file, versions: [file.bytes, after] });
      info.equal(status, 'failed', 'the transfer has failed, since it is no longer the file that was asked for');
    },
  ),
];
