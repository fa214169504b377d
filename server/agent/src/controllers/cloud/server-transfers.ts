// Owns the server transfers of the Cloud controller (cloud.md, Fastr Server-to-Server Transfers).
import { CloudType, type FilledSchema, type Schema, TransferHistoryOrigin } from '@click-kit/contract';
import type { CloudAccounts } from '../../account/cloud-accounts.ts';
import type { Caller } from '../../account/sessions.ts';
import type { Handlers } from '../../http/handler.ts';
import { Problem } from '../../http/problem.ts';
import type { TransferEngine } from '../../transfers/engine.ts';
import type { ObjectRef } from '../../transfers/plan.ts';
import type { TransferView } from '../../transfers/view.ts';
import { checkServer, httpUrl } from './server-address.ts';
import { commanded, started } from './transfer-start.ts';

export interface ServerTransferDependencies {
  readonly cloudAccounts: CloudAccounts;
  readonly transfers: TransferEngine;
}

type ServerTransferOperation = 'initiateServerTransfer' | 'getServerTransferStatus' | 'cancelServerTransfer' | 'getAllServerTransfers';

/** .NET's unset date, which the page shows for a transfer that has not ended. */
const unset = '0001-01-01T00:00:00';

export const serverTransferOperations = ({
  cloudAccounts,
  transfers,
}: ServerTransferDependencies): Pick<Handlers, ServerTransferOperation> => ({
  initiateServerTransfer({ body, caller }) {
    const source = endpoint(cloudAccounts, caller, 'source', body);
    const target = endpoint(cloudAccounts, caller, 'target', body);
    const result = transfers.start({
      kind: 'server',
      source,
      target,
      name: source.key.split('/').at(-1) ?? source.key,
      userId: caller.userId,
      accountId: caller.accountId,
      origin: TransferHistoryOrigin.FastrServerToServer,
      storageType: 'FastrServer',
      contentType: 'application/octet-stream',
    });
    const { transferId } = started(result);
    return { status: 202, body: { transferId, message: 'Server transfer initiated', status: 'pending' } };
  },

  getServerTransferStatus: ({ path, caller }) => ({ status: 200, body: statusOf(find(transfers, caller, path.transferId, 404)) }),

  async cancelServerTransfer({ path, caller }) {
    const { transferId } = find(transfers, caller, path.transferId, 499);
    return commanded(await transfers.cancel(transferId), 'cancelled');
  },

  getAllServerTransfers: ({ caller }) => ({
    status: 200,
    body: transfers.list({ kind: 'server', accountId: caller.accountId }).map(statusOf),
  }),
});

/** 404 for an unknown id is documented for the status alone; elsewhere it is the general 499. */
function find(transfers: TransferEngine, caller: Caller, transferId: string, unknown: 404 | 499): TransferView {
  const view = transfers.get(transferId);
  if (view?.kind !== 'server' || view.plan.accountId !== caller.accountId)
    throw new Problem(unknown, 'NOT_FOUND', 'There is no server transfer with this id.');
  return view;
}

/**
 * One end of the transfer. An account has to belong to the server that is named, so that a request cannot make the agent
 * present an account's keys, or pass off another server as the account's.
 */
function endpoint(
  cloudAccounts: CloudAccounts,
  caller: Caller,
  side: 'source' | 'target',
  body: FilledSchema<'ServerTransferInitiateRequest'>,
): ObjectRef {
  const serverUrl = httpUrl(body[`${side}ServerUrl`], `${side}ServerUrl`);
  const object = {
    type: 'object',
    serverUrl: serverUrl.href,
    bucket: body[`${side}Bucket`],
    key: body[`${side}Path`].replace(/^\/+/, ''),
  } as const;
  const accountId = body[`${side}AccountId`];
  if (accountId === undefined || accountId === '') return { ...object, cloudAccountId: null, provider: CloudType.LocalHttp };
  const { id, account } = cloudAccounts.resolve(caller, { id: accountId });
  checkServer(account, serverUrl, `${side}ServerUrl is not the server of the cloud account ${side}AccountId.`);
  return { ...object, cloudAccountId: id, provider: account.cloudType };
}

function statusOf({
  transferId,
  status,
  plan,
  startTime,
  endTime,
  bytesTransferred,
  totalBytes,
  progress,
  errorMessage,
}: TransferView): Schema<'FastrServerTransferStatus'> {
  const [source, target] = [plan.source as ObjectRef, plan.target as ObjectRef];
  return {
    transferId,
    status: status as Schema<'ServerTransferStatus'>,
    sourceServerUrl: source.serverUrl ?? '',
    targetServerUrl: target.serverUrl ?? '',
    sourceBucket: source.bucket,
    sourcePath: source.key,
    targetBucket: target.bucket,
    targetPath: target.key,
    startTime: startTime.toISOString(),
    endTime: endTime?.toISOString() ?? unset,
    bytesTransferred,
    totalBytes,
    progress,
    errorMessage: errorMessage ?? '',
  };
}
