// Owns the transfer ledger in SQLite: each method is one transaction, each write of a run checks that it is still the owner.
import type { ChunkAck } from '../providers/provider.ts';
import type {
  Checkpoint,
  Counters,
  Decided,
  ItemCounts,
  ItemEnd,
  ItemRow,
  Leftover,
  Ledger,
  NewItem,
  Owner,
  Proof,
  PublishedCopy,
  StatusChange,
  TransferFilter,
  TransferRow,
} from '../transfers/ledger.ts';
import type { Database, Statement } from './database.ts';
import { appendItems, type Prepare } from './transfer-item-rows.ts';
import {
  type ChunkRecord,
  itemOf,
  type ItemRecord,
  recordOf,
  rowOf,
  type SessionSeal,
  sessionPlace,
  transferColumns,
  type TransferRecord,
  unsealed,
} from './transfer-rows.ts';

const ownedBy = `EXISTS (SELECT 1 FROM transfers WHERE id = @id AND generation = @generation AND status = 'running')`;

/** What nobody will go on with: items of finished transfers, and failed items of any. */
const leftovers = `SELECT i.*, t.plan, t.started_at FROM transfer_items i JOIN transfers t ON t.id = i.transfer_id
  WHERE i.cleanup = 1 AND (i.state = 'failed' OR t.status IN ('completed', 'cancelled', 'failed'))`;

export class TransferStore implements Ledger {
  readonly #database: Database;
  readonly #seal: SessionSeal;
  readonly #statements = new Map<string, Statement>();

  constructor(database: Database, seal: SessionSeal = unsealed) {
    this.#database = database;
    this.#seal = seal;
  }

