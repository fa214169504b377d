// Owns the rows that tie two things of an account together: permissions of four kinds, and drives of projects.
import type { Database } from './database.ts';
import { dotted, type Entity } from './directory-entities.ts';
import { living, type Viewer, visible } from './directory-visibility.ts';
import type { PageRequest, SortTable } from './page.ts';
import { type Paged, PagedQuery } from './paged-query.ts';

export type Side = 'left' | 'right';
/** 1 Read, 2 ReadWrite (userspermission.md). */
export type Level = 1 | 2;

export interface LinkRow {
  readonly id: string;
  readonly leftId: string;
  readonly rightId: string;
  /** Always 1 where links have no level. */
  readonly level: Level;
}

export interface LinkSide {
  readonly entity: Entity;
  /** The column that refers to it. */
  readonly column: string;
  /** How sort fields of its list begin. */
  readonly sortPrefixes: readonly string[];
}

export interface LinkSource {
  readonly table: string;
  readonly left: LinkSide;
  readonly right: LinkSide;
  /** The column of the level; undefined where links have none. */
  readonly levelColumn?: string;
}

export interface LinkFilter extends Viewer {
  /** The thing on the other side whose list it is. */
  readonly of: string;
  /** Substring of the name in lower case, empty for all. */
  readonly name: string;
}

export class LinkStore {
  readonly transaction: <T>(work: () => T) => T;
  readonly sorts: Readonly<Record<Side, SortTable>>;
  readonly #put;
  readonly #links;
  readonly #find;
  readonly #setLevel;
  readonly #remove;
  readonly #lists: Readonly<Record<Side, PagedQuery<LinkRow, SortTable, LinkFilter>>>;
  readonly #among;

  constructor(database: Database, source: LinkSource) {
    const { table, left, right } = source;
    const sql = linkSql(source);
    this.transaction = (work) => database.transaction(work)();
    this.sorts = { left: sortsOf(source, left), right: sortsOf(source, right) };
    this.#put = database.prepare<object>(sql.put);
    this.#links = database.prepare<object, { links: number }>(sql.links);
    this.#find = database.prepare<object, LinkRow>(`${sql.read} WHERE ${table}.id = @id AND ${sql.alive}`);
    this.#setLevel = source.levelColumn && database.prepare<object>(`UPDATE ${table} SET ${source.levelColumn} = @level WHERE id = @id`);
    this.#remove = database.prepare<object>(`DELETE FROM ${table} WHERE id = @id`);
    const list = (listed: LinkSide, other: LinkSide, sorts: SortTable) =>
      new PagedQuery<LinkRow, SortTable, LinkFilter>(database, {
        columns: sql.columns,
        from: sql.joined,
        where: `${table}.${other.column} = @of AND ${sql.visible} AND instr(${listed.entity.nameKey}, @name)`,
        sorts,
        key: `${table}.id`,
      });
    this.#lists = { left: list(left, right, this.sorts.left), right: list(right, left, this.sorts.right) };
    const among = ({ column }: LinkSide, listed: LinkSide) =>
      database.prepare<object, LinkRow>(`${sql.read} WHERE ${table}.${column} IN (SELECT value FROM json_each(@ids)) AND ${sql.visible}
        ORDER BY ${listed.entity.nameKey}, ${table}.id`);
    this.#among = { left: among(left, right), right: among(right, left) };
  }

  /** Ties the two together, or sets the level of what is tied already; false when either is not a living one of the account. */
  put(accountId: string, link: LinkRow): boolean {
    return this.#put.run({ ...link, accountId }).changes === 1;
  }

  /** How many links the busier of the two has. */
  links(link: Pick<LinkRow, 'leftId' | 'rightId'>): number {
    return this.#links.get(link)?.links ?? 0;
  }

  find(id: string, accountId: string): LinkRow | undefined {
    return this.#find.get({ id, accountId });
  }

  setLevel(id: string, level: Level): void {
    if (!this.#setLevel) throw new Error('These links have no level.');
    this.#setLevel.run({ id, level });
  }

  remove(id: string, accountId: string): boolean {
    return this.transaction(() => this.find(id, accountId) !== undefined && this.#remove.run({ id }).changes === 1);
  }

  /** One page of the things on the side `listed`, for one thing on the other. */
  page(listed: Side, request: PageRequest<string>, filter: LinkFilter): Paged<LinkRow> {
    return this.#lists[listed].page(request, filter);
  }

  /** All links of these things, which stand on the side `by`; in the order of the names of the others. */
  among(by: Side, ids: readonly string[], viewer: Viewer): readonly LinkRow[] {
    return this.#among[by].all({ ids: JSON.stringify(ids), ...viewer });
  }
}

const sortsOf = ({ table, levelColumn }: LinkSource, { entity, sortPrefixes }: LinkSide): SortTable => ({
  ...dotted(sortPrefixes, entity.sorts),
  ...(levelColumn !== undefined && { 'Permission.PermissionType': `${table}.${levelColumn}` }),
});

function linkSql({ table, left, right, levelColumn }: LinkSource) {
  const [l, r] = [left.entity.table, right.entity.table];
  const level = levelColumn === undefined ? '1' : `${table}.${levelColumn}`;
  const columns = `${table}.id, ${table}.${left.column} AS leftId, ${table}.${right.column} AS rightId, ${level} AS level`;
  // CROSS JOIN keeps this order: one thing has few links, and the planner would rather go through all things of the account.
  const joined = `${table} CROSS JOIN ${l} ON ${l}.id = ${table}.${left.column} CROSS JOIN ${r} ON ${r}.id = ${table}.${right.column}`;
  const written = [left.column, right.column, ...(levelColumn === undefined ? [] : [levelColumn])];
  const kept = written.at(-1);
  const count = (column: string, id: string): string => `(SELECT count(*) FROM ${table} WHERE ${column} = ${id})`;
  return {
    columns,
    joined,
    read: `SELECT ${columns} FROM ${joined}`,
    alive: `${living(l)} AND ${living(r)}`,
    visible: `${visible(l)} AND ${visible(r)}`,
    // Without a level the update changes nothing; it is there to tell a pair that exists from one that cannot.
    put: `INSERT INTO ${table} (id, ${written.join(', ')})
      SELECT @id, ${l}.id, ${r}.id${levelColumn === undefined ? '' : ', @level'} FROM ${l}, ${r}
      WHERE ${l}.id = @leftId AND ${r}.id = @rightId AND ${living(l)} AND ${living(r)}
      ON CONFLICT (${left.column}, ${right.column}) DO UPDATE SET ${kept} = excluded.${kept}`,
    links: `SELECT max(${count(left.column, '@leftId')}, ${count(right.column, '@rightId')}) AS links`,
  };
}
