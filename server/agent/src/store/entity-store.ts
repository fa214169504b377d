// Owns reading users, groups, projects and shared drives by their ids.
import type { Database } from './database.ts';
import type { Entity } from './directory-entities.ts';
import { living, type Viewer, visible } from './directory-visibility.ts';

export class EntityStore<Row extends { readonly id: string }> {
  readonly #find;
  readonly #reaches;
  readonly #many;

  constructor(database: Database, { table, columns }: Entity) {
    const read = `SELECT ${columns} FROM ${table} WHERE`;
    this.#find = database.prepare<object, Row>(`${read} ${table}.id = @id AND ${living(table)}`);
    this.#reaches = database.prepare<object>(`SELECT 1 FROM ${table} WHERE ${table}.id = @id AND ${visible(table)}`);
    this.#many = database.prepare<[string], Row>(`${read} ${table}.id IN (SELECT value FROM json_each(?))`);
  }

  /** A living one of the account. */
  find(id: string, accountId: string): Row | undefined {
    return this.#find.get({ id, accountId });
  }

  reaches(id: string, viewer: Viewer): boolean {
    return this.#reaches.get({ id, ...viewer }) !== undefined;
  }

  /** Whatever their account: for ids that a visible row refers to. */
  many(ids: Iterable<string>): ReadonlyMap<string, Row> {
    const rows = this.#many.all(JSON.stringify([...new Set(ids)]));
    return new Map(rows.map((row) => [row.id, row]));
  }
}
