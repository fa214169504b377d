// Owns what others hear of P2P transfers: progress events in the shape of all transfers, and the entry of the history.
import { TransferHistoryOrigin } from '@click-kit/contract';
import type { HistoryEntry } from '../history.ts';
import type { ProgressStatus, TransferEvents } from '../progress.ts';
import type { P2PRow, P2PStatus } from './transfer.ts';

const announced: Readonly<Record<P2PStatus, ProgressStatus>> = {
  initiating: 'InProgress',
  pending: 'InProgress',
  running: 'InProgress',
  paused: 'Paused',
  completed: 'Completed',
  failed: 'Failed',
  cancelled: 'Canceled',
};
/** TransferStatus of the history (transferhistory.md). */
const historyStatus: Readonly<Partial<Record<P2PStatus, number>>> = { completed: 4, cancelled: 8, failed: 16 };
/** At most ten progress events a second for each transfer, as for all others. */
const intervalMs = 100;
/** Weight of the newest sample in the speed that is shown. */
const smoothing = 0.3;

interface Pace {
  at: number;
  bytes: number;
  speed: number;
  status: P2PStatus;
}

const durationOf = (row: P2PRow, now: number): number => Math.max(0, (row.endedAt ?? row.pausedAt ?? now) - row.startedAt - row.pausedMs);

export class Announcements {
  readonly #events: TransferEvents;
  readonly #now: () => number;
  readonly #paces = new Map<string, Pace>();

  constructor(events: TransferEvents, now: () => number) {
    this.#events = events;
    this.#now = now;
  }

  /** A change of the state is always told, mere progress now and then, and nothing twice. */
  tell(row: P2PRow): void {
    const now = this.#now();
    const last = this.#paces.get(row.id);
    const changed = last === undefined || announced[last.status] !== announced[row.status];
    if (!changed && (last.bytes === row.bytes || now - last.at < intervalMs)) return;
    const speed = last === undefined ? 0 : this.#speedOf(last, row.bytes, now);
    const over = announced[row.status] !== 'InProgress';
    if (over) this.#paces.delete(row.id);
    if (!over || row.status === 'paused') this.#paces.set(row.id, { at: now, bytes: row.bytes, speed, status: row.status });
    this.#emit(row, over ? (row.bytes / Math.max(1, durationOf(row, now))) * 1000 : speed, now);
  }

  #speedOf(last: Pace, bytes: number, now: number): number {
    const recent = (Math.max(0, bytes - last.bytes) / Math.max(1, now - last.at)) * 1000;
    return last.speed === 0 ? recent : last.speed + smoothing * (recent - last.speed);
  }

  #emit(row: P2PRow, speed: number, now: number): void {
    const { plan } = row;
    this.#events.emit({
      transferId: row.id,
      mode: 'Upload',
      status: announced[row.status],
      path: plan.source.key,
      bytes: row.bytes,
      size: row.totalBytes,
      error: row.error,
      name: plan.name,
      storageName: plan.target.bucket,
      storageType: plan.storageType,
      speed: Math.round(speed),
      durationMs: durationOf(row, now),
      startTime: new Date(row.startedAt),
      progressTime: new Date(now),
    });
  }
}

/** `row` is the transfer as it stands after the transition that ended it. */
export function p2pHistoryEntry(row: P2PRow): HistoryEntry {
  const { plan, status } = row;
  const endedAt = row.endedAt ?? row.startedAt;
  return {
    transferId: row.id,
    userId: plan.userId,
    accountId: plan.accountId,
    origin: TransferHistoryOrigin.FastrServerToServer,
    direction: 1,
    transferStatus: historyStatus[status] ?? 0,
    startDate: new Date(row.startedAt),
    endDate: new Date(endedAt),
    sourceCloudAccountId: plan.source.cloudAccountId,
    sourceCloudProvider: plan.source.provider,
    sourceBucket: plan.source.bucket,
    sourcePath: plan.source.key,
    destinationCloudAccountId: plan.target.cloudAccountId,
    destinationCloudProvider: plan.target.provider,
    destinationBucket: plan.target.bucket,
    destinationPath: plan.target.key,
    totalObjects: 1,
    transferredObjects: status === 'completed' ? 1 : 0,
    failedObjects: status === 'failed' ? 1 : 0,
    skippedObjects: 0,
    totalSize: row.totalBytes,
    transferredSize: row.bytes,
    averageSpeed: row.bytes / (Math.max(1, durationOf(row, endedAt)) / 1000),
    errorMessage: row.error,
    verification: status !== 'completed' ? null : row.checksumVerified ? 'sha256' : 'size',
    name: plan.name,
  };
}
