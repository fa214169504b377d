// Owns what a P2P transfer is to the agent: who pushes what where, how far it is, and the durable memory of it.
import { machines, type Schema } from '@click-kit/contract';

export type P2PStatus = Schema<'P2PTransferStatus'>;
export type P2PEvent = 'accept' | 'start' | 'pause' | 'resume' | 'complete' | 'cancel' | 'fail';

/** One end: an object on a server, and the cloud account that opens it, if it is a stored one. */
export interface P2PEnd {
  readonly serverUrl: string;
  readonly cloudAccountId: string | null;
  /** The cloud type, for the history; null when no account was named. */
  readonly provider: number | null;
  readonly bucket: string;
  readonly key: string;
}

/** Never a secret. */
export interface P2PPlan {
  readonly source: P2PEnd;
  readonly target: P2PEnd;
  readonly overwrite: boolean;
  readonly chunkBytes: number;
  readonly name: string;
  readonly userId: string;
  readonly accountId: string;
  /** `StorageType` of the progress frames. */
  readonly storageType: string;
}

export interface P2PRow {
  readonly id: string;
  readonly status: P2PStatus;
  readonly plan: P2PPlan;
  /** The keys of the source server, sealed, when they came with the request; null for those of a stored account. */
  readonly sourceKeys: string | null;
  readonly bytes: number;
  readonly totalBytes: number;
  readonly checksumVerified: boolean;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly pausedAt: number | null;
  readonly pausedMs: number;
  readonly error: string | null;
  /** The source server was not yet told that the transfer is over. */
  readonly tellCancel: boolean;
}

export type P2PChange = Partial<Omit<P2PRow, 'id' | 'plan' | 'startedAt'>>;

/** Each method is one transaction; the store implements it. */
export interface P2PLedger {
  insert(row: P2PRow): void;
  get(id: string): P2PRow | undefined;
  /** What is not over, and what the source server has still to be told. */
  open(): P2PRow[];
  /** Compare-and-set on the status; `within` runs in the same transaction, with the changed row. */
  change(row: Pick<P2PRow, 'id' | 'status'>, to: P2PChange, within?: (row: P2PRow) => void): P2PRow | undefined;
  /** Drops the oldest of those that are over. */
  prune(keep: number): void;
}

/** A transfer that nobody has ordered yet. */
export const newP2PRow = (id: string, plan: P2PPlan, sourceKeys: string | null, startedAt: number): P2PRow => ({
  id,
  status: 'initiating',
  plan,
  sourceKeys,
  bytes: 0,
  totalBytes: 0,
  checksumVerified: false,
  startedAt,
  endedAt: null,
  pausedAt: null,
  pausedMs: 0,
  error: null,
  tellCancel: false,
});

type Machine = Readonly<Record<P2PStatus, Readonly<Partial<Record<P2PEvent, P2PStatus>>>>>;
const machine: Machine = machines.P2PTransferStatus;

export const nextP2P = (status: P2PStatus, event: P2PEvent): P2PStatus | undefined => machine[status][event];

/** A state that no event leads out of. */
export const isOver = (status: P2PStatus): boolean => Object.keys(machine[status]).length === 0;
