// Owns what Get All Transfers shows of one transfer: the fields of the Web API's record (web/transfer.md).
import { type Schema, TransferStatus, TransferType } from '@click-kit/contract';
import type { CloudTransferRow } from '../../store/cloud-transfer-list.ts';
import { type CloudStatus, memberNameOf } from '../../transfers/machine.ts';
import type { CloudRef } from '../../transfers/plan.ts';
import { sizeString } from '../transfer-history.ts';

type Account = Schema<'CloudAccount'> | null;

/** `accountOf` answers null for what the caller does not see. */
export function recordOf(row: CloudTransferRow, accountOf: (id: string) => Account, now: number): Schema<'Transfer'> {
  const [source, target] = [row.plan.source as CloudRef, row.plan.target as CloudRef];
  const [from, to] = [accountOf(source.cloudAccountId ?? ''), accountOf(target.cloudAccountId ?? '')];
  return {
    id: row.id,
    type: TransferType.Transfer,
    sourceCloudAccountId: source.cloudAccountId ?? '',
    sourceBucket: source.bucket,
    sourcePath: source.key,
    sourceRegion: from?.region ?? null,
    destinationCloudAccountId: target.cloudAccountId ?? '',
    destinationBucket: target.bucket,
    destinationPath: target.key,
    destinationRegion: to?.region ?? null,
    transferStatus: TransferStatus[memberNameOf(row.status as CloudStatus)],
    ...amountsOf(row, now),
    ...datesOf(row),
    sourceCloudAccount: from,
    destinationCloudAccount: to,
  };
}

const amountsOf = (row: CloudTransferRow, now: number) => ({
  total: row.total,
  transferred: row.done,
  failed: row.failed,
  skipped: row.skipped,
  deleted: 0,
  totalSize: row.totalBytes,
  transferredSize: row.bytes,
  totalSizeString: sizeString(row.totalBytes),
  transferredSizeString: sizeString(row.bytes),
  percent: percentOf(row),
  averageSpeed: row.bytes / (Math.max(1, (row.endedAt ?? now) - row.startedAt - row.pausedMs) / 1000),
  transferredCost: 0,
});

function percentOf({ status, bytes, totalBytes }: CloudTransferRow): number {
  if (status === 'completed') return 100;
  return totalBytes === 0 ? 0 : Math.min(100, Math.floor((bytes / totalBytes) * 10_000) / 100);
}

const datesOf = ({ plan, status, startedAt, endedAt }: CloudTransferRow) => ({
  requestDate: new Date(plan.requestedAt ?? startedAt).toISOString(),
  startDate: status === 'pending' ? null : new Date(startedAt).toISOString(),
  endDate: endedAt === null ? null : new Date(endedAt).toISOString(),
});
