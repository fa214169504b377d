// Owns paging and sorting as the list operations of the contract describe them.

export interface Sort<Field extends string> {
  readonly field: Field;
  readonly descending: boolean;
}

export interface PageRequest<Field extends string> {
  /** Counted from 1. */
  readonly page: number;
  readonly pageSize: number;
  readonly sort: Sort<Field>;
}

/** What may be sorted by: the name in the request to its SQL expression. Nothing else ever reaches the SQL. */
export type SortTable = Readonly<Record<string, string>>;

/** The `ORDER BY` terms; the id breaks ties, so that pages neither repeat nor lose a record. */
export function orderBy<T extends SortTable>(table: T, { field, descending }: Sort<keyof T & string>, tieBreaker: string): string {
  const direction = descending ? 'DESC' : 'ASC';
  return `${table[field]} ${direction}, ${tieBreaker} ${direction}`;
}

/** Narrows a field name of a request to the whitelist. */
export function isSortField<T extends SortTable>(table: T, field: string): field is keyof T & string {
  return Object.hasOwn(table, field);
}
