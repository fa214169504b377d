import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../database.ts';
import { HistoryStore } from '../history-store.ts';
import { UserList } from '../user-list.ts';
import { userIndexes } from './0007-user-indexes.ts';
import { migrations } from './index.ts';

it('takes over users and history of an older database, with names as they are and as they were', () => {
  const directory = mkdtempSync(join(tmpdir(), 'click-migration-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const before = migrations.indexOf(userIndexes);
  const old = new Sqlite(join(directory, 'agent.db'));
  for (const sql of migrations.slice(0, before)) old.exec(sql);
  old.pragma(`user_version = ${before}`);
  old.exec(`
    INSERT INTO accounts (id, name, create_date) VALUES ('a', 'Example Org', 0);
    INSERT INTO users (id, account_id, username, username_key, email, firstname, lastname, user_type, status, owner, password_hash, create_date)
    VALUES ('u', 'a', 'Jane', 'jane', 'new@example.com', 'Jane', 'Doe', 16, 1, 1, '', 1), ('v', 'a', 'V', 'v', 'v@example.com', 'V', '', 64, 4, 0, '', 2);
    INSERT INTO cloud_accounts VALUES ('c', 'a', 'u', 'Renamed', 1, '', '', '', '', 1, 0);
  `);
  const record =
    old.prepare(`INSERT INTO history VALUES (?, 't', ?, 'a', 'old@example.com', 'Old Name', 1, ?, 4, ?, 1, ?, 'Old cloud', 1, 'b', 'p',
    NULL, NULL, NULL, '', '/tmp', 1, 1, 0, 0, 5, 5, 1.5, NULL, 'file')`);
  record.run('one', 'u', 1, 10, 'c');
  record.run('two', 'gone', 2, 20, 'gone');
  record.run('three', 'u', 1, 30, null);
  old.close();

  const database = openDatabase(join(directory, 'agent.db'));
  onTestFinished(() => void database.close());
  const history = new HistoryStore(database);
  const query = { owner: { accountId: 'a' }, origin: 0, status: 0, direction: 0, page: 1, pageSize: 10 };
  const page = history.page({ ...query, sort: { field: 'StartDate', descending: false } });
  expect(page.total).toBe(3);
  expect(page.rows).toMatchObject([
    {
      id: 'one',
      userId: 'u',
      accountId: 'a',
      userEmail: 'new@example.com',
      userName: 'Jane Doe',
      sourceCloudAccountId: 'c',
      startDate: 10,
    },
    { id: 'two', userId: 'gone', userEmail: 'old@example.com', userName: 'Old Name', sourceCloudAccountName: 'Old cloud', direction: 2 },
    { id: 'three', sourceCloudAccountId: null, destinationCloudAccountId: null, averageSpeed: 1.5, sourceBucket: 'b' },
  ]);
  expect(page.rows[0]).toMatchObject({ sourceCloudAccountName: 'Renamed', destinationCloudAccountName: null });
  expect(history.page({ ...query, owner: { accountId: 'a', userId: 'u' }, sort: { field: 'Name', descending: true } }).total).toBe(2);
  const users = new UserList(database);
  expect(users.count({ accountId: 'a', status: 4, userType: 0 })).toBe(1);
  const sort = { field: 'CreateDate', descending: true } as const;
  expect(
    users.page({ accountId: 'a', status: 7, userType: 0, username: '', page: 1, pageSize: 10, sort }).rows.map(({ id }) => id),
  ).toEqual(['v', 'u']);
  expect(database.pragma('foreign_key_check')).toEqual([]);
});
