// Owns tying two things of an account together: permissions of four kinds and drives of projects are all the same mechanism.
import { randomUUID } from 'node:crypto';
import type { EntityStore } from '../../store/entity-store.ts';
import type { Level, LinkRow, LinkStore, Side } from '../../store/link-store.ts';
import type { Caller } from '../caller.ts';
import { type ErrorCode, refusal } from '../failure.ts';
import { type Collection, collectionOf, type ListQuery, pageRequest, substring } from '../paging.ts';
import { viewerOf } from './viewer.ts';

export interface Party<Row extends { readonly id: string }> {
  readonly store: EntityStore<Row>;
  /** As messages call one of them. */
  readonly what: string;
  /** What a caller is answered who asks about one that does not reach the caller. */
  readonly hidden: ErrorCode;
}

export interface LinkParts<Left extends { readonly id: string }, Right extends { readonly id: string }> {
  readonly store: LinkStore;
  readonly left: Party<Left>;
  readonly right: Party<Right>;
  /** The most links that one thing may have. */
  readonly max: number;
  readonly newId?: () => string;
}

export interface Joined<Left, Right> extends LinkRow {
  readonly left: Left;
  readonly right: Right;
}

export interface Change {
  readonly id: string;
  readonly leftId?: string | undefined;
  readonly rightId?: string | undefined;
  readonly level: Level;
}

export interface LinkListQuery extends ListQuery {
  /** The thing on the other side whose list it is. */
  readonly of: string;
  readonly name?: string | undefined;
}

export class Links<Left extends { readonly id: string }, Right extends { readonly id: string }> {
  readonly #store: LinkStore;
  readonly #parties: { readonly left: Party<Left>; readonly right: Party<Right> };
  readonly #max: number;
  readonly #newId: () => string;

  constructor({ store, left, right, max, newId = randomUUID }: LinkParts<Left, Right>) {
    this.#store = store;
    this.#parties = { left, right };
    this.#max = max;
    this.#newId = newId;
  }

  /** All of them or none. A pair that exists gets the level and keeps its id, so that a repeated call does no harm. */
  put({ accountId }: Caller, pairs: readonly Omit<LinkRow, 'id'>[]): void {
    this.#store.transaction(() => {
      for (const { leftId, rightId, level } of pairs) {
        const link = { id: this.#newId(), leftId: leftId.toLowerCase(), rightId: rightId.toLowerCase(), level };
        if (!this.#store.put(accountId, link)) throw this.#missing(accountId, link);
        if (this.#store.links(link) > this.#max)
          throw refusal('DB_INSERT', `One ${this.#names()} has at most ${this.#max} of these entries.`);
      }
    });
  }

  /** All of them or none; an entry is not moved to another pair. */
  edit({ accountId }: Caller, changes: readonly Change[]): void {
    this.#store.transaction(() => {
      for (const { id, leftId, rightId, level } of changes) {
        const link = this.#store.find(id.toLowerCase(), accountId);
        if (link === undefined) throw notFound('entry');
        for (const [sent, own, { what }] of [
          [leftId, link.leftId, this.#parties.left],
          [rightId, link.rightId, this.#parties.right],
        ] as const)
          if ((sent?.toLowerCase() ?? own) !== own)
            throw refusal('DEFAULT', `The entry is of another ${what}. Delete it and add a new one.`);
        this.#store.setLevel(link.id, level);
      }
    });
  }

  remove({ accountId }: Caller, id: string): void {
    if (!this.#store.remove(id.toLowerCase(), accountId)) throw notFound('entry');
  }

  /** One page of the things on the side `listed` that one thing on the other is tied to. */
  page<Item>(
    listed: Side,
    caller: Caller,
    { of, name, ...query }: LinkListQuery,
    itemOf: (joined: Joined<Left, Right>) => Item,
  ): Collection<Item> {
    const id = of.toLowerCase();
    this.#mayAsk(listed === 'left' ? this.#parties.right : this.#parties.left, caller, id);
    const filter = { ...viewerOf(caller), of: id, name: substring(name) };
    const { rows, total } = this.#store.page(listed, pageRequest(this.#store.sorts[listed], query), filter);
    return collectionOf({ rows: this.#joined(rows), total }, query, itemOf);
  }

  /** What each of these things is tied to, as far as the caller sees it; `by` is the side that they stand on. */
  among<Item>(by: Side, caller: Caller, ids: readonly string[], itemOf: (joined: Joined<Left, Right>) => Item): (id: string) => Item[] {
    const links = this.#joined(this.#store.among(by, ids, viewerOf(caller)));
    const items = new Map<string, Item[]>(ids.map((id) => [id, []]));
    for (const link of links) items.get(by === 'left' ? link.leftId : link.rightId)?.push(itemOf(link));
    return (id) => items.get(id) ?? [];
  }

  #joined(links: readonly LinkRow[]): Joined<Left, Right>[] {
    const lefts = this.#parties.left.store.many(links.map(({ leftId }) => leftId));
    const rights = this.#parties.right.store.many(links.map(({ rightId }) => rightId));
    return links.flatMap((link) => {
      const [left, right] = [lefts.get(link.leftId), rights.get(link.rightId)];
      return left === undefined || right === undefined ? [] : [{ ...link, left, right }];
    });
  }

  #mayAsk({ store, what, hidden }: Party<Left> | Party<Right>, caller: Caller, id: string): void {
    if (store.find(id, caller.accountId) === undefined) throw notFound(what);
    if (store.reaches(id, viewerOf(caller))) return;
    if (hidden === 'NOT_FOUND') throw notFound(what);
    throw refusal(hidden, `Only an administrator may see what another ${what} is assigned to.`);
  }

  #missing(accountId: string, { leftId }: LinkRow): Error {
    const { left, right } = this.#parties;
    return notFound(left.store.find(leftId, accountId) === undefined ? left.what : right.what);
  }

  #names(): string {
    return `${this.#parties.left.what} or ${this.#parties.right.what}`;
  }
}

const notFound = (what: string): Error => refusal('NOT_FOUND', `There is no such ${what}.`);
