// Owns the P2P transfers of the Cloud controller (cloud.md, P2P Client Transfers).
import { CloudType, type FilledSchema, type Schema } from '@click-kit/contract';
import type { CloudAccountReference, CloudAccounts } from '../../account/cloud-accounts.ts';
import type { Caller } from '../../account/sessions.ts';
import type { Handlers } from '../../http/handler.ts';
import { Problem } from '../../http/problem.ts';
import type { ProviderAccount } from '../../providers/provider.ts';
import type { P2PRequest } from '../../transfers/p2p/orders.ts';
import type { P2PRefusal, P2PTransfers } from '../../transfers/p2p/p2p-transfers.ts';
import type { P2PEnd, P2PRow } from '../../transfers/p2p/transfer.ts';
import { checkServer, httpUrl } from './server-address.ts';
import { started } from './transfer-start.ts';

export interface P2PTransferDependencies {
  readonly cloudAccounts: CloudAccounts;
  readonly p2pTransfers: P2PTransfers;
  /** True for the providers that are servers of the Fastr kind (LocalHttp and FastrServer). */
  readonly trackable: (cloudType: number) => boolean;
}

type Initiate = FilledSchema<'P2PTransferInitiateRequest'>;
type P2POperation =
  | 'initiateP2PTransfer'
  | 'getP2PTransferStatus'
  | 'cancelP2PTransfer'
  | 'pauseP2PTransfer'
  | 'resumeP2PTransfer'
  | 'getAllP2PTransfers';

const MiB = 1024 * 1024;
/** .NET's unset date, which the page shows for a transfer that has not ended. */
const unset = '0001-01-01T00:00:00';

export function p2pTransferOperations(dependencies: P2PTransferDependencies): Pick<Handlers, P2POperation> {
  const { p2pTransfers } = dependencies;
  const find = (caller: Caller, transferId: string): P2PRow => {
    const row = p2pTransfers.get(transferId);
    if (row?.plan.accountId === caller.accountId) return row;
    throw new Problem(499, 'NOT_FOUND', 'There is no P2P transfer with this id.');
  };
  return {
    async initiateP2PTransfer({ body, caller }) {
      const result = await p2pTransfers.initiate(requestOf(dependencies, caller, body));
      if ('refused' in result && result.refused === 'cancelled')
        throw new Problem(499, 'TRANSFER', 'The transfer was cancelled before the source server had taken the push.');
      const { transferId } = started(result);
      return { status: 200, body: { transferId, message: 'P2P transfer initiated successfully' } };
    },

    async getP2PTransferStatus({ path, caller }) {
      const { row, trouble } = await p2pTransfers.status(find(caller, path.transferId));
      return { status: 200, body: { ...statusOf(row), errorMessage: row.error ?? trouble } };
    },

    async cancelP2PTransfer({ path, caller }) {
      const outcome = await p2pTransfers.cancel(find(caller, path.transferId));
      if (!('row' in outcome)) throw refused(outcome, 499, 'cancelled');
      return { status: 200, body: { success: true, message: 'Transfer cancelled successfully', serverCancelled: outcome.serverCancelled } };
    },

    async pauseP2PTransfer({ path, caller }) {
      const outcome = await p2pTransfers.pause(find(caller, path.transferId));
      if (!('row' in outcome)) throw refused(outcome, 400, 'paused');
      const serverStatus = outcome.server.status;
      return { status: 200, body: { success: true, message: 'Transfer paused successfully', serverPaused: true, serverStatus } };
    },

    async resumeP2PTransfer({ path, caller }) {
      const outcome = await p2pTransfers.resume(find(caller, path.transferId));
      if (!('row' in outcome)) throw refused(outcome, 400, 'resumed');
      const serverStatus = outcome.server.status;
      return { status: 200, body: { success: true, message: 'Transfer resumed successfully', serverResumed: true, serverStatus } };
    },

    getAllP2PTransfers: ({ caller }) => ({ status: 200, body: p2pTransfers.list(caller.accountId).map(summaryOf) }),
  };
}

function refused(refusal: P2PRefusal, status: 400 | 499, command: string): Problem {
  if ('illegal' in refusal) return new Problem(status, 'TRANSFER', `The transfer is ${refusal.illegal}; it cannot be ${command}.`);
  return new Problem(status, 'TRANSFER', `That the transfer is ${command} could not be confirmed: ${refusal.unconfirmed}`);
}

function requestOf(dependencies: P2PTransferDependencies, caller: Caller, body: Initiate): P2PRequest {
  const { source, address } = sourceOf(dependencies, caller, body);
  const { target, keys, turnCredential } = targetOf(dependencies, caller, body);
  const plan = {
    source,
    target,
    overwrite: body.overwrite,
    chunkBytes: body.chunkSizeMB * MiB,
    name: source.key.split('/').at(-1) ?? source.key,
    userId: caller.userId,
    accountId: caller.accountId,
    storageType: Object.entries(CloudType).find(([, value]) => value === target.provider)?.[0] ?? 'FastrServer',
  };
  return { plan, sourceAddress: address, targetKeys: keys, turnCredential };
}

