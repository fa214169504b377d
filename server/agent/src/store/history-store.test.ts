import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { historyEntry } from '../account/testing/history-entry.ts';
import { type Database, openDatabase } from './database.ts';
import { collectSql, type HistoryOrder, historySortFields, type HistorySortField, recordSql, totalSql, walkSql } from './history-sql.ts';
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

const parameters = { accountId: 'a', account: 1, owner: 2, origin: 1, status: 1, direction: 1, limit: 10, offset: 0 };
const plan = (sql: string, given: unknown = parameters): string =>
  database
    .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
    .all(given)
    .map(({ detail }) => detail)
    .join('\n');

const fields = Object.keys(historySortFields) as HistorySortField[];
const choices = [true, false];
const filterSets = choices.flatMap((origin) =>
  choices.flatMap((status) => choices.map((direction) => ({ origin, status, direction }) as const)),
);
const orders: HistoryOrder[] = (['account', 'user'] as const).flatMap((scope) =>
  fields.flatMap((field) => choices.flatMap((descending) => filterSets.map((filters) => ({ scope, field, descending, filters })))),
);

describe('the query plan', () => {
  it('of a walk follows covering indexes, reads no record and sorts nothing, whatever the order and the filters', () => {
    for (const order of orders) {
      const steps = plan(walkSql(order));
      const what = `${JSON.stringify(order)}\n${steps}`;
      expect(steps, what).toMatch(/SEARCH h USING COVERING INDEX history_/);
      expect(steps, what).not.toMatch(/SCAN|TEMP B-TREE|USING INDEX/);
    }
  });

  it('of collecting starts at the few that match', () => {
    for (const order of orders) {
      const steps = plan(collectSql(order)).split('\n');
      const first = order.scope === 'account' ? 'SEARCH c USING PRIMARY KEY (owner=?)' : 'USING INDEX history_of_owner (owner=?)';
      // Sorted by date, the index of the owner holds everything there is to know.
      expect(steps[0]?.replace('COVERING ', ''), JSON.stringify(order)).toContain(first);
      expect(steps.join('\n'), JSON.stringify(order)).not.toMatch(/SCAN/);
    }
  });

  it('of a total reads the counts, and of a record its number, nothing else', () => {
    expect(plan(totalSql)).toBe('SEARCH c USING PRIMARY KEY (owner=?)');
    const steps = plan(recordSql, [1]);
    expect(steps.split('\n')).toHaveLength(4);
    expect(steps).not.toMatch(/SCAN|TEMP/);
  });
});

describe('the history store', () => {
  const filled = (records: number): HistoryStore => {
    const store = new HistoryStore(database);
    for (let record = 0; record < records; record += 1)
      store.record(
        historyEntry({
          accountId: 'a',
          userId: `u${record % 3}`,
          startDate: new Date(record % 4),
          sourceCloudAccountId: record % 2 === 0 ? 'c' : null,
          transferStatus: record % 5 === 0 ? 8 : 4,
          name: `file ${record % 6}`,
        }),
      );
    return store;
  };

  it.each([undefined, 'u1'])('sorts by every field that it offers, ties broken, both ways the same (user %s)', (userId) => {
    const store = filled(12);
    const owner = { accountId: 'a', ...(userId !== undefined && { userId }) };
    for (const status of [0, 8]) {
      for (const field of fields) {
        const ids = [true, false].map((descending) => {
          const pages = [1, 2, 3, 4, 5, 6, 7].map((page) =>
            store.page({ owner, origin: 0, status, direction: 0, page, pageSize: 2, sort: { field, descending } }),
          );
          expect(new Set(pages.map(({ total }) => total)).size).toBe(1);
          expect(pages.flatMap(({ rows }) => rows)).toHaveLength(pages[0]!.total);
          return pages.flatMap(({ rows }) => rows.map(({ id }) => id));
        });
        expect(new Set(ids[0]).size).toBe(ids[0]!.length);
        expect(ids[0]).toEqual(ids[1]!.toReversed());
      }
    }
  });

  it('answers the same page along the index and by collecting', () => {
    filled(30);
    const owner = database.prepare('SELECT no FROM history_owners WHERE user_id = ?').pluck();
    const given = { ...parameters, status: 8, account: owner.get(''), owner: owner.get('u0'), limit: 5, offset: 1 };
    for (const order of orders.filter(({ filters }) => filters.status)) {
      const [walked, collected] = [walkSql, collectSql].map((sql) => database.prepare(sql(order)).pluck().all(given));
      expect(walked, JSON.stringify(order)).toEqual(collected);
      expect(walked!.length, JSON.stringify(order)).toBeGreaterThan(0);
    }
  });
});
