// Owns the rows of the transfer history.
import { randomUUID } from 'node:crypto';
import type { HistoryEntry, TransferHistory } from '../transfers/history.ts';
import type { Database } from './database.ts';
import {
  collectSql,
  type HistorySortField,
  insertCloudSql,
  insertOwnersSql,
  insertSql,
  ownerSql,
  recordSql,
  removeSql,
  totalSql,
  walksOwn,
  walkSql,
} from './history-sql.ts';
import type { PageRequest } from './page.ts';
import { ReadCache } from './read-cache.ts';
import { Numbers, wayTo } from './ways.ts';

/** A record as it is read: the entry, dates in milliseconds, joined with the names. */
export interface HistoryRow extends Omit<HistoryEntry, 'transferId' | 'startDate' | 'endDate'> {
  readonly id: string;
  readonly startDate: number;
  readonly endDate: number;
  readonly userEmail: string;
  readonly userName: string;
  readonly sourceCloudAccountName: string | null;
  readonly destinationCloudAccountName: string | null;
}

/** Whose records a caller may reach; without `userId` those of the whole account. */
export interface HistoryOwner {
  readonly accountId: string;
  readonly userId?: string;
}

export interface HistoryQuery extends PageRequest<HistorySortField> {
  readonly owner: HistoryOwner;
  /** Flags, 0 for all. */
  readonly origin: number;
  /** Flags, 0 for all. */
  readonly status: number;
  /** 0 for all. */
  readonly direction: number;
}

export interface HistoryPage {
  readonly rows: readonly HistoryRow[];
  readonly total: number;
}

const everything = { origin: 0, status: 0, direction: 0 };

export class HistoryStore implements TransferHistory {
  readonly #newId: () => string;
  readonly #insert;
  readonly #remove;
  readonly #owner;
  readonly #total;
  readonly #record;
  readonly #numbers: Numbers;
  readonly #cache: ReadCache<HistoryPage>;

  constructor(database: Database, newId: () => string = randomUUID) {
    this.#newId = newId;
    this.#cache = new ReadCache(database, 100);
    this.#numbers = new Numbers(database);
    this.#insert = prepareInsert(database);
    this.#remove = database.prepare<{ id: string; account: number | null; owner: number | null }>(removeSql);
    this.#owner = database.prepare<[string, string], number>(ownerSql).pluck();
    this.#total = database.prepare<object, number>(totalSql).pluck();
    this.#record = database.prepare<[number], HistoryRow>(recordSql);
  }

  /** Joins the transaction it is called in. The record gets an id of its own: clients may reuse transfer ids. */
  record(entry: HistoryEntry): void {
    this.#insert({ ...entry, id: this.#newId(), startDate: entry.startDate.getTime(), endDate: entry.endDate.getTime() });
  }

  /** The very same object is answered again until something is written. */
  page(query: HistoryQuery): HistoryPage {
    return this.#cache.get(JSON.stringify(query), () => this.#read(query));
  }

  #read({ owner: { accountId, userId }, origin, status, direction, ...request }: HistoryQuery): HistoryPage {
    const account = this.#owner.get(accountId, '');
    const owner = this.#owner.get(accountId, userId ?? '');
    if (account === undefined || owner === undefined) return { rows: [], total: 0 };
    const scope = userId === undefined ? 'account' : 'user';
    const { field } = request.sort;
    const matching = this.#countOf(owner, { origin, status, direction });
    const all = this.#countOf(walksOwn(scope, field) ? owner : account, everything);
    const way = wayTo(request, { matching, all });
    if (way === undefined) return { rows: [], total: matching };
    const { collects, descending, limit, offset, turned } = way;
    const filters = { origin: origin !== 0, status: status !== 0, direction: direction !== 0 };
    const sql = (collects ? collectSql : walkSql)({ scope, field, descending, filters });
    const numbers = this.#numbers.all(sql, { account, accountId, owner, origin, status, direction, limit, offset });
    const rows = numbers.flatMap((no) => this.#record.get(no) ?? []);
    return { rows: turned ? rows.reverse() : rows, total: matching };
  }

  #countOf(owner: number, filters: Pick<HistoryQuery, 'origin' | 'status' | 'direction'>): number {
    return this.#total.get({ owner, ...filters }) ?? 0;
  }

  /** False when there is no such record within the owner's reach. */
  remove(id: string, { accountId, userId }: HistoryOwner): boolean {
    const account = this.#owner.get(accountId, '') ?? null;
    const owner = userId === undefined ? null : (this.#owner.get(accountId, userId) ?? 0);
    return this.#remove.run({ id, account, owner }).changes === 1;
  }
}

type Insertion = Omit<HistoryEntry, 'startDate' | 'endDate'> & Pick<HistoryRow, 'id' | 'startDate' | 'endDate'>;

/** The names that the record refers to, then the record. */
function prepareInsert(database: Database): (row: Insertion) => void {
  const owners = database.prepare<Insertion>(insertOwnersSql);
  const cloud = database.prepare<{ accountId: string; id: string | null }>(insertCloudSql);
  const insert = database.prepare<Insertion>(insertSql);
  return database.transaction((row: Insertion) => {
    owners.run(row);
    for (const id of [row.sourceCloudAccountId, row.destinationCloudAccountId]) cloud.run({ accountId: row.accountId, id });
    insert.run(row);
  });
}
