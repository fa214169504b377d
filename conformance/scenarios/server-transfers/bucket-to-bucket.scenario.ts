// Owns the story of a transfer between two servers, streamed by the agent (cloud.md, Fastr Server-to-Server Transfers).
import { sha256 } from '../../src/kit/random-bytes.ts';
import { scenario } from '../../src/kit/scenario.ts';
import {
  afterServerTransfer,
  checkProgress,
  isProgressOf,
  MiB,
  serverState,
  severalChunks,
  startServerTransfer,
  stored,
  throttledBothWays,
} from '../../src/kit/transfers.ts';
import { idsOf } from '../../src/kit/requirement-ids.ts';

const size = 9 * MiB + 4;

export const scenarios = [
  scenario(
    'cloud.server-transfer.bytes-arrive',
    {
      title: 'A server transfer is accepted at once, runs in the background and delivers byte for byte',
      controller: 'Cloud',
      after: afterServerTransfer,
      operations: ['initiateServerTransfer', 'getServerTransferStatus', 'getAllServerTransfers'],
      statuses: [202, 200],
      proves: ['CLOUD-S2S-003', 'CLOUD-S2S-007', 'CLOUD-S2S-008', 'CLOUD-S2S-015', 'CLOUD-S2S-017', ...idsOf('CLOUD-S2SFIELD', 1, 17)],
    },
    async (context) => {
      const { given, expect, should, name } = context;
      const api = await given.session();
      const storage = await given.storage();
      const bytes = given.bytes(size);
      const [sourcePath, targetPath] = [`${name('from')}.bin`, `moved/${name('to')}.bin`];
      await stored(storage, sourcePath, bytes);
      const transferId = await startServerTransfer(context, api, { source: storage, target: storage, sourcePath, targetPath });
      const status = await serverState(context, api, transferId, ['completed']);
      expect.equal(status.bytesTransferred, size, '`bytesTransferred` counts every byte');
      expect.equal(status.totalBytes, size, '`totalBytes` is the size of the object');
      should.equal(status.progress, 100, '`progress` is 100');
      should.equal(status.errorMessage, '', '`errorMessage` is empty');
      should.that(Date.parse(status.endTime) >= Date.parse(status.startTime), '`endTime` is not before `startTime`', status.endTime);
      expect.equal(await storage.objects.sha256(storage.target, targetPath), sha256(bytes), 'the target holds the same bytes (SHA-256)');
      expect.equal(await storage.objects.sha256(storage.source, sourcePath), sha256(bytes), 'the source still holds them');
      const all = await api.ok('getAllServerTransfers');
      expect.equal(
        all.find((item) => item.transferId === transferId)?.status,
        'completed',
        'Get All Server Transfers lists it as completed',
      );
    },
  ),
  scenario(
    'cloud.server-transfer.running',
    {
      title: 'A server transfer tells how far it is while it runs',
      controller: 'Cloud',
      after: afterServerTransfer,
      operations: ['initiateServerTransfer', 'getServerTransferStatus', 'getAllServerTransfers'],
      statuses: [202, 200],
      proves: ['CLOUD-S2S-004', 'CLOUD-S2S-007', 'CLOUD-S2S-008', 'CLOUD-S2S-012', 'CLOUD-S2S-013'],
    },
    async (context) => {
      const { given, expect, should, name } = context;
      const api = await given.session();
      const storage = await given.storage(throttledBothWays);
      const sourcePath = await stored(storage, `${name('from')}.bin`, given.bytes(severalChunks));
      const transferId = await startServerTransfer(context, api, { source: storage, target: storage, sourcePath, targetPath: sourcePath });
      const running = await serverState(context, api, transferId, ['running'], ({ bytesTransferred }) => bytesTransferred > 0);
      expect.that(running.bytesTransferred < severalChunks, 'not all bytes are there yet', running.bytesTransferred);
      should.equal(running.endTime, '0001-01-01T00:00:00', '`endTime` is the unset date while it runs');
      const share = (running.bytesTransferred / severalChunks) * 100;
      should.that(Math.abs(running.progress - share) <= 1, '`progress` is the share in per cent', { progress: running.progress, share });
      expect.that(!(await storage.objects.has(storage.target, sourcePath)), 'the target does not show it before it is whole');
      const all = await api.ok('getAllServerTransfers');
      expect.that(
        all.some((item) => item.transferId === transferId),
        'Get All Server Transfers lists it while it runs',
      );
      storage.throttle?.release();
      await serverState(context, api, transferId, ['completed']);
    },
  ),
  scenario(
    'cloud.server-transfer.progress-frames',
    {
      title: 'Progress of a server transfer is told on /notification',
      controller: 'Cloud',
      after: afterServerTransfer,
      operations: ['initiateServerTransfer'],
      statuses: [202],
      level: 'INFO',
    },
    async (context) => {
      const { given, name, deadlines } = context;
      const api = await given.session();
      const storage = await given.storage();
      const channel = await given.channel('notification');
      const sourcePath = await stored(storage, `${name('from')}.bin`, given.bytes(size));
      const transferId = await startServerTransfer(context, api, { source: storage, target: storage, sourcePath, targetPath: sourcePath });
      const isOurs = isProgressOf(transferId);
      await channel.waitFor((frame) => isOurs(frame) && frame.json.Data?.Status === 'Completed', {
        what: 'a Progress frame says Completed',
        deadlineMs: deadlines.transferMs,
      });
      checkProgress(context, channel.frames.filter(isOurs), size);
    },
  ),
];
