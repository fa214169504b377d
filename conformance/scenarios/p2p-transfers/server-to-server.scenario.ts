// Owns the story of a transfer that one server pushes to another (cloud.md, P2P Client Transfers).
import { sha256 } from '../../src/kit/random-bytes.ts';
import { idsOf } from '../../src/kit/requirement-ids.ts';
import { afterP2PTransfer, p2pState, severalSmallChunks, startP2PTransfer, throttledChunks } from '../../src/kit/p2p-transfers.ts';
import { scenario } from '../../src/kit/scenario.ts';
import { checkProgress, isProgressOf, MiB, stored } from '../../src/kit/transfers.ts';

const size = 3 * MiB + 4;

export const scenarios = [
  scenario(
    'cloud.p2p-transfer.bytes-arrive',
    {
      title: 'A P2P transfer delivers byte for byte and tells so',
      controller: 'Cloud',
      after: afterP2PTransfer,
      operations: ['initiateP2PTransfer', 'getP2PTransferStatus', 'getAllP2PTransfers'],
      statuses: [200],
      proves: ['CLOUD-P2P-002', 'CLOUD-P2P-003', 'CLOUD-P2P-009', 'CLOUD-P2P-016', ...idsOf('CLOUD-P2PFIELD', 1, 16)],
    },
    async (context) => {
      const { given, expect, should, info, name } = context;
      const [api, storage] = [await given.session(), await given.storage()];
      const bytes = given.bytes(size);
      const [sourcePath, targetPath] = [`${name('from')}.bin`, `pushed/${name('to')}.bin`];
      await stored(storage, sourcePath, bytes);
      const transferId = await startP2PTransfer(context, api, { source: storage, target: storage, sourcePath, targetPath });
      const status = await p2pState(context, api, transferId, ['completed']);
      expect.equal(status.transferId, transferId, '`transferId` is the one that was asked for');
      expect.equal(status.transferredBytes, size, '`transferredBytes` counts every byte');
      expect.equal(status.totalBytes, size, '`totalBytes` is the size of the object');
      should.equal(status.progressPercentage, 100, '`progressPercentage` is 100');
      should.equal(status.errorMessage, null, '`errorMessage` is null');
      should.that(
        Date.parse(String(status.endTime)) >= Date.parse(status.startTime),
        '`endTime` is not before `startTime`',
        status.endTime,
      );
      const named = { sourceBucket: storage.source, sourcePath, targetBucket: storage.target, targetPath };
      for (const [field, value] of Object.entries(named))
        should.equal(status[field as keyof typeof named], value, `\`${field}\` is the one that was sent`);
      info.equal(status.checksumVerified, true, '`checksumVerified` is true');
      expect.equal(await storage.objects.sha256(storage.target, targetPath), sha256(bytes), 'the target holds the same bytes (SHA-256)');
      expect.equal(await storage.objects.sha256(storage.source, sourcePath), sha256(bytes), 'the source still holds them');
      const listed = (await api.ok('getAllP2PTransfers')).find((item) => item.transferId === transferId);
      expect.equal(listed?.status, 'completed', 'Get All P2P Transfers lists it as completed');
    },
  ),
  scenario(
    'cloud.p2p-transfer.running',
    {
      title: 'A P2P transfer tells how far it is while it runs',
      controller: 'Cloud',
      after: afterP2PTransfer,
      operations: ['initiateP2PTransfer', 'getP2PTransferStatus', 'getAllP2PTransfers'],
      statuses: [200],
      proves: ['CLOUD-P2P-003', 'CLOUD-P2P-009', 'CLOUD-P2P-019'],
    },
    async (context) => {
      const { given, expect, should, name } = context;
      const [api, source, target] = [await given.session(), await given.storage(), await given.storage(throttledChunks)];
      const sourcePath = await stored(source, `${name('from')}.bin`, given.bytes(severalSmallChunks));
      const transferId = await startP2PTransfer(context, api, { source, target, sourcePath, targetPath: sourcePath });
      const running = await p2pState(context, api, transferId, ['running'], ({ transferredBytes }) => transferredBytes > 0);
      expect.that(running.transferredBytes < severalSmallChunks, 'not all bytes are there yet', running.transferredBytes);
      expect.equal(running.totalBytes, severalSmallChunks, '`totalBytes` is the size of the object');
      should.equal([running.endTime, running.errorMessage], [null, null], '`endTime` and `errorMessage` are null while it runs');
      const share = (running.transferredBytes / severalSmallChunks) * 100;
      should.that(
        Math.abs(running.progressPercentage - share) <= 1,
        '`progressPercentage` is the share in per cent',
        running.progressPercentage,
      );
      expect.that(!(await target.objects.has(target.target, sourcePath)), 'the target does not show it before it is whole');
      const all = await api.ok('getAllP2PTransfers');
      expect.that(
        all.some((item) => item.transferId === transferId),
        'Get All P2P Transfers lists it while it runs',
      );
      target.throttle?.release();
      await p2pState(context, api, transferId, ['completed']);
    },
  ),
  scenario(
    'cloud.p2p-transfer.progress-frames',
    {
      title: 'Status updates of a P2P transfer are forwarded on /notification',
      controller: 'Cloud',
      after: afterP2PTransfer,
      operations: ['initiateP2PTransfer'],
      statuses: [200],
      level: 'SHOULD',
      proves: ['CLOUD-P2P-015'],
    },
    async (context) => {
      const { given, name, eventually } = context;
      const [api, storage] = [await given.session(), await given.storage()];
      const channel = await given.channel('notification');
      const sourcePath = await stored(storage, `${name('from')}.bin`, given.bytes(size));
      const transferId = await startP2PTransfer(context, api, { source: storage, target: storage, sourcePath, targetPath: sourcePath });
      const isOurs = isProgressOf(transferId);
      await eventually({
        rule: 'a Progress frame says Completed',
        read: async () => channel.frames.filter(isOurs).map(({ json }) => json.Data?.Status),
        fits: (told) => told.includes('Completed'),
      });
      checkProgress(context, channel.frames.filter(isOurs), size);
    },
  ),
];
