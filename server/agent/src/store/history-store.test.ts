import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { historyEntry } from '../account/testing/history-entry.ts';
import { type Database, openDatabase } from './database.ts';
import { type HistoryScope, historySortFields, type HistorySortField, pageSql, totalSql } from './history-sql.ts';
import { HistoryStore } from './history-store.ts';

let directory: string;
let database: Database;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'click-agent-'));
  database = openDatabase(join(directory, 'agent.db'));
});
afterEach(() => {
  database.close();
  rmSync(directory, { recursive: true, force: true });
});

const parameters = { accountId: 'a', userId: 'u', origin: 0, status: 0, direction: 0, limit: 10, offset: 0 };
const plan = (sql: string): string[] =>
  database
    .prepare<object, { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
    .all(parameters)
    .map(({ detail }) => detail);

describe('the query plan', () => {
  it.each<[HistoryScope, string]>([
    ['account', 'history_of_account'],
    ['user', 'history_of_user'],
  ])('of a default page of one %s walks the index %s and sorts nothing', (scope, index) => {
    for (const descending of [true, false]) {
      const steps = plan(pageSql(scope, { field: 'StartDate', descending }));
      expect(steps[0]).toContain(`SEARCH h USING INDEX ${index}`);
      expect(steps.join('\n')).not.toMatch(/SCAN|TEMP B-TREE/);
    }
  });

  it('of a total reads the counts, never the records', () => {
    for (const scope of ['account', 'user'] as const) {
      expect(plan(totalSql(scope))).toEqual([expect.stringContaining('SEARCH c USING PRIMARY KEY')]);
    }
  });
});

describe('the history store', () => {
  it('sorts by every field that it offers, ties broken by id', () => {
    const store = new HistoryStore(database);
    for (let record = 0; record < 5; record += 1)
      store.record(historyEntry({ accountId: 'a', userId: 'u', startDate: new Date(record % 2) }));
    for (const field of Object.keys(historySortFields) as HistorySortField[]) {
      const ids = [true, false].map((descending) => {
        const pages = [1, 2, 3].map((page) =>
          store.page({ ...parameters, owner: { accountId: 'a' }, page, pageSize: 2, sort: { field, descending } }),
        );
        return pages.flatMap(({ rows }) => rows.map(({ id }) => id));
      });
      expect(new Set(ids[0]).size).toBe(5);
      expect(ids[0]).toEqual(ids[1]!.toReversed());
    }
  });
});
