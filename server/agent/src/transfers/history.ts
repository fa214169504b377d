// Owns what the engine tells the transfer history at every end state.
import type { ItemCounts, Proof, TransferRow } from './ledger.ts';
import type { TransferStatus } from './machine.ts';
import { directionOf, isCloud, type EndpointRef } from './plan.ts';

/** The fields of TransferHistoryRecord that the engine knows; names are joined when the record is read. */
export interface HistoryEntry {
  readonly transferId: string;
  readonly userId: string;
  readonly accountId: string;
  readonly origin: number;
  readonly direction: number;
  readonly transferStatus: number;
  readonly startDate: Date;
  readonly endDate: Date;
  readonly sourceCloudAccountId: string | null;
  readonly sourceCloudProvider: number | null;
  readonly sourceBucket: string;
  readonly sourcePath: string;
  readonly destinationCloudAccountId: string | null;
  readonly destinationCloudProvider: number | null;
  readonly destinationBucket: string;
  readonly destinationPath: string;
  readonly totalObjects: number;
  readonly transferredObjects: number;
  readonly failedObjects: number;
  readonly skippedObjects: number;
  readonly totalSize: number;
  readonly transferredSize: number;
  /** Bytes per second over the time that was not spent paused. */
  readonly averageSpeed: number;
  readonly errorMessage: string | null;
  /** The least that was proven of any copy; null when nothing was moved. */
  readonly verification: Proof | null;
  readonly name: string;
}

export interface TransferHistory {
  /** Called inside the transaction of the terminal transition. */
  record(entry: HistoryEntry): void;
}

/** TransferStatus of the history (transferhistory.md). */
const historyStatus: Readonly<Partial<Record<TransferStatus, number>>> = { completed: 4, cancelled: 8, failed: 16 };

const sideOf = (ref: EndpointRef) =>
  isCloud(ref)
    ? { cloudAccountId: ref.cloudAccountId, provider: ref.provider, bucket: ref.bucket, path: ref.key }
    : { cloudAccountId: null, provider: null, bucket: '', path: ref.path };

/** `row` is the transfer as it stands after the terminal transition. */
export function historyEntry(row: TransferRow, counts: ItemCounts, proof: Proof | undefined): HistoryEntry {
  const { plan } = row;
  const [source, destination] = [sideOf(plan.source), sideOf(plan.target)];
  const endedAt = row.endedAt ?? row.startedAt;
  const seconds = Math.max(1, endedAt - row.startedAt - row.pausedMs) / 1000;
  return {
    transferId: row.id,
    userId: plan.userId,
    accountId: plan.accountId,
    origin: plan.origin,
    direction: directionOf(plan) === 'upload' ? 1 : 2,
    transferStatus: historyStatus[row.status] ?? 0,
    startDate: new Date(row.startedAt),
    endDate: new Date(endedAt),
    sourceCloudAccountId: source.cloudAccountId,
    sourceCloudProvider: source.provider,
    sourceBucket: source.bucket,
    sourcePath: source.path,
    destinationCloudAccountId: destination.cloudAccountId,
    destinationCloudProvider: destination.provider,
    destinationBucket: destination.bucket,
    destinationPath: destination.path,
    totalObjects: counts.total,
    transferredObjects: counts.done,
    failedObjects: counts.failed,
    skippedObjects: counts.skipped,
    totalSize: row.totalBytes,
    transferredSize: row.bytes,
    averageSpeed: row.bytes / seconds,
    errorMessage: row.error,
    verification: proof ?? null,
    name: plan.name,
  };
}
