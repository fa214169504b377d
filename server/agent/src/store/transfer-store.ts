// Owns the transfer ledger in SQLite: each method is one transaction, each write of a run checks that it is still the owner.
import type {
  Counters,
  ItemCounts,
  ItemRow,
  Leftover,
  Ledger,
  NewItem,
  Owner,
  StatusChange,
  TransferFilter,
  TransferRow,
} from '../transfers/ledger.ts';
import type { Database } from './database.ts';
import { itemOf, recordOf, rowOf, transferColumns, type ItemRecord, type TransferRecord } from './transfer-rows.ts';

const ownedBy = `EXISTS (SELECT 1 FROM transfers WHERE id = @id AND generation = @generation AND status = 'running')`;

/** What nobody will go on with: items of finished transfers, and failed items of any. */
const leftovers = `SELECT i.*, t.plan FROM transfer_items i JOIN transfers t ON t.id = i.transfer_id
  WHERE i.cleanup = 1 AND (i.state = 'failed' OR t.status IN ('completed', 'cancelled', 'failed'))`;

export class TransferStore implements Ledger {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  insert(row: TransferRow, items: readonly NewItem[]): void {
    const columns = transferColumns.join(', ');
    const values = transferColumns.map((name) => `@${name}`).join(', ');
    this.#database.transaction(() => {
      this.#database.prepare(`INSERT INTO transfers (${columns}) VALUES (${values})`).run(recordOf(row));
      this.#append(row.id, items);
    })();
  }

  get(id: string): TransferRow | undefined {
    const record = this.#database.prepare<[string], TransferRecord>('SELECT * FROM transfers WHERE id = ?').get(id);
    return record === undefined ? undefined : rowOf(record);
  }

  list({ kind, accountId }: TransferFilter): TransferRow[] {
    const sql =
      'SELECT * FROM transfers WHERE (@kind IS NULL OR kind = @kind) AND (@accountId IS NULL OR account_id = @accountId) ORDER BY rowid';
    return this.#database
      .prepare<object, TransferRecord>(sql)
      .all({ kind: kind ?? null, accountId: accountId ?? null })
      .map(rowOf);
  }

  unfinished(): TransferRow[] {
    const sql = `SELECT * FROM transfers WHERE status IN ('initiating', 'pending', 'running') ORDER BY rowid`;
    return this.#database.prepare<[], TransferRecord>(sql).all().map(rowOf);
  }

  change(row: Pick<TransferRow, 'id' | 'status' | 'generation'>, to: StatusChange, within?: (row: TransferRow) => void): boolean {
    const columns = {
      status: to.status,
      generation: to.generation,
      started_at: to.startedAt,
      ended_at: to.endedAt,
      paused_at: to.pausedAt,
      paused_ms: to.pausedMs,
      error: to.error,
    };
    const given = Object.entries(columns).filter(([, value]) => value !== undefined);
    const sets = given.map(([name]) => `${name} = @new_${name}`).join(', ');
    const values = Object.fromEntries(given.map(([name, value]) => [`new_${name}`, value]));
    const sql = `UPDATE transfers SET ${sets} WHERE id = @id AND status = @status AND generation = @generation RETURNING *`;
    return this.#database.transaction(() => {
      const { id, status, generation } = row;
      const after = this.#database.prepare<object, TransferRecord>(sql).get({ ...values, id, status, generation });
      if (after !== undefined) within?.(rowOf(after));
      return after !== undefined;
    })();
  }

  restartListing(owner: Owner): boolean {
    return this.#asOwner(owner, () => {
      this.#database.prepare('DELETE FROM transfer_items WHERE transfer_id = ?').run(owner.id);
      this.#database.prepare('UPDATE transfers SET total_bytes = 0, bytes = 0 WHERE id = ?').run(owner.id);
    });
  }

  addItems(owner: Owner, items: readonly NewItem[]): boolean {
    return this.#asOwner(owner, () => this.#append(owner.id, items));
  }

  finishListing(owner: Owner): boolean {
    return this.#asOwner(owner, () => this.#database.prepare('UPDATE transfers SET listed = 1 WHERE id = ?').run(owner.id));
  }

  openItem(id: string): ItemRow | undefined {
    const sql = `SELECT * FROM transfer_items WHERE transfer_id = ? AND state IN ('waiting', 'moving') ORDER BY n LIMIT 1`;
    const record = this.#database.prepare<[string], ItemRecord>(sql).get(id);
    return record === undefined ? undefined : itemOf(record);
  }

  beginItem(owner: Owner, n: number, frozen: Pick<ItemRow, 'size' | 'identity' | 'chunkSize'>): boolean {
    return this.#asOwner(owner, () => {
      const at = { id: owner.id, n, ...frozen };
      const sizeOf = '(SELECT size FROM transfer_items WHERE transfer_id = @id AND n = @n)';
      this.#database.prepare(`UPDATE transfers SET total_bytes = total_bytes - ${sizeOf} + @size WHERE id = @id`).run(at);
      const sets = `state = 'moving', cleanup = 1, size = @size, identity = @identity, chunk_size = @chunkSize`;
      this.#database.prepare(`UPDATE transfer_items SET ${sets} WHERE transfer_id = @id AND n = @n`).run(at);
    });
  }

  checkpoint(owner: Owner, n: number, progress: Pick<ItemRow, 'bytes' | 'session'>): Counters | undefined {
    let counters: Counters | undefined;
    this.#asOwner(owner, () => {
      const at = { id: owner.id, n, ...progress };
      this.#addBytes(owner.id, n, progress.bytes);
      this.#database.prepare('UPDATE transfer_items SET bytes = @bytes, session = @session WHERE transfer_id = @id AND n = @n').run(at);
      counters = this.#database
        .prepare<[string], Counters>('SELECT bytes, total_bytes AS totalBytes FROM transfers WHERE id = ?')
        .get(owner.id);
    });
    return counters;
  }

  endItem(owner: Owner, n: number, end: { state: 'done' } | { state: 'failed'; error: string }): boolean {
    return this.#asOwner(owner, () => {
      if (end.state === 'failed') this.#addBytes(owner.id, n, 0);
      const sets = end.state === 'done' ? `state = 'done', cleanup = 0, session = ''` : `state = 'failed', bytes = 0, error = @error`;
      const error = end.state === 'failed' ? end.error : null;
      this.#database.prepare(`UPDATE transfer_items SET ${sets} WHERE transfer_id = @id AND n = @n`).run({ id: owner.id, n, error });
    });
  }

  counts(id: string): ItemCounts {
    const sql = `SELECT count(*) AS total, count(*) FILTER (WHERE state = 'done') AS done, count(*) FILTER (WHERE state = 'failed') AS failed
      FROM transfer_items WHERE transfer_id = ?`;
    return this.#database.prepare<[string], ItemCounts>(sql).get(id) ?? { total: 0, done: 0, failed: 0 };
  }

  firstError(id: string): string | undefined {
    const sql = `SELECT error FROM transfer_items WHERE transfer_id = ? AND state = 'failed' ORDER BY n LIMIT 1`;
    return this.#database.prepare<[string], { error: string }>(sql).get(id)?.error;
  }

  leftovers(id?: string): Leftover[] {
    const sql = id === undefined ? leftovers : `${leftovers} AND i.transfer_id = @id`;
    const records = this.#database.prepare<object, ItemRecord & { plan: string }>(sql).all(id === undefined ? {} : { id });
    return records.map((record) => ({ transferId: record.transfer_id, plan: JSON.parse(record.plan), item: itemOf(record) }));
  }

  clearLeftover(id: string, n: number): void {
    this.#database.prepare(`UPDATE transfer_items SET cleanup = 0, session = '' WHERE transfer_id = ? AND n = ?`).run(id, n);
  }

  keepLeftover(id: string, n: number, session: string): void {
    const sql = `UPDATE transfer_items SET cleanup = 1, session = @session WHERE transfer_id = @id AND n = @n AND session = ''`;
    this.#database.prepare(sql).run({ id, n, session });
  }

  prune(keep: number): void {
    const finished = `status IN ('completed', 'cancelled', 'failed')`;
    const sql = `DELETE FROM transfers WHERE ${finished}
      AND rowid NOT IN (SELECT rowid FROM transfers WHERE ${finished} ORDER BY ended_at DESC, rowid DESC LIMIT ?)
      AND NOT EXISTS (SELECT 1 FROM transfer_items WHERE transfer_id = transfers.id AND cleanup = 1)`;
    this.#database.prepare(sql).run(keep);
  }

  #asOwner(owner: Owner, action: () => void): boolean {
    return this.#database.transaction(() => {
      const owned = this.#database.prepare<Owner, { owned: number }>(`SELECT ${ownedBy} AS owned`).get(owner)?.owned === 1;
      if (owned) action();
      return owned;
    })();
  }

  #addBytes(id: string, n: number, bytes: number): void {
    const before = '(SELECT bytes FROM transfer_items WHERE transfer_id = @id AND n = @n)';
    this.#database.prepare(`UPDATE transfers SET bytes = bytes - ${before} + @bytes WHERE id = @id`).run({ id, n, bytes });
  }

  #append(id: string, items: readonly NewItem[]): void {
    const next = '(SELECT coalesce(max(n) + 1, 0) FROM transfer_items WHERE transfer_id = @id)';
    const insert = this.#database.prepare(
      `INSERT INTO transfer_items (transfer_id, n, key, state, size) VALUES (@id, ${next}, @key, 'waiting', @size)`,
    );
    const grow = this.#database.prepare('UPDATE transfers SET total_bytes = total_bytes + ? WHERE id = ?');
    for (const { key, size } of items) insert.run({ id, key, size });
    grow.run(
      items.reduce((sum, { size }) => sum + size, 0),
      id,
    );
  }
}
