// Owns pausing, resuming and cancelling P2P transfers (cloud.md, P2P Client Transfers).
import type { Api } from '../../src/kit/api.ts';
import type { Context } from '../../src/kit/check.ts';
import { sha256 } from '../../src/kit/random-bytes.ts';
import { idsOf } from '../../src/kit/requirement-ids.ts';
import { afterP2PTransfer, p2pState, runningP2P, smallP2P } from '../../src/kit/p2p-transfers.ts';
import { scenario } from '../../src/kit/scenario.ts';

/** A second transfer starts and ends meanwhile, so that there was time for bytes to move, without a fixed wait. */
async function meanwhile(context: Context, api: Api): Promise<void> {
  await p2pState(context, api, await smallP2P(context, api), ['completed']);
}

export const scenarios = [
  scenario(
    'cloud.p2p-transfer.pause-and-resume',
    {
      title: 'A paused P2P transfer stands still, goes on when told, and arrives whole',
      controller: 'Cloud',
      after: afterP2PTransfer,
      operations: ['initiateP2PTransfer', 'pauseP2PTransfer', 'resumeP2PTransfer', 'getP2PTransferStatus'],
      statuses: [200],
      proves: ['CLOUD-P2P-004', 'CLOUD-P2P-005', ...idsOf('CLOUD-P2PFIELD', 17, 24)],
    },
    async (context) => {
      const { given, expect, should } = context;
      const api = await given.session();
      const { target, bytes, path, transferId } = await runningP2P(context, api);
      const paused = await api.ok('pauseP2PTransfer', { path: { transferId } });
      should.equal([paused.success, paused.serverPaused], [true, true], 'Pause says that the server has paused');
      const before = await p2pState(context, api, transferId, ['paused']);
      await meanwhile(context, api);
      const after = await api.ok('getP2PTransferStatus', { path: { transferId } });
      expect.equal(after.status, 'paused', 'the transfer stays paused');
      expect.equal(after.transferredBytes, before.transferredBytes, 'no byte is counted while it is paused');
      expect.that(!(await target.objects.has(target.target, path)), 'a paused transfer is not visible in the bucket');
      target.throttle?.release();
      const resumed = await api.ok('resumeP2PTransfer', { path: { transferId } });
      should.equal([resumed.success, resumed.serverResumed], [true, true], 'Resume says that the server goes on');
      const { transferredBytes } = await p2pState(context, api, transferId, ['completed']);
      expect.equal(transferredBytes, bytes.length, '`transferredBytes` counts every byte once');
      expect.equal(await target.objects.sha256(target.target, path), sha256(bytes), 'the target holds the same bytes (SHA-256)');
    },
  ),
  scenario(
    'cloud.p2p-transfer.cancel',
    {
      title: 'A running P2P transfer can be cancelled on both sides, and the target never shows it',
      controller: 'Cloud',
      after: afterP2PTransfer,
      operations: ['initiateP2PTransfer', 'cancelP2PTransfer', 'getP2PTransferStatus'],
      statuses: [200],
      proves: ['CLOUD-P2P-008', 'CLOUD-P2P-017', ...idsOf('CLOUD-P2PFIELD', 25, 27)],
    },
    async (context) => {
      const { given, expect, should } = context;
      const api = await given.session();
      const { target, path, transferId } = await runningP2P(context, api);
      const cancelled = await api.ok('cancelP2PTransfer', { path: { transferId } });
      expect.equal(
        [cancelled.success, cancelled.serverCancelled],
        [true, true],
        'Cancel says that it was cancelled on the source server, too',
      );
      target.throttle?.release();
      await p2pState(context, api, transferId, ['cancelled']);
      await meanwhile(context, api);
      should.equal(await target.objects.list(target.target, path), [], 'the target shows nothing of it');
    },
  ),
];
