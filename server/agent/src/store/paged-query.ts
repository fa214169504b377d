// Owns reading one page of a listing: stable order, a bounded page, and the total over all pages.
import type { Database } from './database.ts';
import { orderBy, type PageRequest, type SortTable } from './page.ts';

export interface PagedSource<Sorts extends SortTable> {
  /** What a row holds, as `expression AS property`. */
  readonly columns: string;
  readonly from: string;
  /** With named parameters; they are the filters. */
  readonly where: string;
  readonly sorts: Sorts;
  /** Breaks ties: a unique column. */
  readonly key: string;
}

export interface Paged<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
}

/** Statements are prepared on first use and kept: there are only so many sort orders. */
export class PagedQuery<Row, Sorts extends SortTable, Filters extends object> {
  readonly #database: Database;
  readonly #source: PagedSource<Sorts>;
  readonly #count;
  readonly #pages = new Map<string, ReturnType<typeof preparePage<Row>>>();

  constructor(database: Database, source: PagedSource<Sorts>) {
    this.#database = database;
    this.#source = source;
    this.#count = database.prepare<object, { total: number }>(`SELECT count(*) AS total FROM ${source.from} WHERE ${source.where}`);
  }

  page({ page, pageSize, sort }: PageRequest<keyof Sorts & string>, filters: Filters): Paged<Row> {
    const order = orderBy(this.#source.sorts, sort, this.#source.key);
    const statement = this.#pages.get(order) ?? preparePage<Row>(this.#database, this.#source, order);
    this.#pages.set(order, statement);
    const rows = statement.all({ ...filters, limit: pageSize, offset: (page - 1) * pageSize });
    return { rows, total: this.#count.get(filters)?.total ?? 0 };
  }
}

const preparePage = <Row>(
  database: Database,
  { columns, from, where }: Pick<PagedSource<SortTable>, 'columns' | 'from' | 'where'>,
  order: string,
) => database.prepare<object, Row>(`SELECT ${columns} FROM ${from} WHERE ${where} ORDER BY ${order} LIMIT @limit OFFSET @offset`);
