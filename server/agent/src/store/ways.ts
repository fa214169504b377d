// Owns choosing the way to a page of a long list: along the index of its order, or by collecting the few rows that match.
import type { Database } from './database.ts';
import type { PageRequest } from './page.ts';

export interface Reach {
  /** How many rows match the filters. */
  readonly matching: number;
  /** How many rows the index of the order leads past, matching or not. */
  readonly all: number;
}

export interface Way {
  /** Whether to collect what matches and sort it, in place of walking the index. */
  readonly collects: boolean;
  readonly descending: boolean;
  readonly limit: number;
  readonly offset: number;
  /** Whether the rows come in the opposite order, because the page is nearer to the end of the list. */
  readonly turned: boolean;
}

/** A row that is collected is looked up and sorted: measured, that costs as much as walking past so many index entries. */
const costOfCollecting = 20;

/** Undefined when the page is beyond the last one. */
export function wayTo({ page, pageSize, sort }: PageRequest<string>, { matching, all }: Reach): Way | undefined {
  const before = (page - 1) * pageSize;
  const limit = Math.min(pageSize, matching - before);
  if (limit <= 0) return undefined;
  const behind = matching - before - limit;
  const turned = behind < before;
  const offset = turned ? behind : before;
  const passed = (offset + limit) * (all / matching);
  return { collects: matching * costOfCollecting < passed, descending: sort.descending !== turned, limit, offset, turned };
}

/** Statements by their text, so that each combination of order and filters is prepared once; the oldest give way. */
export class Numbers {
  readonly #database: Database;
  readonly #statements = new Map<string, ReturnType<typeof prepare>>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** The row numbers that the statement finds, in its order. */
  all(sql: string, parameters: object): number[] {
    const statement = this.#statements.get(sql) ?? prepare(this.#database, sql);
    const [oldest] = this.#statements.size >= 200 ? this.#statements.keys() : [];
    if (oldest !== undefined && !this.#statements.has(sql)) this.#statements.delete(oldest);
    this.#statements.set(sql, statement);
    return statement.all(parameters);
  }
}

const prepare = (database: Database, sql: string) => database.prepare<object, number>(sql).pluck();
