// Owns the rows of what has a name of its own in an account and is deleted softly: projects and shared drives.
import type { Database } from './database.ts';
import type { Entity } from './directory-entities.ts';
import { living, type Viewer, visible } from './directory-visibility.ts';
import { EntityStore } from './entity-store.ts';
import type { PageRequest, SortTable } from './page.ts';
import { type Paged, PagedQuery } from './paged-query.ts';

interface NamedRow {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
}

export interface NamedSource<Row, Sorts extends SortTable> {
  readonly entity: Entity<Sorts>;
  /** Column to property of everything that an update may change. */
  readonly changeable: Readonly<Record<string, keyof Row & string>>;
  /** The same of what stays as it was inserted, beside the id and the account. */
  readonly fixed: Readonly<Record<string, keyof Row & string>>;
  /** Rows that refer to it and go with it, as `[table, column]`. */
  readonly dependents: readonly (readonly [table: string, column: string])[];
}

export interface NameFilter extends Viewer {
  /** Substring in lower case, empty for all. */
  readonly name: string;
}

export type Insertion = 'stored' | 'duplicate' | 'full';

export class NamedStore<Row extends NamedRow, Sorts extends SortTable> extends EntityStore<Row> {
  readonly transaction: <T>(work: () => T) => T;
  readonly sorts: Sorts;
  readonly #pages: PagedQuery<Row, Sorts, NameFilter>;
  readonly #count;
  readonly #taken;
  readonly #insert;
  readonly #update;
  readonly #remove;
  readonly #removeDependents;

  constructor(database: Database, { entity, changeable, fixed, dependents }: NamedSource<Row, Sorts>) {
    super(database, entity);
    const { table, columns, sorts, nameKey } = entity;
    this.transaction = (work) => database.transaction(work)();
    this.sorts = sorts;
    const where = `${visible(table)} AND instr(${nameKey}, @name)`;
    this.#pages = new PagedQuery(database, { columns, from: table, where, sorts, key: `${table}.id` });
    const alive = `${table} WHERE ${living(table)}`;
    this.#count = database.prepare<object, { total: number }>(`SELECT count(*) AS total FROM ${alive}`);
    this.#taken = database.prepare<object>(`SELECT 1 FROM ${alive} AND ${nameKey} = @nameKey AND ${table}.id <> @id`);
    const written = { id: 'id', account_id: 'accountId', name_key: 'nameKey', ...fixed, ...changeable };
    const values = Object.values(written).map((property) => `@${property}`);
    this.#insert = database.prepare<object>(`INSERT INTO ${table} (${Object.keys(written).join(', ')}) VALUES (${values.join(', ')})`);
    const changes = Object.entries({ name_key: 'nameKey', ...changeable }).map(([column, property]) => `${column} = @${property}`);
    this.#update = database.prepare<object>(`UPDATE ${table} SET ${changes.join(', ')} WHERE id = @id AND ${living(table)}`);
    this.#remove = database.prepare<object>(`UPDATE ${table} SET deleted = 1 WHERE id = @id AND ${living(table)}`);
    this.#removeDependents = dependents.map(([from, column]) => database.prepare<object>(`DELETE FROM ${from} WHERE ${column} = @id`));
  }

  page(request: PageRequest<keyof Sorts & string>, filter: NameFilter): Paged<Row> {
    return this.#pages.page(request, filter);
  }

  insert(row: Row, max: number): Insertion {
    return this.transaction(() => {
      if ((this.#count.get(row)?.total ?? 0) >= max) return 'full';
      return this.#write(this.#insert, row);
    });
  }

  update(row: Row): Exclude<Insertion, 'full'> {
    return this.transaction(() => this.#write(this.#update, row));
  }

  /** False when there is no such living one. */
  remove(id: string, accountId: string): boolean {
    return this.transaction(() => {
      if (this.#remove.run({ id, accountId }).changes === 0) return false;
      for (const statement of this.#removeDependents) statement.run({ id });
      return true;
    });
  }

  #write(statement: { run(parameters: object): unknown }, row: Row): Exclude<Insertion, 'full'> {
    const parameters = { ...row, nameKey: row.name.toLowerCase() };
    if (this.#taken.get(parameters) !== undefined) return 'duplicate';
    statement.run(parameters);
    return 'stored';
  }
}
