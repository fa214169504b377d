// Owns the two ways in which a server transfer ends early: cancelled, and failed (cloud.md, Cancel Server Transfer).
import { scenario } from '../../src/kit/scenario.ts';
import {
  afterServerTransfer,
  serverState,
  severalChunks,
  startServerTransfer,
  stored,
  throttledBothWays,
} from '../../src/kit/transfers.ts';

export const scenarios = [
  scenario(
    'cloud.server-transfer.cancel',
    {
      title: 'A running server transfer can be cancelled once, and the target never shows it',
      controller: 'Cloud',
      after: afterServerTransfer,
      operations: ['initiateServerTransfer', 'cancelServerTransfer', 'getServerTransferStatus'],
      statuses: [202, 200, 400],
      proves: ['CLOUD-S2S-005', 'CLOUD-S2S-006', 'CLOUD-S2S-016'],
    },
    async (context) => {
      const { given, expect, should, name } = context;
      const api = await given.session();
      const storage = await given.storage(throttledBothWays);
      const sourcePath = await stored(storage, `${name('from')}.bin`, given.bytes(severalChunks));
      const transferId = await startServerTransfer(context, api, { source: storage, target: storage, sourcePath, targetPath: sourcePath });
      await serverState(context, api, transferId, ['running'], ({ bytesTransferred }) => bytesTransferred > 0);
      const first = await api.call('cancelServerTransfer', { path: { transferId } });
      expect.equal(first.status, 200, 'Cancel answers 200 for a running transfer');
      await serverState(context, api, transferId, ['cancelled']);
      const second = await api.call('cancelServerTransfer', { path: { transferId } });
      expect.equal(second.status, 400, 'a second Cancel is answered 400');
      should.equal(await storage.objects.list(storage.target, sourcePath), [], 'the target shows nothing of it');
    },
  ),
  scenario(
    'cloud.server-transfer.missing-source',
    {
      title: 'A server transfer of an object that is not there fails, and says why',
      controller: 'Cloud',
      after: afterServerTransfer,
      operations: ['initiateServerTransfer', 'getServerTransferStatus'],
      statuses: [202, 200],
      level: 'SHOULD',
      proves: ['CLOUD-S2S-014'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const api = await given.session();
      const storage = await given.storage();
      const sourcePath = `${name('nothing')}.bin`;
      const transferId = await startServerTransfer(context, api, { source: storage, target: storage, sourcePath, targetPath: sourcePath });
      const { errorMessage } = await serverState(context, api, transferId, ['failed']);
      expect.that(typeof errorMessage === 'string' && errorMessage !== '', '`errorMessage` says what went wrong', errorMessage);
      expect.equal(await storage.objects.list(storage.target, sourcePath), [], 'the target shows nothing of it');
    },
  ),
  scenario(
    'cloud.server-transfer.target-down',
    {
      title: 'A server transfer to a server that is down fails, and says why',
      controller: 'Cloud',
      after: afterServerTransfer,
      operations: ['initiateServerTransfer', 'getServerTransferStatus'],
      statuses: [202, 200],
      level: 'SHOULD',
      proves: ['CLOUD-S2S-014'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const api = await given.session();
      const source = await given.storage();
      const down = await given.ownObjectServer();
      const target = await given.accountAt(down);
      const sourcePath = await stored(source, `${name('from')}.bin`, given.bytes(1000));
      await down.close();
      const transferId = await startServerTransfer(context, api, { source, target, sourcePath, targetPath: sourcePath });
      const { errorMessage } = await serverState(context, api, transferId, ['failed']);
      expect.that(typeof errorMessage === 'string' && errorMessage !== '', '`errorMessage` says what went wrong', errorMessage);
    },
  ),
];
