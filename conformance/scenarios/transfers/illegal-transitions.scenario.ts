// Owns the commands that a transfer's state does not allow: each is answered 400 and changes nothing (cloud.md; `x-transitions`).
import type { Api } from '../../src/kit/api.ts';
import type { Check, Context } from '../../src/kit/check.ts';
import { loadContract, type OperationId } from '../../src/kit/contract.ts';
import { illegalEdges } from '../../src/kit/illegal-edges.ts';
import { scenario } from '../../src/kit/scenario.ts';
import {
  afterDownload,
  afterServerTransfer,
  afterUpload,
  clientState,
  download,
  serverState,
  severalChunks,
  startServerTransfer,
  stored,
  throttled,
  throttledBothWays,
  upload,
} from '../../src/kit/transfers.ts';

type Kind = 'client' | 'server';

const machineNames: Record<Kind, string> = { client: 'ClientTransferStatusValue', server: 'ServerTransferStatus' };
const commands: Record<Kind, Readonly<Record<string, OperationId>>> = {
  client: { pause: 'pauseClientTransfer', resume: 'resumeClientTransfer', cancel: 'cancelClientTransfer' },
  server: { cancel: 'cancelServerTransfer' },
};
const requirements: Partial<Record<OperationId, readonly string[]>> = {
  pauseClientTransfer: ['CLOUD-CT-005', 'CLOUD-CT-006'],
  resumeClientTransfer: ['CLOUD-CT-005', 'CLOUD-CT-007'],
  cancelClientTransfer: ['CLOUD-CT-005', 'CLOUD-CT-008'],
  cancelServerTransfer: ['CLOUD-S2S-006'],
};
/** `initiating` and `pending` pass too quickly to be met. */
const reachable: Record<Kind, readonly string[]> = {
  client: ['running', 'paused', 'completed', 'cancelled', 'failed'],
  server: ['completed', 'cancelled', 'failed'],
};

/** A client transfer in the given state. */
async function clientIn(state: string, context: Context, api: Api): Promise<string> {
  const { given, name } = context;
  if (state === 'completed') {
    const transferId = await upload(context, api, await given.storage(), await given.file(`${name('file')}.bin`, 100));
    return await reached(context, api, transferId, state);
  }
  if (state === 'failed') {
    const transferId = await download(context, api, await given.storage(), { key: `${name('nothing')}.bin`, folder: await given.folder() });
    return await reached(context, api, transferId, state);
  }
  const storage = await given.storage(throttled);
  const transferId = await upload(context, api, storage, await given.file(`${name('file')}.bin`, severalChunks));
  context.cleanUp(`transfer ${transferId}`, () => api.forCleanUp().call('cancelClientTransfer', { path: { transferId } }));
  await reached(context, api, transferId, 'running');
  if (state === 'paused') await api.ok('pauseClientTransfer', { path: { transferId } });
  if (state === 'cancelled') await api.ok('cancelClientTransfer', { path: { transferId } });
  return await reached(context, api, transferId, state);
}

async function reached(context: Context, api: Api, transferId: string, state: string): Promise<string> {
  await clientState(context, api, transferId, [state]);
  return transferId;
}

/** A server transfer in the given state. */
async function serverIn(state: string, context: Context, api: Api): Promise<string> {
  const { given, name } = context;
  const storage = await given.storage(state === 'cancelled' ? throttledBothWays : {});
  const sourcePath = `${name('file')}.bin`;
  if (state !== 'failed') await stored(storage, sourcePath, given.bytes(state === 'cancelled' ? severalChunks : 100));
  const transferId = await startServerTransfer(context, api, { source: storage, target: storage, sourcePath, targetPath: sourcePath });
  if (state === 'cancelled') await api.ok('cancelServerTransfer', { path: { transferId } });
  await serverState(context, api, transferId, [state]);
  return transferId;
}

/** What the pages do not say of a `failed` transfer is this contract's choice. */
const levelOf = (state: string) => (state === 'failed' ? ('INFO' as const) : ('MUST' as const));

/** A client transfer that fails is a download here. */
function prerequisitesOf(kind: Kind, state: string) {
  if (kind === 'server') return afterServerTransfer;
  return state === 'failed' ? afterDownload : afterUpload;
}

function illegal(kind: Kind, state: string, command: string, operation: OperationId): Check {
  const statusOperation = kind === 'client' ? 'getClientTransferStatus' : 'getServerTransferStatus';
  return scenario(
    `cloud.${kind}-transfer.${state}-refuses-${command}`,
    {
      title: `A ${state} ${kind} transfer refuses to ${command}`,
      controller: 'Cloud',
      after: prerequisitesOf(kind, state),
      operations: [operation, statusOperation],
      statuses: [400],
      level: levelOf(state),
      proves: levelOf(state) === 'MUST' ? (requirements[operation] ?? []) : [],
    },
    async (context) => {
      const api = await context.given.session();
      const transferId = kind === 'client' ? await clientIn(state, context, api) : await serverIn(state, context, api);
      const answer = await api.perform(operation, { path: { transferId } });
      context.expect.equal(answer.status, 400, `${command} is answered 400 while the transfer is ${state}`);
      const { status } = await api.ok(statusOperation, { path: { transferId } });
      // A running transfer may have ended meanwhile; the others may not move.
      const allowed = state === 'running' ? ['running', 'completed'] : [state];
      context.expect.oneOf(status, allowed, 'the refused command has not changed the state');
    },
  );
}

const { machines } = loadContract();

export const scenarios = (['client', 'server'] as const).flatMap((kind) =>
  illegalEdges(machines[machineNames[kind]], reachable[kind], commands[kind]).map(({ state, command, operation }) =>
    illegal(kind, state, command, operation),
  ),
);
