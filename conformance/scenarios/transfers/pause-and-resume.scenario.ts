// Owns the story of a transfer that is paused and goes on (cloud.md, Pause and Resume Client Transfer).
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Api } from '../../src/kit/api.ts';
import type { Context } from '../../src/kit/check.ts';
import { sha256 } from '../../src/kit/random-bytes.ts';
import { scenario } from '../../src/kit/scenario.ts';
import type { Storage } from '../../src/kit/storage.ts';
import {
  afterDownload,
  afterUpload,
  clientState,
  download,
  MiB,
  severalChunks,
  stored,
  throttled,
  underWay,
  upload,
} from '../../src/kit/transfers.ts';

/**
 * Pauses a running transfer and proves that it stands still: a second transfer starts and ends meanwhile, so that there was time
 * for bytes to move, without a fixed wait.
 */
async function pauseAndProveStandstill(context: Context, api: Api, storage: Storage, transferId: string): Promise<void> {
  const { given, expect, name } = context;
  await underWay(context, api, storage, transferId);
  const { status } = await api.call('pauseClientTransfer', { path: { transferId } });
  expect.equal(status, 200, 'Pause answers 200 for a running transfer');
  const before = await clientState(context, api, transferId, ['paused']);
  // From now on nothing but the pause holds the bytes back.
  storage.throttle?.release();
  const other = await given.storage();
  await clientState(context, api, await upload(context, api, other, await given.file(`${name('meanwhile')}.bin`, MiB)), ['completed']);
  const after = await api.ok('getClientTransferStatus', { path: { transferId } });
  expect.equal(after.status, 'paused', 'the transfer stays paused');
  expect.equal(after.transferredBytes, before.transferredBytes, 'no byte is counted while it is paused');
}

async function resume({ expect }: Context, api: Api, transferId: string): Promise<void> {
  const { status } = await api.call('resumeClientTransfer', { path: { transferId } });
  expect.equal(status, 200, 'Resume answers 200 for a paused transfer');
}

export const scenarios = [
  scenario(
    'cloud.client-transfer.pause-and-resume-upload',
    {
      title: 'A paused upload stands still, goes on when told, and arrives whole',
      controller: 'Cloud',
      after: afterUpload,
      operations: ['uploadObject', 'pauseClientTransfer', 'resumeClientTransfer', 'getClientTransferStatus'],
      proves: ['CLOUD-CT-002', 'CLOUD-CT-003', 'CLOUD-UP-004'],
    },
    async (context) => {
      const { given, expect, info, name } = context;
      const api = await given.session();
      const storage = await given.storage(throttled);
      const file = await given.file(`${name('file')}.bin`, severalChunks);
      const transferId = await upload(context, api, storage, file);
      await pauseAndProveStandstill(context, api, storage, transferId);
      expect.that(!(await storage.objects.has(storage.target, `uploads/${file.name}`)), 'a paused upload is not visible in the bucket');
      await resume(context, api, transferId);
      const { transferredBytes, pausedDuration } = await clientState(context, api, transferId, ['completed']);
      expect.equal(transferredBytes, file.bytes.length, '`transferredBytes` counts every byte once');
      info.that(typeof pausedDuration === 'string', '`pausedDuration` tells how long it was paused', pausedDuration);
      expect.equal(
        await storage.objects.sha256(storage.target, `uploads/${file.name}`),
        file.sha256,
        'the object equals the file (SHA-256)',
      );
    },
  ),
  scenario(
    'cloud.client-transfer.pause-and-resume-download',
    {
      title: 'A paused download stands still, goes on when told, and arrives whole',
      controller: 'Cloud',
      after: [...afterUpload, ...afterDownload],
      operations: ['downloadObject', 'pauseClientTransfer', 'resumeClientTransfer', 'getClientTransferStatus'],
      proves: ['CLOUD-CT-002', 'CLOUD-CT-003', 'CLOUD-DOWN-004'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const api = await given.session();
      const storage = await given.storage(throttled);
      const [bytes, folder] = [given.bytes(severalChunks), await given.folder()];
      const key = await stored(storage, `${name('file')}.bin`, bytes);
      const transferId = await download(context, api, storage, { key, folder });
      await pauseAndProveStandstill(context, api, storage, transferId);
      await resume(context, api, transferId);
      await clientState(context, api, transferId, ['completed']);
      expect.equal(sha256(await readFile(join(folder, key))), sha256(bytes), 'the file equals the object (SHA-256)');
    },
  ),
];
