// Owns what projects and shared drives have in common: unique names, soft deletion, and lists of what a caller sees.
import type { Insertion, NamedStore } from '../../store/named-store.ts';
import type { SortTable } from '../../store/page.ts';
import type { Paged } from '../../store/paged-query.ts';
import type { Caller } from '../caller.ts';
import { refusal } from '../failure.ts';
import { type ListQuery, pageRequest, substring } from '../paging.ts';
import { viewerOf } from './viewer.ts';

interface NamedRow {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
}

export interface NamedListQuery extends ListQuery {
  readonly name?: string | undefined;
}

export class NamedThings<Row extends NamedRow, Sorts extends SortTable> {
  readonly #store: NamedStore<Row, Sorts>;
  /** As messages call one of them. */
  readonly #what: string;
  readonly #max: number;

  constructor(store: NamedStore<Row, Sorts>, what: string, max: number) {
    this.#store = store;
    this.#what = what;
    this.#max = max;
  }

  page(caller: Caller, query: NamedListQuery): Paged<Row> {
    return this.#store.page(pageRequest(this.#store.sorts, query), { ...viewerOf(caller), name: substring(query.name) });
  }

  insert(row: Row): Row {
    return this.#stored(row, this.#store.insert(row, this.#max));
  }

  /** One transaction from reading the row to writing it again. */
  change(caller: Caller, id: string, edit: (row: Row) => Row): Row {
    return this.#store.transaction(() => {
      const row = this.#store.find(id.toLowerCase(), caller.accountId);
      if (row === undefined) throw this.#notFound();
      const changed = edit(row);
      return this.#stored(changed, this.#store.update(changed));
    });
  }

  remove(caller: Caller, id: string): void {
    if (!this.#store.remove(id.toLowerCase(), caller.accountId)) throw this.#notFound();
  }

  /** Answers the row as the database has it. */
  #stored(row: Row, outcome: Insertion): Row {
    if (outcome === 'duplicate') throw refusal('DUPLICATE', `A ${this.#what} with the name ${JSON.stringify(row.name)} already exists.`);
    if (outcome === 'full') throw refusal('DB_INSERT', `An account holds at most ${this.#max} of these: no further ${this.#what}.`);
    return this.#store.find(row.id, row.accountId) ?? row;
  }

  #notFound(): Error {
    return refusal('NOT_FOUND', `There is no such ${this.#what}.`);
  }
}
