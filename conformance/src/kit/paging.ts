// Owns reading the paging envelope (overview.md, Pagination) of an answer.
import type { Assertions } from './assertions.ts';

export interface Page {
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly total: number;
}

/** Ends the check when there is no page to go on with. */
export function pageOf(body: unknown, expect: Assertions): Page {
  const { data, total } = (typeof body === 'object' && body !== null ? body : {}) as { data?: unknown; total?: unknown };
  if (!Array.isArray(data)) return expect.fail('`data` is an array', 'an array', data);
  if (typeof total !== 'number') return expect.fail('`total` is a number', 'a number', total);
  expect.that(data.length <= total, '`total` counts at least the records of the page', { total, records: data.length });
  return { data: data as Page['data'], total };
}