  insert(row: TransferRow, items: readonly NewItem[]): void {
    const columns = transferColumns.join(', ');
    const values = transferColumns.map((name) => `@${name}`).join(', ');
    this.#database.transaction(() => {
      this.#prepare(`INSERT INTO transfers (${columns}) VALUES (${values})`).run(recordOf(row));
      appendItems(this.#statement, row.id, items);
    })();
  }

  get(id: string): TransferRow | undefined {
    const record = this.#prepare<[string], TransferRecord>('SELECT * FROM transfers WHERE id = ?').get(id);
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
    return this.#prepare<[], TransferRecord>(sql).all().map(rowOf);
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
      const after = this.#prepare<object, TransferRecord>(sql).get({ ...values, id, status, generation });
      if (after !== undefined) within?.(rowOf(after));
      return after !== undefined;
    })();
  }

  addItems(owner: Owner, items: readonly NewItem[]): Counters | undefined {
    return this.#counting(owner, () => appendItems(this.#statement, owner.id, items));
  }

  finishListing(owner: Owner): boolean {
    return this.#asOwner(owner, () => this.#prepare('UPDATE transfers SET listed = 1 WHERE id = ?').run(owner.id));
  }

  openItems(id: string, after: number, limit: number): ItemRow[] {
    const sql = `SELECT * FROM transfer_items WHERE transfer_id = ? AND n > ? AND state IN ('waiting', 'moving') ORDER BY n LIMIT ?`;
    return this.#database
      .prepare<[string, number, number], ItemRecord>(sql)
      .all(id, after, limit)
      .map((record) => itemOf(record, this.#seal));
  }

  hasOpenItems(id: string): boolean {
    return this.openItems(id, -1, 1).length > 0;
  }

  chunks(id: string, n: number): ChunkAck[] {
    const sql = 'SELECT at, length, crc32, proof FROM transfer_chunks WHERE transfer_id = ? AND n = ? ORDER BY at';
    const records = this.#prepare<[string, number], ChunkRecord>(sql).all(id, n);
    return records.map(({ at, ...rest }) => ({ offset: at, ...rest }));
  }

  beginItem(owner: Owner, n: number, decided: Decided): boolean {
    return this.#asOwner(owner, () => this.#decide(owner.id, n, decided));
  }

  publishItem(owner: Owner, n: number, decided: Decided, copy: PublishedCopy): Counters | undefined {
    const { id } = owner;
    return this.#counting(owner, () => {
      this.#decide(id, n, decided);
      this.#addBytes(id, n, decided.size);
      this.#update(`published = @proof, published_as = @identity, session = '', bytes = size`, { id, n, ...copy });
      this.#forgetChunks(id, n);
    });
  }

  checkpoint(owner: Owner, n: number, { acks, ...progress }: Checkpoint): Counters | undefined {
    return this.#counting(owner, () => {
      const at = { id: owner.id, n, bytes: progress.bytes, session: this.#sealed(owner.id, n, progress.session) };
      this.#addBytes(owner.id, n, progress.bytes);
      this.#prepare('UPDATE transfer_items SET bytes = @bytes, session = @session WHERE transfer_id = @id AND n = @n').run(at);
      const keep = this.#prepare('INSERT OR REPLACE INTO transfer_chunks VALUES (@id, @n, @offset, @length, @crc32, @proof)');
      for (const ack of acks) keep.run({ id: owner.id, n, ...ack });
    });
  }

  dropChunks(owner: Owner, n: number): boolean {
    return this.#asOwner(owner, () => this.#forgetChunks(owner.id, n));
  }

  endItems(owner: Owner, ends: ReadonlyMap<number, ItemEnd>): Counters | undefined {
    return this.#counting(owner, () => {
      for (const [n, end] of ends) this.#end(owner.id, n, end);
    });
  }

  counts(id: string): ItemCounts {
    const of = (state: string): string => `count(*) FILTER (WHERE state = '${state}') AS ${state}`;
    const sql = `SELECT count(*) AS total, ${of('done')}, ${of('failed')}, ${of('skipped')} FROM transfer_items WHERE transfer_id = ?`;
    return this.#prepare<[string], ItemCounts>(sql).get(id) ?? { total: 0, done: 0, failed: 0, skipped: 0 };
  }

  firstError(id: string): string | undefined {
    const sql = `SELECT error FROM transfer_items WHERE transfer_id = ? AND state = 'failed' ORDER BY n LIMIT 1`;
    return this.#prepare<[string], { error: string }>(sql).get(id)?.error;
  }

  proof(id: string): Proof | undefined {
    const strength = `CASE proof WHEN 'size' THEN 0 WHEN 'chunks' THEN 1 WHEN 'object' THEN 2 ELSE 3 END`;
    const sql = `SELECT proof FROM transfer_items WHERE transfer_id = ? AND proof IS NOT NULL ORDER BY ${strength} LIMIT 1`;
    return this.#prepare<[string], { proof: Proof }>(sql).get(id)?.proof;
  }

  leftovers(id?: string): Leftover[] {
    const sql = id === undefined ? leftovers : `${leftovers} AND i.transfer_id = @id`;
    const records = this.#prepare<object, ItemRecord & Pick<TransferRecord, 'plan' | 'started_at'>>(sql).all(
      id === undefined ? {} : { id },
    );
    return records.map((record) => ({
      transferId: record.transfer_id,
      plan: JSON.parse(record.plan),
      startedAt: record.started_at,
      item: itemOf(record, this.#seal),
    }));
  }

  clearLeftover(id: string, n: number): void {
    this.#prepare(`UPDATE transfer_items SET cleanup = 0, session = '', published = '' WHERE transfer_id = ? AND n = ?`).run(id, n);
  }

  keepLeftover(id: string, n: number, session: string): void {
    const sql = `UPDATE transfer_items SET cleanup = 1, session = @session WHERE transfer_id = @id AND n = @n AND session = ''`;
    this.#prepare(sql).run({ id, n, session: this.#sealed(id, n, session) });
  }

  keepUnverified(id: string, n: number, { size, targetKey }: Decided, { proof, identity }: PublishedCopy): void {
    const sets = `cleanup = 1, size = @size, target_key = coalesce(@targetKey, target_key), published = @proof, published_as = @identity`;
    const given = `state IN ('waiting', 'moving') AND EXISTS (SELECT 1 FROM transfers WHERE id = @id AND status IN ('cancelled', 'failed'))`;
    const values = { id, n, size, targetKey, proof, identity };
    this.#prepare(`UPDATE transfer_items SET ${sets} WHERE transfer_id = @id AND n = @n AND ${given}`).run(values);
  }

  prune(keep: number): void {
    const finished = `status IN ('completed', 'cancelled', 'failed')`;
    const sql = `DELETE FROM transfers WHERE ${finished}
      AND rowid NOT IN (SELECT rowid FROM transfers WHERE ${finished} ORDER BY ended_at DESC, rowid DESC LIMIT ?)
      AND NOT EXISTS (SELECT 1 FROM transfer_items WHERE transfer_id = transfers.id AND cleanup = 1)`;
    this.#prepare(sql).run(keep);
  }

  readonly #statement: Prepare = (sql) => this.#prepare(sql);

  /** Preparing costs more than running most of them. */
  #prepare<Parameters extends unknown[] | object = unknown[], Result = unknown>(sql: string): Statement<Parameters, Result> {
    const known = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, known);
    return known as Statement<Parameters, Result>;
  }

  #sealed(id: string, n: number, session: string): string {
    return session === '' ? '' : this.#seal.seal(session, sessionPlace(id, n));
  }

  #asOwner(owner: Owner, action: () => void): boolean {
    return this.#database.transaction(() => {
      const owned = this.#prepare<Owner, { owned: number }>(`SELECT ${ownedBy} AS owned`).get(owner)?.owned === 1;
      if (owned) action();
      return owned;
    })();
  }

  #counting(owner: Owner, action: () => void): Counters | undefined {
    const counters = this.#prepare<[string], Counters>('SELECT bytes, total_bytes AS totalBytes FROM transfers WHERE id = ?');
    return this.#asOwner(owner, action) ? counters.get(owner.id) : undefined;
  }

  #end(id: string, n: number, end: ItemEnd): void {
    const at = { id, n };
    if (end.state === 'done') {
      this.#resize(id, n, end.size);
      this.#addBytes(id, n, end.size);
      const sets = `state = 'done', cleanup = 0, session = '', published = '', proof = @proof, bytes = size, target_key = coalesce(@targetKey, target_key)`;
      this.#update(sets, { ...at, proof: end.proof, targetKey: end.targetKey ?? null });
      return this.#forgetChunks(id, n);
    }
    this.#addBytes(id, n, 0);
    if (end.state === 'failed') this.#update(`state = 'failed', bytes = 0, error = @error`, { ...at, error: end.error });
    // What is not moved is not part of what there is to move.
    else this.#skip(id, n);
  }

  #decide(id: string, n: number, { ifAbsent, ...decided }: Decided): void {
    this.#resize(id, n, decided.size);
    const sets = `state = 'moving', cleanup = 1, size = @size, identity = @identity, chunk_size = @chunkSize, target_key = @targetKey,
      if_absent = @ifAbsent, published = ''`;
    this.#update(sets, { id, n, ...decided, ifAbsent: Number(ifAbsent) });
  }

  #skip(id: string, n: number): void {
    this.#resize(id, n, 0);
    this.#update(`state = 'skipped', bytes = 0, cleanup = 0, session = ''`, { id, n });
  }

  #update(sets: string, values: { id: string; n: number; [name: string]: unknown }): void {
    this.#prepare(`UPDATE transfer_items SET ${sets} WHERE transfer_id = @id AND n = @n`).run(values);
  }

  #resize(id: string, n: number, size: number): void {
    const before = '(SELECT size FROM transfer_items WHERE transfer_id = @id AND n = @n)';
    this.#prepare(`UPDATE transfers SET total_bytes = total_bytes - ${before} + @size WHERE id = @id`).run({ id, n, size });
    this.#update('size = @size', { id, n, size });
  }

  #forgetChunks(id: string, n: number): void {
    this.#prepare('DELETE FROM transfer_chunks WHERE transfer_id = ? AND n = ?').run(id, n);
  }

  #addBytes(id: string, n: number, bytes: number): void {
    const before = '(SELECT bytes FROM transfer_items WHERE transfer_id = @id AND n = @n)';
    this.#prepare(`UPDATE transfers SET bytes = bytes - ${before} + @bytes WHERE id = @id`).run({ id, n, bytes });
  }
}