function sourceOf({ cloudAccounts, trackable }: P2PTransferDependencies, caller: Caller, body: Initiate) {
  const { id, account } = cloudAccounts.resolve(caller, body.sourceAccount);
  checkKind(account, 'sourceAccount', trackable);
  if (account.buckets !== undefined && !account.buckets.includes(body.sourceBucket))
    throw new Problem(499, 'NOT_FOUND', 'The source account has no such bucket.');
  const source = {
    serverUrl: httpUrl(account.serviceUrl, 'sourceAccount.serviceUrl').href,
    cloudAccountId: id,
    provider: account.cloudType,
    bucket: body.sourceBucket,
    key: keyOf(body.sourcePath, 'sourcePath'),
  };
  return { source, address: id !== null && !bringsKeys(body.sourceAccount) ? undefined : account };
}

/** Without an account the target is met without credentials: the keys of the source are none of its business. */
function targetOf({ cloudAccounts, trackable }: P2PTransferDependencies, caller: Caller, body: Initiate) {
  const serverUrl = httpUrl(body.targetServerUrl, 'targetServerUrl');
  if (serverUrl.search !== '' || serverUrl.hash !== '')
    throw new Problem(499, 'DEFAULT', 'The request is not valid: body.targetServerUrl must not have a query or a fragment.');
  const target: P2PEnd = {
    serverUrl: serverUrl.href,
    cloudAccountId: null,
    provider: null,
    bucket: body.targetBucket,
    key: keyOf(body.targetPath, 'targetPath'),
  };
  if (body.targetAccount === undefined) return { target, keys: { accessKey: '', secretKey: '' }, turnCredential: null };
  const { id, account } = cloudAccounts.resolve(caller, body.targetAccount);
  checkKind(account, 'targetAccount', trackable);
  checkServer(account, serverUrl, 'targetServerUrl is not the server of the cloud account targetAccount.');
  if (account.buckets !== undefined)
    throw new Problem(499, 'SECURITY', 'The keys of managed storage are not given to other servers; name another target account.');
  if (id !== null && !bringsKeys(body.targetAccount)) cloudAccounts.checkHandOver(caller, id);
  const { accessKey, secretKey, cloudType: provider } = account;
  return { target: { ...target, cloudAccountId: id, provider }, keys: { accessKey, secretKey }, turnCredential: id };
}

const bringsKeys = ({ accessKey, secretKey }: CloudAccountReference): boolean => Boolean(accessKey?.trim()) && Boolean(secretKey?.trim());

function checkKind(account: ProviderAccount, field: string, trackable: (cloudType: number) => boolean): void {
  if (trackable(account.cloudType) && account.serviceUrl !== '') return;
  throw new Problem(
    499,
    'DEFAULT',
    `The request is not valid: body.${field} has to be a LocalHttp or FastrServer account with a serviceUrl.`,
  );
}

function keyOf(path: string, field: string): string {
  const key = path.replace(/^\/+/, '');
  if (key === '') throw new Problem(499, 'DEFAULT', `The request is not valid: body.${field} has to name an object.`);
  return key;
}

const percent = ({ status, bytes, totalBytes }: P2PRow): number => {
  if (status === 'completed') return 100;
  return totalBytes === 0 ? 0 : Math.min(100, Math.floor((bytes / totalBytes) * 100));
};
const dateOf = (ms: number): string => new Date(ms).toISOString();

function statusOf(row: P2PRow): Schema<'P2PTransferStatusResponse'> {
  const { source, target } = row.plan;
  return {
    transferId: row.id,
    status: row.status,
    totalBytes: row.totalBytes,
    transferredBytes: row.bytes,
    progressPercentage: percent(row),
    startTime: dateOf(row.startedAt),
    endTime: row.endedAt === null ? null : dateOf(row.endedAt),
    errorMessage: row.error,
    sourceBucket: source.bucket,
    sourcePath: source.key,
    targetServerUrl: target.serverUrl,
    targetBucket: target.bucket,
    targetPath: target.key,
    checksumVerified: row.checksumVerified,
  };
}

/** The documented list has the elements of server transfers, whose states lack two of these. */
function summaryOf(row: P2PRow): Schema<'FastrServerTransferStatus'> {
  const { source, target } = row.plan;
  return {
    transferId: row.id,
    status: row.status === 'initiating' || row.status === 'paused' ? 'pending' : row.status,
    sourceServerUrl: source.serverUrl,
    targetServerUrl: target.serverUrl,
    sourceBucket: source.bucket,
    sourcePath: source.key,
    targetBucket: target.bucket,
    targetPath: target.key,
    startTime: dateOf(row.startedAt),
    endTime: row.endedAt === null ? unset : dateOf(row.endedAt),
    bytesTransferred: row.bytes,
    totalBytes: row.totalBytes,
    progress: percent(row),
    errorMessage: row.error ?? '',
  };
}
