// Owns the client transfers of the Cloud controller and the control of them (cloud.md, Client File Transfers).
import type { Schema } from '@click-kit/contract';
import type { Caller } from '../../account/sessions.ts';
import { timeSpan } from '../../channels/notification.ts';
import type { Handlers } from '../../http/handler.ts';
import { Problem } from '../../http/problem.ts';
import type { TransferEngine } from '../../transfers/engine.ts';
import { type EndpointRef, isCloud } from '../../transfers/plan.ts';
import type { TransferView } from '../../transfers/view.ts';
import { commanded } from './transfer-start.ts';

export interface ClientTransferDependencies {
  readonly transfers: TransferEngine;
  /** True for the providers whose transfers are controllable (LocalHttp and FastrServer). */
  readonly trackable: (cloudType: number) => boolean;
}

type ClientTransferOperation =
  | 'pauseClientTransfer'
  | 'resumeClientTransfer'
  | 'cancelClientTransfer'
  | 'getClientTransferStatus'
  | 'getAllClientTransfers';

export function clientTransferOperations({ transfers, trackable }: ClientTransferDependencies): Pick<Handlers, ClientTransferOperation> {
  const tracked = ({ plan }: TransferView): boolean => trackable(cloudTypeOf(plan.source) ?? cloudTypeOf(plan.target) ?? 0);
  const find = (caller: Caller, transferId: string): TransferView => {
    const view = transfers.get(transferId);
    if (view?.kind === 'client' && view.plan.accountId === caller.accountId && tracked(view)) return view;
    throw new Problem(499, 'NOT_FOUND', 'There is no client transfer with this id.');
  };
  return {
    pauseClientTransfer: async ({ path, caller }) => commanded(await transfers.pause(find(caller, path.transferId).transferId), 'paused'),
    resumeClientTransfer: async ({ path, caller }) =>
      commanded(await transfers.resume(find(caller, path.transferId).transferId), 'resumed'),
    cancelClientTransfer: async ({ path, caller }) =>
      commanded(await transfers.cancel(find(caller, path.transferId).transferId), 'cancelled'),
    getClientTransferStatus: ({ path, caller }) => ({ status: 200, body: statusOf(find(caller, path.transferId)) }),
    getAllClientTransfers: ({ caller }) => ({
      status: 200,
      body: transfers.list({ kind: 'client', accountId: caller.accountId }).filter(tracked).map(summaryOf),
    }),
  };
}

const cloudTypeOf = (ref: EndpointRef): number | null => (isCloud(ref) ? ref.provider : null);

function countersOf({ transferId, status, bytesTransferred, totalBytes, startTime, endTime, errorMessage }: TransferView) {
  return {
    transferId,
    status: status as Schema<'ClientTransferStatusValue'>,
    transferredBytes: bytesTransferred,
    totalBytes,
    startTime: startTime.toISOString(),
    endTime: endTime?.toISOString() ?? null,
    errorMessage,
  };
}

function statusOf(view: TransferView): Schema<'ClientTransferStatusResponse'> {
  return { ...countersOf(view), pausedDuration: view.pausedDurationMs === 0 ? null : timeSpan(view.pausedDurationMs) };
}

function summaryOf(view: TransferView): Schema<'ClientTransferSummary'> {
  const [source, target] = [placeOf(view.plan.source), placeOf(view.plan.target)];
  return {
    ...countersOf(view),
    sourceBucket: source.bucket,
    sourcePath: source.path,
    targetBucket: target.bucket,
    targetPath: target.path,
    progress: view.progress,
  };
}

const placeOf = (ref: EndpointRef): { bucket: string; path: string } =>
  isCloud(ref) ? { bucket: ref.bucket, path: ref.key } : { bucket: '', path: ref.path };
