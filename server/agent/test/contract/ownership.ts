// Owns finding out from the database which rows belong to an account, whatever tables there are.
import { join } from 'node:path';
import { openDatabase } from '../../src/store/database.ts';

export type Row = Readonly<Record<string, unknown>>;

export interface Belongings {
  readonly ids: ReadonlySet<string>;
  /** Table -> one id of each kind of thing in it, and the rest. */
  readonly idsByTable: ReadonlyMap<string, readonly string[]>;
  /** Texts by which somebody would recognise what is the account's: names and e-mail addresses. */
  readonly names: ReadonlySet<string>;
  /** Table -> its rows, each as text, in order. */
  readonly rows: ReadonlyMap<string, readonly string[]>;
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const namesSomething = /name|email/;
/** Sessions and failed logins come and go with those who call. */
const passing = /session|login|challenge|mfa_steps|outbox/;
const shortest = 5;
/** Columns that say when something was used last: signing in may change them. */
const passingColumn = /^last_|used|seen/;

/** The agent has to be closed: it holds its database alone. */
export function belongings(dataDir: string, accountName: string): Belongings {
  const database = openDatabase(join(dataDir, 'agent.db'));
  try {
    const tables = database
      .prepare<[], { name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      .all();
    const all = tables.flatMap(({ name }) =>
      (database.prepare(`SELECT * FROM "${name}"`).all() as Row[]).map((row) => ({ table: name, row })),
    );
    const account = all.find(({ table, row }) => table === 'accounts' && row.name === accountName)?.row.id;
    if (typeof account !== 'string') throw new Error(`there is no account ${accountName}`);
    return collected(all, account);
  } finally {
    database.close();
  }
}

/** A row belongs to the account when it names the account, or something that belongs to it. */
function collected(all: readonly { table: string; row: Row }[], account: string): Belongings {
  const ids = new Set([account]);
  const owned = new Set<Row>();
  for (let before = -1; before !== owned.size;) {
    before = owned.size;
    for (const { row } of all) {
      if (owned.has(row) || !Object.values(row).some((value) => typeof value === 'string' && ids.has(value))) continue;
      owned.add(row);
      for (const key of ['id', 'transfer_id']) if (typeof row[key] === 'string' && uuid.test(row[key])) ids.add(row[key]);
    }
  }
  const mine = all.filter(({ row }) => owned.has(row));
  const names = mine.flatMap(({ row }) => Object.entries(row).flatMap(([column, value]) => (isNamed(column, value) ? [value] : [])));
  return {
    ids,
    names: new Set(names),
    idsByTable: grouped(
      mine.flatMap(({ table, row }) => (typeof row.id === 'string' && uuid.test(row.id) ? [[table, row.id] as const] : [])),
    ),
    rows: grouped(mine.filter(({ table }) => !passing.test(table)).map(({ table, row }) => [table, JSON.stringify(lasting(row))] as const)),
  };
}

const lasting = (row: Row): Row => Object.fromEntries(Object.entries(row).filter(([column]) => !passingColumn.test(column)));

const isNamed = (column: string, value: unknown): value is string =>
  namesSomething.test(column) && typeof value === 'string' && value.length >= shortest;

function grouped(pairs: readonly (readonly [string, string])[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [key, value] of pairs) groups.set(key, [...(groups.get(key) ?? []), value]);
  return groups;
}
