// Owns what the engine shows of a transfer.
import type { TransferRow } from './ledger.ts';
import { isTerminal, type TransferKind, type TransferStatus } from './machine.ts';
import type { TransferPlan } from './plan.ts';

export interface TransferView {
  readonly transferId: string;
  readonly kind: TransferKind;
  readonly status: TransferStatus;
  readonly plan: TransferPlan;
  readonly bytesTransferred: number;
  readonly totalBytes: number;
  /** Whole percent. */
  readonly progress: number;
  readonly startTime: Date;
  readonly endTime: Date | null;
  readonly errorMessage: string | null;
  readonly pausedDurationMs: number;
}

export function viewOf(row: TransferRow, now: number): TransferView {
  return {
    transferId: row.id,
    kind: row.kind,
    status: row.status,
    plan: row.plan,
    bytesTransferred: row.bytes,
    totalBytes: row.totalBytes,
    progress: percent(row),
    startTime: new Date(row.startedAt),
    endTime: row.endedAt === null || !isTerminal(row.status) ? null : new Date(row.endedAt),
    errorMessage: row.error,
    pausedDurationMs: row.pausedMs + (row.pausedAt === null ? 0 : now - row.pausedAt),
  };
}

function percent(row: TransferRow): number {
  if (row.status === 'completed') return 100;
  return row.totalBytes === 0 ? 0 : Math.min(100, Math.floor((row.bytes / row.totalBytes) * 100));
}
