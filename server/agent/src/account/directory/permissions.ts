// Owns permissions, whatever kind they are of: given, edited, deleted, and listed from both sides (userspermission.md).
import type { Level, Side } from '../../store/link-store.ts';
import type { Caller } from '../caller.ts';
import type { Collection, ListQuery } from '../paging.ts';
import type { Joined, Links } from './links.ts';
import type { PermissionForm } from './permission-forms.ts';

type Ids<Key extends string> = { readonly [K in Key]: string };
type SomeIds<Key extends string> = { readonly [K in Key]?: string | undefined };

export class Permissions<
  Left extends { readonly id: string },
  Right extends { readonly id: string },
  LeftKey extends string,
  RightKey extends string,
  Entry,
  Dto,
> {
  readonly #links: Links<Left, Right>;
  readonly #form: PermissionForm<Left, Right, LeftKey, RightKey, Entry, Dto>;

  constructor(links: Links<Left, Right>, form: PermissionForm<Left, Right, LeftKey, RightKey, Entry, Dto>) {
    this.#links = links;
    this.#form = form;
  }

  add(caller: Caller, entries: readonly (Ids<LeftKey> & Ids<RightKey> & { readonly permissionType: Level })[]): void {
    const { left, right } = this.#form;
    this.#links.put(
      caller,
      entries.map((entry) => ({ leftId: entry[left], rightId: entry[right], level: entry.permissionType })),
    );
  }

  edit(
    caller: Caller,
    entries: readonly (SomeIds<LeftKey> & SomeIds<RightKey> & { readonly id: string; readonly permissionType: Level })[],
  ): void {
    const { left, right } = this.#form;
    this.#links.edit(
      caller,
      entries.map((entry) => ({ id: entry.id, leftId: entry[left], rightId: entry[right], level: entry.permissionType })),
    );
  }

  remove(caller: Caller, id: string): void {
    this.#links.remove(caller, id);
  }

  /** The users or groups (`left`) of one thing, or the things (`right`) of one user or group. */
  page(listed: Side, caller: Caller, of: string, query: ListQuery, name?: string): Collection<Dto> {
    return this.#links.page(listed, caller, { ...query, of, name }, this.#form.dtoOf);
  }

  /** The entries of each of these projects or drives, for answers that inline them. */
  inlined<Item>(
    caller: Caller,
    ids: readonly string[],
    itemOf: (joined: Joined<Left, Right>, permission: Entry) => Item,
  ): (id: string) => Item[] {
    return this.#links.among('right', caller, ids, (joined) => itemOf(joined, this.#form.entryOf(joined)));
  }
}
