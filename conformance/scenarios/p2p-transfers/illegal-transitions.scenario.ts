// Owns the commands that the state of a P2P transfer does not allow: each is refused and changes nothing (cloud.md; `x-transitions`).
import type { Api } from '../../src/kit/api.ts';
import type { Check, Context } from '../../src/kit/check.ts';
import { loadContract, type OperationId } from '../../src/kit/contract.ts';
import { type IllegalEdge, illegalEdges } from '../../src/kit/illegal-edges.ts';
import {
  afterP2PTransfer,
  p2pState,
  runningP2P,
  severalSmallChunks,
  smallP2P,
  startP2PTransfer,
  throttledChunks,
} from '../../src/kit/p2p-transfers.ts';
import { scenario } from '../../src/kit/scenario.ts';
import { stored } from '../../src/kit/transfers.ts';

const commands = { pause: 'pauseP2PTransfer', resume: 'resumeP2PTransfer', cancel: 'cancelP2PTransfer' } as const;
const requirements: Partial<Record<OperationId, readonly string[]>> = {
  pauseP2PTransfer: ['CLOUD-P2P-006'],
  resumeP2PTransfer: ['CLOUD-P2P-007'],
};
/** `initiating` passes too quickly to be met. */
const reachable = ['pending', 'running', 'paused', 'completed', 'cancelled', 'failed'];
/** What a transfer may have become by itself meanwhile; the other states may not move. */
const mayBecome: Readonly<Record<string, readonly string[]>> = { pending: ['running', 'completed'], running: ['completed'] };
/** The kit's object server runs so many pushes at a time; one more has to wait. */
const pushesAtOnce = 4;

const ways: Readonly<Record<string, (context: Context, api: Api) => Promise<string>>> = {
  completed: smallP2P,
  running: async (context, api) => (await runningP2P(context, api)).transferId,
  async paused(context, api) {
    const { transferId } = await runningP2P(context, api);
    await api.ok('pauseP2PTransfer', { path: { transferId } });
    return transferId;
  },
  async cancelled(context, api) {
    const { transferId } = await runningP2P(context, api);
    await api.ok('cancelP2PTransfer', { path: { transferId } });
    return transferId;
  },
  async pending(context, api) {
    const { given, name } = context;
    const [source, target] = [await given.storage(), await given.storage(throttledChunks)];
    const sourcePath = await stored(source, `${name('from')}.bin`, given.bytes(severalSmallChunks));
    let transferId = '';
    for (let count = 0; count <= pushesAtOnce; count += 1)
      transferId = await startP2PTransfer(context, api, { source, target, sourcePath, targetPath: `${name('to')}-${count}.bin` });
    return transferId;
  },
  async failed(context, api) {
    const { given, name } = context;
    const storage = await given.storage();
    const path = await stored(storage, `${name('there')}.bin`, given.bytes(100));
    await storage.objects.put(storage.target, path, given.bytes(50));
    return await startP2PTransfer(context, api, { source: storage, target: storage, sourcePath: path, targetPath: path });
  },
};

/** Pausing and resuming are documented for every state; what a cancel that comes too late is answered is this contract's choice. */
function illegal({ state, command, operation }: IllegalEdge): Check {
  const status = command === 'cancel' ? 499 : 400;
  return scenario(
    `cloud.p2p-transfer.${state}-refuses-${command}`,
    {
      title: `A ${state} P2P transfer refuses to ${command}`,
      controller: 'Cloud',
      after: afterP2PTransfer,
      operations: [operation, 'getP2PTransferStatus'],
      statuses: [status],
      level: command === 'cancel' ? 'INFO' : 'MUST',
      proves: requirements[operation] ?? [],
    },
    async (context) => {
      const api = await context.given.session();
      const transferId = (await ways[state]?.(context, api)) ?? context.expect.fail('the kit knows a way to the state', state);
      await p2pState(context, api, transferId, [state]);
      const answer = await api.perform(operation, { path: { transferId } });
      context.expect.equal(answer.status, status, `${command} is answered ${status} while the transfer is ${state}`);
      const after = await api.ok('getP2PTransferStatus', { path: { transferId } });
      context.expect.oneOf(after.status, [state, ...(mayBecome[state] ?? [])], 'the refused command has not changed the state');
    },
  );
}

export const scenarios = illegalEdges(loadContract().machines.P2PTransferStatus, reachable, commands).map(illegal);
