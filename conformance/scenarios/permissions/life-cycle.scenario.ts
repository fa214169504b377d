// Owns the story of a permission, the same for each of the four kinds: given, listed from both sides, edited, deleted (userspermission.md).
import type { Api } from '../../src/kit/api.ts';
import type { Check, Context } from '../../src/kit/check.ts';
import type { Thing } from '../../src/kit/directory.ts';
import { permissionLists } from '../../src/kit/directory-lists.ts';
import { pagesScenario } from '../../src/kit/list-checks.ts';
import { entryOf, give, isAbout, listOf, type PermissionKind, permissionKinds } from '../../src/kit/permission-kinds.ts';
import { scenario } from '../../src/kit/scenario.ts';

type Item = Readonly<Record<string, unknown>>;

interface Given {
  readonly api: Api;
  readonly principal: Thing;
  readonly resource: Thing;
}

/** One of each, tied at ReadWrite. */
async function given(context: Context, kind: PermissionKind): Promise<Given> {
  const api = await context.given.session();
  const [principal] = await kind.principal.some(context, 1);
  const [resource] = await kind.resource.some(context, 1);
  const parts = { api, principal: present(context, principal), resource: present(context, resource) };
  await give(context, kind, [{ ...parts, permissionType: 2 }]);
  return parts;
}

const present = ({ expect }: Context, thing: Thing | undefined): Thing => expect.present(thing, 'there is something to tie together');

/** From both sides; undefined where it is not listed. */
async function listed(context: Context, kind: PermissionKind, { api, principal, resource }: Given): Promise<(Item | undefined)[]> {
  const ours = isAbout(principal, resource);
  return [
    (await listOf(context, api, kind.resource, resource)).find(ours),
    (await listOf(context, api, kind.principal, principal)).find(ours),
  ];
}

const lifeCycle = (kind: PermissionKind, index: number): Check =>
  scenario(
    `users-permission.${kind.slug}.life-cycle`,
    {
      title: `A permission of ${kind.words} is given, listed from both sides, edited and deleted`,
      controller: 'UsersPermission',
      operations: [kind.add, kind.edit, kind.remove, kind.principal.list, kind.resource.list],
      proves: [1, 2, 3, 4].map((digit) => `PERM-LIFE-0${index + 1}${digit}`),
    },
    async (context) => {
      const { expect, should } = context;
      const parts = await given(context, kind);
      const { api, principal, resource } = parts;
      const [ofResource, ofPrincipal] = await listed(context, kind, parts);
      expect.that(ofResource !== undefined, `${kind.resource.title} lists it`);
      expect.that(ofPrincipal !== undefined, `${kind.principal.title} lists it`);
      const entry = entryOf(ofResource);
      const ids = { [kind.principal.field]: principal.id, [kind.resource.field]: resource.id };
      should.equal(entry, { id: entry?.id, ...ids, permissionType: 2 }, '`permission` is the entry, at the level that was given');
      // Without its id nobody can edit or delete it, and the page does not say where else it would come from.
      const { id } = entry ?? {};
      if (typeof id !== 'string') return;
      const edited = await api.perform(kind.edit, { body: [{ id, ...ids, permissionType: 1 }] });
      expect.equal(edited.status, 200, `${kind.edit} answers 200`);
      for (const item of await listed(context, kind, parts)) expect.equal(entryOf(item)?.permissionType, 1, 'the level is the new one');
      const deleted = await api.perform(kind.remove, { query: { id } });
      expect.equal(deleted.status, 200, `${kind.remove} answers 200`);
      for (const item of await listed(context, kind, parts)) expect.equal(item, undefined, 'the permission is listed no more');
    },
  );

const again = (kind: PermissionKind): Check =>
  scenario(
    `users-permission.${kind.slug}.again`,
    {
      title: `A permission of ${kind.words} that exists gets the new level and keeps its id`,
      controller: 'UsersPermission',
      operations: [kind.add, kind.resource.list],
      level: 'INFO',
    },
    async (context) => {
      const parts = await given(context, kind);
      const [before] = await listed(context, kind, parts);
      await give(context, kind, [{ ...parts, permissionType: 1 }]);
      const [after] = await listed(context, kind, parts);
      context.expect.equal(entryOf(after), { ...entryOf(before), permissionType: 1 }, 'the entry is the same, at the new level');
    },
  );

const ofAnotherAccount = (kind: PermissionKind, index: number): Check =>
  scenario(
    `users-permission.${kind.slug}.of-another-account`,
    {
      title: `A permission of ${kind.words} cannot be touched from another account`,
      controller: 'UsersPermission',
      operations: [kind.remove, kind.resource.list],
      statuses: [200, 499],
      level: 'SHOULD',
      proves: [`PERM-SCOPE-00${index + 1}`],
    },
    async (context) => {
      const { expect } = context;
      const parts = await given(context, kind);
      const [item] = await listed(context, kind, parts);
      const { id: shown } = entryOf(item) ?? {};
      const id = expect.present(typeof shown === 'string' ? shown : undefined, 'the entry has an id');
      const stranger = await context.given.strangerSession();
      const deleted = await stranger.perform(kind.remove, { query: { id } });
      expect.equal(deleted.status, 499, 'another account cannot delete it');
      const asked = await stranger.perform(kind.resource.list, { query: { [kind.resource.parameter]: parts.resource.id } });
      expect.that(!isAbout(parts.principal)(asked.body ?? null), 'another account is not told whose it is');
      expect.that((await listed(context, kind, parts))[0] !== undefined, 'its own account still has it');
    },
  );

export const scenarios = [
  ...permissionLists.map(pagesScenario),
  ...permissionKinds.flatMap((kind, index) => [lifeCycle(kind, index), again(kind), ofAnotherAccount(kind, index)]),
];
