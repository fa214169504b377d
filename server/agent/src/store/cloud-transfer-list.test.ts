import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TransferRow } from '../transfers/ledger.ts';
import type { TransferPlan } from '../transfers/plan.ts';
import { CloudTransferList, cloudTransferSortFields, type CloudTransferSortField, cloudTransferWalkSql } from './cloud-transfer-list.ts';
import { type Database, openDatabase } from './database.ts';
import { TransferStore } from './transfer-store.ts';

let [folder, database, store, list] = ['', {} as Database, {} as TransferStore, {} as CloudTransferList];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'click-cloud-list-'));
  database = openDatabase(join(folder, 'agent.db'));
  [store, list] = [new TransferStore(database), new CloudTransferList(database)];
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

const cloud = { cloudAccountId: 'c', serverUrl: null, provider: 1 };
const planOf = (n: number, accountId: string): TransferPlan => ({
  kind: 'cloud',
  source: { ...cloud, type: 'object', bucket: `from-${n % 3}`, key: `folder/${n}` },
  target: { ...cloud, type: 'prefix', bucket: `to-${n % 2}`, key: `there/${9 - n}/` },
  name: String(n),
  userId: 'u',
  accountId,
  requestedAt: 1000 - n,
  origin: 1,
  storageType: 'AWS',
  contentType: 'c',
});
const rowOf = (n: number, changes: Partial<TransferRow> = {}): TransferRow => ({
  id: `t${n}`,
  kind: 'cloud',
  status: 'running',
  generation: 1,
  plan: planOf(n, 'tenant'),
  listed: true,
  totalBytes: n * 100,
  bytes: n * 10,
  startedAt: 2000 + n,
  endedAt: null,
  pausedAt: null,
  pausedMs: 0,
  error: null,
  ...changes,
});
const idsOf = (field: CloudTransferSortField, descending = false, page = 1, pageSize = 10): string[] =>
  list.page({ page, pageSize, sort: { field, descending } }, 'tenant').rows.map(({ id }) => id);

describe('the list of cloud-to-cloud transfers', () => {
  it('holds those of the account and no other kind, with the numbers of their objects', () => {
    store.insert(rowOf(1), [
      { key: 'a', size: 1 },
      { key: 'b', size: 2 },
      { key: 'c', size: 3 },
    ]);
    store.insert(rowOf(2, { kind: 'server' }), []);
    store.insert(rowOf(3, { plan: planOf(3, 'other') }), []);
    for (const [n, state] of ['done', 'failed', 'skipped'].entries())
      database.prepare('UPDATE transfer_items SET state = ? WHERE n = ?').run(state, n);
    const page = list.page({ page: 1, pageSize: 10, sort: { field: 'RequestDate', descending: true } }, 'tenant');
    expect(page.total).toBe(1);
    expect(page.rows).toMatchObject([{ id: 't1', total: 3, done: 1, failed: 1, skipped: 1, plan: { name: '1' } }]);
    expect(list.page({ page: 1, pageSize: 10, sort: { field: 'RequestDate', descending: true } }, 'nobody')).toEqual({
      rows: [],
      total: 0,
    });
  });

  it('counts no transfer that is gone', () => {
    for (const n of [1, 2, 3]) store.insert(rowOf(n, { status: 'completed', endedAt: n }), []);
    store.prune(2);
    expect(list.page({ page: 1, pageSize: 10, sort: { field: 'EndDate', descending: false } }, 'tenant')).toMatchObject({
      total: 2,
      rows: [{ id: 't2' }, { id: 't3' }],
    });
  });

  it('does not count objects that are gone', () => {
    store.insert(rowOf(1), [
      { key: 'a', size: 1 },
      { key: 'b', size: 1 },
    ]);
    database.exec(`DELETE FROM transfer_items WHERE key = 'a'`);
    expect(list.page({ page: 1, pageSize: 1, sort: { field: 'EndDate', descending: true } }, 'tenant').rows[0]).toMatchObject({ total: 1 });
  });

  it('is sorted by each field, ties by the order of asking, both ways', () => {
    for (const n of [1, 2, 3, 4, 5]) store.insert(rowOf(n), []);
    database.exec(`UPDATE transfers SET status = 'pending' WHERE id = 't5'`);
    database.exec(`UPDATE transfers SET status = 'failed', ended_at = 9000 WHERE id = 't2'`);
    database.exec(`UPDATE transfers SET status = 'completed', ended_at = 9001 WHERE id = 't1'`);
    expect(idsOf('RequestDate')).toEqual(['t5', 't4', 't3', 't2', 't1']);
    expect(idsOf('StartDate')).toEqual(['t5', 't1', 't2', 't3', 't4']);
    expect(idsOf('EndDate')).toEqual(['t3', 't4', 't5', 't2', 't1']);
    expect(idsOf('TransferStatus')).toEqual(['t5', 't3', 't4', 't1', 't2']);
    expect(idsOf('TotalSize', true)).toEqual(['t5', 't4', 't3', 't2', 't1']);
    expect(idsOf('TransferredSize')).toEqual(['t1', 't2', 't3', 't4', 't5']);
    expect(idsOf('SourceBucket')).toEqual(['t3', 't1', 't4', 't2', 't5']);
    expect(idsOf('SourcePath', true)).toEqual(['t5', 't4', 't3', 't2', 't1']);
    expect(idsOf('DestinationBucket')).toEqual(['t2', 't4', 't1', 't3', 't5']);
    expect(idsOf('DestinationPath')).toEqual(['t5', 't4', 't3', 't2', 't1']);
  });

  it('comes in pages that neither repeat nor lose a transfer, from both ends', () => {
    for (const n of [1, 2, 3, 4, 5, 6, 7]) store.insert(rowOf(n), []);
    for (const descending of [true, false]) {
      const pages = [1, 2, 3, 4].flatMap((page) => idsOf('DestinationBucket', descending, page, 2));
      expect(pages).toEqual(idsOf('DestinationBucket', descending));
      expect(new Set(pages).size).toBe(7);
    }
    expect(idsOf('RequestDate', true, 9, 2)).toEqual([]);
  });

  it.each(Object.keys(cloudTransferSortFields) as CloudTransferSortField[])('walks the index of %s and sorts nothing', (field) => {
    const plan = database
      .prepare<object, { detail: string }>(`EXPLAIN QUERY PLAN ${cloudTransferWalkSql(field, true)}`)
      .all({ accountId: 'tenant', limit: 1, offset: 0 });
    expect(plan.map(({ detail }) => detail)).toEqual([expect.stringMatching(/USING (COVERING )?INDEX cloud_transfers_by_/)]);
  });
});
