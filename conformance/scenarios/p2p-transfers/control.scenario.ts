// Owns pausing, resuming and cancelling P2P transfers, and the commands that their state does not allow (cloud.md; `x-transitions`).
import type { Api } from '../../src/kit/api.ts';
import type { Check, Context } from '../../src/kit/check.ts';
import type { OperationId } from '../../src/kit/contract.ts';
import { sha256 } from '../../src/kit/random-bytes.ts';
import { idsOf } from '../../src/kit/requirement-ids.ts';
import { afterP2PTransfer, p2pState, severalSmallChunks, startP2PTransfer, throttledChunks } from '../../src/kit/p2p-transfers.ts';
import { scenario } from '../../src/kit/scenario.ts';
import { MiB, stored } from '../../src/kit/transfers.ts';

/** A transfer that runs, and a while to go. */
async function running(context: Context, api: Api) {
  const { given, name } = context;
  const [source, target] = [await given.storage(), await given.storage(throttledChunks)];
  const bytes = given.bytes(severalSmallChunks);
  const path = await stored(source, `${name('from')}.bin`, bytes);
  const transferId = await startP2PTransfer(context, api, { source, target, sourcePath: path, targetPath: path });
  await p2pState(context, api, transferId, ['running'], ({ transferredBytes }) => transferredBytes > 0);
  return { source, target, bytes, path, transferId };
}

/** A transfer with nothing in its way. */
async function small(context: Context, api: Api) {
  const { given, name } = context;
  const storage = await given.storage();
  const path = await stored(storage, `${name('small')}.bin`, given.bytes(MiB));
  const transferId = await startP2PTransfer(context, api, { source: storage, target: storage, sourcePath: path, targetPath: path });
  return { transferId };
}

/** A second transfer starts and ends meanwhile, so that there was time for bytes to move, without a fixed wait. */
async function meanwhile(context: Context, api: Api): Promise<void> {
  const { transferId } = await small(context, api);
  await p2pState(context, api, transferId, ['completed']);
}

function illegal(
  state: 'running' | 'paused' | 'completed',
  command: 'pause' | 'resume',
  operation: OperationId,
  requirement: string,
): Check {
  return scenario(
    `cloud.p2p-transfer.${state}-refuses-${command}`,
    {
      title: `A ${state} P2P transfer refuses to ${command}`,
      controller: 'Cloud',
      after: afterP2PTransfer,
      operations: [operation, 'getP2PTransferStatus'],
      statuses: [400],
      proves: [requirement],
    },
    async (context) => {
      const api = await context.given.session();
      const { transferId } = state === 'completed' ? await small(context, api) : await running(context, api);
      if (state === 'paused') await api.ok('pauseP2PTransfer', { path: { transferId } });
      await p2pState(context, api, transferId, [state]);
      const answer = await api.perform(operation, { path: { transferId } });
      context.expect.equal(answer.status, 400, `${command} is answered 400 while the transfer is ${state}`);
      const { status } = await api.ok('getP2PTransferStatus', { path: { transferId } });
      const allowed = state === 'running' ? ['running', 'completed'] : [state];
      context.expect.oneOf(status, allowed, 'the refused command has not changed the state');
    },
  );
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
      const { target, bytes, path, transferId } = await running(context, api);
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
      const { target, path, transferId } = await running(context, api);
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
  illegal('running', 'resume', 'resumeP2PTransfer', 'CLOUD-P2P-007'),
  illegal('completed', 'resume', 'resumeP2PTransfer', 'CLOUD-P2P-007'),
  illegal('paused', 'pause', 'pauseP2PTransfer', 'CLOUD-P2P-006'),
  illegal('completed', 'pause', 'pauseP2PTransfer', 'CLOUD-P2P-006'),
];
