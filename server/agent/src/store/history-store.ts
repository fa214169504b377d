// Owns the rows of the transfer history.
import { randomUUID } from 'node:crypto';
import type { HistoryEntry, TransferHistory } from '../transfers/history.ts';
import type { Database } from './database.ts';
import { insertSql, pageSql, totalSql, type HistoryScope, type HistorySortField } from './history-sql.ts';
import type { PageRequest, Sort } from './page.ts';
import { ReadCache } from './read-cache.ts';

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

export class HistoryStore implements TransferHistory {
  readonly #database: Database;
  readonly #newId: () => string;
  readonly #insert;
  readonly #remove;
  readonly #totals: Record<HistoryScope, ReturnType<typeof prepareTotal>>;
  readonly #pages = new Map<string, ReturnType<typeof preparePage>>();
  readonly #cache: ReadCache<HistoryPage>;

  constructor(database: Database, newId: () => string = randomUUID) {
    this.#database = database;
    this.#newId = newId;
    this.#cache = new ReadCache(database, 100);
    this.#insert = database.prepare(insertSql);
    this.#remove = database.prepare<{ id: string; accountId: string; userId: string | null }>(
      'DELETE FROM history WHERE id = @id AND account_id = @accountId AND (@userId IS NULL OR user_id = @userId)',
    );
    this.#totals = { account: prepareTotal(database, 'account'), user: prepareTotal(database, 'user') };
  }

  /** One statement, so that it joins the transaction it is called in. The record gets an id of its own: clients may reuse transfer ids. */
  record(entry: HistoryEntry): void {
    this.#insert.run({ ...entry, id: this.#newId(), startDate: entry.startDate.getTime(), endDate: entry.endDate.getTime() });
  }

  /** The very same object is answered again until something is written. */
  page(query: HistoryQuery): HistoryPage {
    return this.#cache.get(JSON.stringify(query), () => this.#read(query));
  }

  #read({ owner, sort, page, pageSize, origin, status, direction }: HistoryQuery): HistoryPage {
    const scope = owner.userId === undefined ? 'account' : 'user';
    const filters = { ...owner, origin, status, direction };
    const rows = this.#pageStatement(scope, sort).all({ ...filters, limit: pageSize, offset: (page - 1) * pageSize });
    return { rows, total: this.#totals[scope].get(filters)?.total ?? 0 };
  }

  /** False when there is no such record within the owner's reach. */
  remove(id: string, { accountId, userId }: HistoryOwner): boolean {
    return this.#remove.run({ id, accountId, userId: userId ?? null }).changes === 1;
  }

  /** Prepared on first use and kept: there are only so many sort orders. */
  #pageStatement(scope: HistoryScope, sort: Sort<HistorySortField>) {
    const key = `${scope} ${sort.field} ${sort.descending}`;
    const statement = this.#pages.get(key) ?? preparePage(this.#database, scope, sort);
    this.#pages.set(key, statement);
    return statement;
  }
}

const preparePage = (database: Database, scope: HistoryScope, sort: Sort<HistorySortField>) =>
  database.prepare<object, HistoryRow>(pageSql(scope, sort));
const prepareTotal = (database: Database, scope: HistoryScope) => database.prepare<object, { total: number }>(totalSql(scope));
