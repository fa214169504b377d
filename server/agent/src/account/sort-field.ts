// Owns refusing a sort field that is not on the whitelist of a list operation.
import { isSortField, type SortTable } from '../store/page.ts';
import { refusal } from './failure.ts';

export function sortField<T extends SortTable>(table: T, field: string): keyof T & string {
  if (isSortField(table, field)) return field;
  throw unknownField(field, Object.keys(table));
}

const unknownField = (field: string, known: readonly string[]): Error =>
  refusal('DEFAULT', `Unknown sort field ${JSON.stringify(field.slice(0, 50))}. Known: ${known.join(', ')}.`);
