// Owns how list operations page, sort and filter: the same everywhere.
import type { PageRequest, SortTable } from '../store/page.ts';
import type { Paged } from '../store/paged-query.ts';
import { sortField } from './sort-field.ts';

export interface ListQuery {
  readonly page: number;
  readonly pagesize: number;
  readonly sortfield: string;
  readonly descending: boolean;
}

/** Refuses a field that is not whitelisted. */
export function pageRequest<Sorts extends SortTable>(
  sorts: Sorts,
  { page, pagesize, sortfield, descending }: ListQuery,
): PageRequest<keyof Sorts & string> {
  return { page, pageSize: pagesize, sort: { field: sortField(sorts, sortfield), descending } };
}

export interface Collection<Item> {
  data: Item[];
  total: number;
  options: { page: number; pageSize: number };
}

export const collectionOf = <Row, Item>({ rows, total }: Paged<Row>, query: ListQuery, itemOf: (row: Row) => Item): Collection<Item> => ({
  data: rows.map(itemOf),
  total,
  options: { page: query.page, pageSize: query.pagesize },
});

/** A filter by substring, without regard to case; nothing given keeps everything (`instr(x, '')` is 1). */
export const substring = (filter: string | undefined): string => (filter ?? '').toLowerCase();
