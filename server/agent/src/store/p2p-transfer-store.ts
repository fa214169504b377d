// Owns the rows of P2P transfers; nothing in them is secret but the sealed keys.
import type { P2PChange, P2PLedger, P2PPlan, P2PRow, P2PStatus } from '../transfers/p2p/transfer.ts';
import type { Database } from './database.ts';

interface P2PRecord {
  readonly id: string;
  readonly account_id: string;
  readonly status: P2PStatus;
  readonly plan: string;
  readonly source_keys: string | null;
  readonly bytes: number;
  readonly total_bytes: number;
  readonly checksum_verified: number;
  readonly started_at: number;
  readonly ended_at: number | null;
  readonly paused_at: number | null;
  readonly paused_ms: number;
  readonly error: string | null;
  readonly tell_cancel: number;
}

const columns: Readonly<Record<keyof P2PChange, keyof P2PRecord>> = {
  status: 'status',
  sourceKeys: 'source_keys',
  bytes: 'bytes',
  totalBytes: 'total_bytes',
  checksumVerified: 'checksum_verified',
  endedAt: 'ended_at',
  pausedAt: 'paused_at',
  pausedMs: 'paused_ms',
  error: 'error',
  tellCancel: 'tell_cancel',
};

const isOpen = `(tell_cancel = 1 OR status IN ('initiating', 'pending', 'running', 'paused'))`;

export class P2PTransferStore implements P2PLedger {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  insert(row: P2PRow): void {
    const record = recordOf(row);
    const names = Object.keys(record);
    const values = names.map((name) => `@${name}`).join(', ');
    this.#database.prepare(`INSERT INTO p2p_transfers (${names.join(', ')}) VALUES (${values})`).run(record);
  }

  get(id: string): P2PRow | undefined {
    const record = this.#database.prepare<[string], P2PRecord>('SELECT * FROM p2p_transfers WHERE id = ?').get(id);
    return record && rowOf(record);
  }

  open(): P2PRow[] {
    return this.#database.prepare<[], P2PRecord>(`SELECT * FROM p2p_transfers WHERE ${isOpen} ORDER BY rowid`).all().map(rowOf);
  }

  change({ id, status }: Pick<P2PRow, 'id' | 'status'>, to: P2PChange, within?: (row: P2PRow) => void): P2PRow | undefined {
    const given = (Object.keys(to) as (keyof P2PChange)[]).filter((field) => to[field] !== undefined);
    const sets = given.map((field) => `${columns[field]} = @new_${columns[field]}`).join(', ');
    const values = Object.fromEntries(given.map((field) => [`new_${columns[field]}`, sqlValue(to[field])]));
    const sql = `UPDATE p2p_transfers SET ${sets} WHERE id = @id AND status = @status RETURNING *`;
    return this.#database.transaction(() => {
      const record = this.#database.prepare<object, P2PRecord>(sql).get({ ...values, id, status });
      const row = record && rowOf(record);
      if (row !== undefined) within?.(row);
      return row;
    })();
  }

  prune(keep: number): void {
    const sql = `DELETE FROM p2p_transfers WHERE NOT ${isOpen} AND rowid NOT IN
      (SELECT rowid FROM p2p_transfers WHERE ended_at IS NOT NULL ORDER BY ended_at DESC, rowid DESC LIMIT ?)`;
    this.#database.prepare<[number]>(sql).run(keep);
  }
}

const sqlValue = (value: P2PChange[keyof P2PChange]): string | number | null =>
  typeof value === 'boolean' ? Number(value) : (value ?? null);

const rowOf = (record: P2PRecord): P2PRow => ({
  id: record.id,
  status: record.status,
  plan: JSON.parse(record.plan) as P2PPlan,
  sourceKeys: record.source_keys,
  bytes: record.bytes,
  totalBytes: record.total_bytes,
  checksumVerified: record.checksum_verified === 1,
  startedAt: record.started_at,
  endedAt: record.ended_at,
  pausedAt: record.paused_at,
  pausedMs: record.paused_ms,
  error: record.error,
  tellCancel: record.tell_cancel === 1,
});

const recordOf = (row: P2PRow): P2PRecord => ({
  id: row.id,
  account_id: row.plan.accountId,
  status: row.status,
  plan: JSON.stringify(row.plan),
  source_keys: row.sourceKeys,
  bytes: row.bytes,
  total_bytes: row.totalBytes,
  checksum_verified: Number(row.checksumVerified),
  started_at: row.startedAt,
  ended_at: row.endedAt,
  paused_at: row.pausedAt,
  paused_ms: row.pausedMs,
  error: row.error,
  tell_cancel: Number(row.tellCancel),
});
