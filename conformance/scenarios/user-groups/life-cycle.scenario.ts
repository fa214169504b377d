// Owns the story of a user group: inserted, listed, changed, deleted (usergroup.md).
import type { Api } from '../../src/kit/api.ts';
import type { Context } from '../../src/kit/check.ts';
import { type Page, pageOf } from '../../src/kit/paging.ts';
import { entryAbout, givenGroup, givenUser, type Item, removeGroupAfterwards, textAt } from '../../src/kit/people.ts';
import { scenario } from '../../src/kit/scenario.ts';

const controller = 'UserGroup';
type Query = Readonly<Record<string, string | number | boolean>>;

async function groups({ expect }: Context, api: Api, query: Query): Promise<Page> {
  return pageOf((await api.perform('getAllUserGroups', { query })).body, expect);
}
const namesOf = ({ data }: Page): unknown[] => data.map(({ name }) => name);
const has = ({ data }: Page, id: string): boolean => data.some((group) => group.id === id);

const listing = ['insertUserGroup', 'getAllUserGroups', 'deleteUserGroup'] as const;

export const scenarios = [
  scenario(
    'user-group.life-cycle',
    {
      title: 'A user group is inserted, listed, changed and deleted',
      controller,
      operations: ['insertUserGroup', 'getAllUserGroups', 'updateUserGroup', 'deleteUserGroup'],
      proves: [
        'GROUP-INSERT-001',
        'GROUP-UPDATE-001',
        'GROUP-DELETE-001',
        'GROUP-LIST-001',
        'GROUP-FIELD-001',
        'GROUP-FIELD-002',
        'GROUP-FIELD-003',
        'GROUP-FIELD-004',
      ],
    },
    async (context) => {
      const { given, expect, should, name } = context;
      const api = await given.session();
      const body = { name: name('new'), description: 'Made by the conformance kit', active: true };
      const inserted = (await api.ok('insertUserGroup', { body })) as Item;
      const id = expect.present(textAt(inserted, 'id'), 'the inserted group is answered with its id');
      removeGroupAfterwards(context, api, { id, name: body.name });
      should.equal({ ...inserted, id: undefined }, { ...body, id: undefined }, 'the inserted group is answered as it was sent');
      expect.that(has(await groups(context, api, { name: body.name }), id), 'the new group is listed');
      const changed = { id, name: name('renamed'), description: 'Changed by the conformance kit', active: false };
      removeGroupAfterwards(context, api, changed);
      const updated = (await api.ok('updateUserGroup', { body: changed })) as Item;
      expect.equal(updated.name, changed.name, 'the updated group is answered with its new name');
      should.equal([updated.description, updated.active], [changed.description, false], 'description and active have changed too');
      expect.that(has(await groups(context, api, { name: changed.name }), id), 'the group is listed under its new name');
      const { status } = await api.call('deleteUserGroup', { query: { id } });
      expect.equal(status, 200, 'Delete User Group answers 200');
    },
  ),
  scenario(
    'user-group.deleted',
    {
      title: 'A user group that was deleted is listed no more',
      controller,
      operations: [...listing],
      level: 'SHOULD',
      proves: ['GROUP-DELETE-002'],
    },
    async (context) => {
      const { given, expect } = context;
      const api = await given.session();
      const { id, name } = await givenGroup(context, api);
      await api.ok('deleteUserGroup', { query: { id } });
      expect.that(!has(await groups(context, api, { name }), id), 'the deleted group is listed no more');
    },
  ),
  scenario(
    'user-group.update.omitted-fields',
    {
      title: 'Update User Group keeps what it is not sent, and the name of another group is not taken',
      controller,
      operations: [...listing, 'updateUserGroup'],
      level: 'INFO',
    },
    async (context) => {
      const { given, expect } = context;
      const api = await given.session();
      const [one, other] = [await givenGroup(context, api, 'one'), await givenGroup(context, api, 'other')];
      const updated = (await api.ok('updateUserGroup', { body: { id: one.id, active: false } })) as Item;
      expect.equal([updated.name, updated.active], [one.name, false], 'the name that was left out is as it was');
      const { status } = await api.call('updateUserGroup', { body: { id: one.id, name: other.name.toUpperCase() } });
      expect.equal(status, 499, 'the name of another group, in another case, is refused');
    },
  ),
  scenario(
    'user-group.listing',
    {
      title: 'User groups are paged, sorted by name and filtered by name',
      controller,
      operations: [...listing],
      proves: [
        'GROUP-LIST-002',
        'GROUP-LIST-003',
        'GROUP-LIST-004',
        'GROUP-LIST-005',
        'GROUP-LIST-006',
        'GROUP-FIELD-005',
        'GROUP-FIELD-006',
        'GROUP-FIELD-007',
      ],
    },
    async (context) => {
      const { given, expect } = context;
      const api = await given.session();
      const [a, b] = [await givenGroup(context, api, 'a'), await givenGroup(context, api, 'b')];
      const both = await groups(context, api, { page: 1, pagesize: 2 });
      const first = await groups(context, api, { page: 1, pagesize: 1 });
      const second = await groups(context, api, { page: 2, pagesize: 1 });
      expect.equal([first.data.length, both.data.length], [1, 2], 'a page holds as many groups as were asked for');
      expect.equal([...namesOf(first), ...namesOf(second)], namesOf(both), 'pages 1 and 2 of one are page 1 of two');
      const named = await groups(context, api, { name: a.name });
      expect.equal([has(named, a.id), has(named, b.id)], [true, false], 'the filter keeps the group of that name and no other');
      const order = async (query: Query): Promise<unknown[]> =>
        namesOf(await groups(context, api, { pagesize: 1000, ...query })).filter((name) => name === a.name || name === b.name);
      expect.equal(await order({}), [a.name, b.name], 'the names ascend unless told otherwise');
      expect.equal(await order({ sortfield: 'Name', descending: true }), [b.name, a.name], 'the names descend when told so');
    },
  ),
  scenario(
    'user-group.listing.part-of-the-name',
    {
      title: 'User groups are found by a part of their name, in any case',
      controller,
      operations: [...listing],
      level: 'SHOULD',
      proves: ['GROUP-LIST-007'],
    },
    async (context) => {
      const { given, expect } = context;
      const api = await given.session();
      const { id, name } = await givenGroup(context, api, 'found');
      const found = await groups(context, api, { name: name.slice(5).toUpperCase() });
      expect.that(has(found, id), 'a part of the name in capitals finds the group');
    },
  ),
  scenario(
    'user-group.details',
    {
      title: 'A user group with details has its members inlined',
      controller,
      operations: [...listing, 'importUsers', 'deleteUser', 'getAllUserGroupsWithDetails'],
      proves: ['GROUP-DETAILS-001', 'GROUP-DETAILS-002', 'GROUP-FIELD-008', 'GROUP-FIELD-009', 'GROUP-FIELD-010'],
    },
    async (context) => {
      const { given, expect, should } = context;
      const api = await given.session();
      const [group, other] = [await givenGroup(context, api), await givenGroup(context, api, 'other')];
      const user = await givenUser(context, api, 'inlined', [group]);
      const { body } = await api.call('getAllUserGroupsWithDetails', { query: { name: group.name } });
      const page = pageOf(body, expect);
      const details = expect.present(
        page.data.find(({ id }) => id === group.id),
        'the group is listed with details',
      );
      expect.that(!has(page, other.id), 'the filter keeps other groups away');
      expect.that(entryAbout({ data: [details], total: 1 }, user.id) !== undefined, 'the member is inlined', details);
      const { usersData } = details as { usersData?: readonly Item[] };
      should.equal(textAt(usersData?.[0]?.user, 'username'), user.username, 'usersData holds the user');
    },
  ),
];
