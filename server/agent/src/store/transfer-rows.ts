// Owns the shape of the ledger's records and their translation into rows of the engine.
import type { ItemRow, ItemState, Proof, TransferRow } from '../transfers/ledger.ts';
import type { TransferKind, TransferStatus } from '../transfers/machine.ts';
import type { TransferPlan } from '../transfers/plan.ts';

export interface TransferRecord {
  readonly id: string;
  readonly kind: TransferKind;
  readonly account_id: string;
  readonly status: TransferStatus;
  readonly generation: number;
  readonly plan: string;
  readonly listed: number;
  readonly total_bytes: number;
  readonly bytes: number;
  readonly started_at: number;
  readonly ended_at: number | null;
  readonly paused_at: number | null;
  readonly paused_ms: number;
  readonly error: string | null;
}

export const transferColumns: readonly (keyof TransferRecord)[] = [
  'id',
  'kind',
  'account_id',
  'status',
  'generation',
  'plan',
  'listed',
  'total_bytes',
  'bytes',
  'started_at',
  'ended_at',
  'paused_at',
  'paused_ms',
  'error',
];

/** Sessions at targets may be addresses that let whoever has them write: they are kept sealed. */
export interface SessionSeal {
  readonly seal: (session: string, place: string) => string;
  readonly open: (sealed: string, place: string) => string;
}

export const unsealed: SessionSeal = { seal: (session) => session, open: (sealed) => sealed };

export const sessionPlace = (id: string, n: number): string => `transfer_items/${id}/${n}/session`;

export interface ChunkRecord {
  readonly at: number;
  readonly length: number;
  readonly crc32: number;
  readonly proof: string;
}

export interface ItemRecord {
  readonly transfer_id: string;
  readonly n: number;
  readonly key: string;
  readonly state: ItemState;
  readonly size: number;
  readonly bytes: number;
  readonly chunk_size: number;
  readonly identity: string;
  readonly session: string;
  readonly target_key: string | null;
  readonly if_absent: number;
  readonly published: Proof | '';
  readonly published_as: string;
}

export const rowOf = (record: TransferRecord): TransferRow => ({
  id: record.id,
  kind: record.kind,
  status: record.status,
  generation: record.generation,
  plan: JSON.parse(record.plan) as TransferPlan,
  listed: record.listed === 1,
  totalBytes: record.total_bytes,
  bytes: record.bytes,
  startedAt: record.started_at,
  endedAt: record.ended_at,
  pausedAt: record.paused_at,
  pausedMs: record.paused_ms,
  error: record.error,
});

export const itemOf = (record: ItemRecord, { open }: SessionSeal): ItemRow => ({
  n: record.n,
  key: record.key,
  state: record.state,
  size: record.size,
  bytes: record.bytes,
  chunkSize: record.chunk_size,
  identity: record.identity,
  session: record.session === '' ? '' : open(record.session, sessionPlace(record.transfer_id, record.n)),
  targetKey: record.target_key,
  ifAbsent: record.if_absent === 1,
  published: record.published === '' ? null : { proof: record.published, identity: record.published_as },
});

export const recordOf = (row: TransferRow): TransferRecord => ({
  id: row.id,
  kind: row.kind,
  account_id: row.plan.accountId,
  status: row.status,
  generation: row.generation,
  plan: JSON.stringify(row.plan),
  listed: Number(row.listed),
  total_bytes: row.totalBytes,
  bytes: row.bytes,
  started_at: row.startedAt,
  ended_at: row.endedAt,
  paused_at: row.pausedAt,
  paused_ms: row.pausedMs,
  error: row.error,
});
