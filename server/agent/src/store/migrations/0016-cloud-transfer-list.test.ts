import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../database.ts';
import { TransferStore } from '../transfer-store.ts';
import { transferEngine } from './0014-transfer-engine.ts';
import { migrations } from './index.ts';

it('counts what an older database holds, whose transfers and items stay as they are and in their order', () => {
  const directory = mkdtempSync(join(tmpdir(), 'click-migration-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const before = migrations.indexOf(transferEngine);
  const old = new Sqlite(join(directory, 'agent.db'));
  for (const sql of migrations.slice(0, before)) old.exec(sql);
  old.pragma(`user_version = ${before}`);
  const insert = old.prepare(`INSERT INTO transfers VALUES (?, ?, 'a', ?, 3, '{"name":"n"}', 1, 30, 10, 5, ?, NULL, 7, ?)`);
  // The order of the row numbers is not that of the ids.
  insert.run('z', 'server', 'running', null, null);
  insert.run('gone', 'client', 'failed', 9, 'why');
  insert.run('b', 'client', 'failed', 9, 'why');
  old.exec(`DELETE FROM transfers WHERE id = 'gone'`);
  const item = old.prepare(`INSERT INTO transfer_items VALUES (?, ?, ?, ?, 10, 5, 4, 'i', 's', ?, ?)`);
  item.run('z', 0, 'k0', 'done', 0, null);
  item.run('z', 1, 'k1', 'moving', 1, null);
  item.run('b', 0, 'k', 'failed', 1, 'why');
  const rowsOf = (database: Sqlite.Database) => database.prepare('SELECT * FROM transfers ORDER BY rowid').all();
  const itemsOf = (database: Sqlite.Database) =>
    database
      .prepare(
        `SELECT transfer_id, n, key, state, size, bytes, chunk_size, identity, session, cleanup, error FROM transfer_items ORDER BY 1, 2`,
      )
      .all();
  const [rows, items] = [rowsOf(old), itemsOf(old)];
  old.close();

  const database = openDatabase(join(directory, 'agent.db'));
  onTestFinished(() => void database.close());
  expect(rowsOf(database)).toEqual(rows);
  expect(itemsOf(database)).toEqual(items);
  expect(database.pragma('foreign_key_check')).toEqual([]);
  expect(database.prepare('SELECT DISTINCT target_key FROM transfer_items').pluck().all()).toEqual([null]);
  expect(new TransferStore(database).list({}).map(({ id }) => id)).toEqual(['z', 'b']);
  database.exec(`UPDATE transfer_items SET state = 'done' WHERE key = 'k1'`);
  const counts = database.prepare('SELECT transfer_id, state, items FROM transfer_item_counts WHERE items > 0 ORDER BY 1, 2').raw();
  expect(counts.all()).toEqual([
    ['b', 'failed', 1],
    ['z', 'done', 2],
  ]);
  // Items still go with their transfer, and their counts too.
  database.exec(`DELETE FROM transfers WHERE id = 'z'`);
  expect(itemsOf(database)).toHaveLength(1);
  expect(counts.all()).toEqual([['b', 'failed', 1]]);
});
