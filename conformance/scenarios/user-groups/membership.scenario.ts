// Owns the story of membership: assigned, seen from both sides, ended by the id of the assignment (usergroup.md).
import type { Api } from '../../src/kit/api.ts';
import type { Context } from '../../src/kit/check.ts';
import { type Page, pageOf } from '../../src/kit/paging.ts';
import { assignmentIdOf, entryAbout, givenGroup, givenUser, textAt } from '../../src/kit/people.ts';
import { scenario } from '../../src/kit/scenario.ts';

const controller = 'UserGroup';
type Query = Readonly<Record<string, string | number | boolean>>;

async function members({ expect }: Context, api: Api, userGroupId: string, query: Query = {}): Promise<Page> {
  return pageOf((await api.perform('getAssignedUsers', { query: { userGroupId, ...query } })).body, expect);
}
async function joined({ expect }: Context, api: Api, userId: string, query: Query = {}): Promise<Page> {
  return pageOf((await api.perform('getAssignedUserGroups', { query: { userId, ...query } })).body, expect);
}

const setUp = ['insertUserGroup', 'deleteUserGroup', 'importUsers', 'deleteUser'] as const;
/** Which of these things a page is about, in its order. */
const about = (page: Page, ids: readonly string[]): (string | undefined)[] =>
  page.data.map((entry) => ids.find((id) => entryAbout({ data: [entry], total: 1 }, id) !== undefined));

export const scenarios = [
  scenario(
    'user-group.membership',
    {
      title: 'A membership is seen from both sides and ended by the id of the assignment',
      controller,
      operations: [...setUp, 'assignUsers', 'getAssignedUsers', 'getAssignedUserGroups', 'unassignUser'],
      proves: [
        'GROUP-ASSIGN-001',
        'GROUP-MEMBERS-001',
        'GROUP-JOINED-001',
        'GROUP-UNASSIGN-001',
        'GROUP-FIELD-011',
        'GROUP-FIELD-012',
        'GROUP-FIELD-013',
        'GROUP-FIELD-014',
      ],
    },
    async (context) => {
      const { given, expect, should } = context;
      const api = await given.session();
      const [group, user] = [await givenGroup(context, api), await givenUser(context, api, 'member')];
      const { status } = await api.call('assignUsers', { body: [{ userId: user.id, userGroupId: group.id }] });
      expect.equal(status, 200, 'Assign Users answers 200');
      const ofGroup = entryAbout(await members(context, api, group.id), user.id);
      const ofUser = entryAbout(await joined(context, api, user.id), group.id);
      expect.that(ofGroup !== undefined, 'the user is among the assigned users of the group');
      expect.that(ofUser !== undefined, 'the group is among the assigned groups of the user');
      should.equal(textAt(ofGroup?.user, 'username'), user.username, 'an assigned user comes in full, as `user`');
      should.equal(textAt(ofUser?.userGroup, 'name'), group.name, 'an assigned group comes in full, as `userGroup`');
      const id = expect.present(assignmentIdOf(ofGroup), 'the list holds the id of the assignment');
      should.equal(assignmentIdOf(ofUser), id, 'both lists hold the same assignment');
      expect.equal((await api.call('unassignUser', { query: { id } })).status, 200, 'Unassign User answers 200');
      expect.equal(entryAbout(await members(context, api, group.id), user.id), undefined, 'the user has left the group');
      expect.equal(entryAbout(await joined(context, api, user.id), group.id), undefined, 'the group has lost the user');
    },
  ),
  scenario(
    'user-group.unassign.other-ids',
    {
      title: 'Unassign User takes the id of the assignment, not that of the user or the group',
      controller,
      operations: [...setUp, 'getAssignedUsers', 'unassignUser'],
      statuses: [499],
      proves: ['GROUP-UNASSIGN-002'],
    },
    async (context) => {
      const { given, expect } = context;
      const api = await given.session();
      const group = await givenGroup(context, api);
      const user = await givenUser(context, api, 'stays', [group]);
      for (const id of [user.id, group.id]) await api.call('unassignUser', { query: { id } });
      expect.that(entryAbout(await members(context, api, group.id), user.id) !== undefined, 'the user is still in the group');
    },
  ),
  scenario(
    'user-group.assign.again',
    {
      title: 'Assign Users leaves an assignment that exists as it is',
      controller,
      operations: [...setUp, 'assignUsers', 'getAssignedUsers'],
      level: 'SHOULD',
      proves: ['GROUP-ASSIGN-002'],
    },
    async (context) => {
      const { given, expect } = context;
      const api = await given.session();
      const group = await givenGroup(context, api);
      const user = await givenUser(context, api, 'again', [group]);
      const before = await members(context, api, group.id);
      const { status } = await api.call('assignUsers', { body: [{ userId: user.id, userGroupId: group.id }] });
      expect.equal(status, 200, 'what is assigned already is passed over silently');
      expect.equal(await members(context, api, group.id), before, 'the assignment is there once, as it was');
    },
  ),
  scenario(
    'user-group.members.listing',
    {
      title: 'Assigned users are paged, sorted by username and filtered by username',
      controller,
      operations: [...setUp, 'assignUsers', 'getAssignedUsers'],
      proves: ['GROUP-MEMBERS-002', 'GROUP-MEMBERS-003', 'GROUP-MEMBERS-004', 'GROUP-ASSIGN-004'],
    },
    async (context) => {
      const { given, expect } = context;
      const api = await given.session();
      const group = await givenGroup(context, api);
      const [a, b] = [await givenUser(context, api, 'list-a'), await givenUser(context, api, 'list-b')];
      await api.ok('assignUsers', { body: [b, a].map(({ id }) => ({ userId: id, userGroupId: group.id })) });
      const list = async (query: Query) => about(await members(context, api, group.id, query), [a.id, b.id]);
      expect.equal(await list({}), [a.id, b.id], 'the usernames ascend unless told otherwise');
      expect.equal(await list({ sortfield: 'User.Username', descending: true }), [b.id, a.id], 'the usernames descend when told so');
      expect.equal(await list({ pagesize: 1 }), [a.id], 'a page holds one user when one is asked for');
      expect.equal(await list({ page: 2, pagesize: 1 }), [b.id], 'the second page follows the first');
      expect.equal(await list({ username: b.username }), [b.id], 'the filter keeps the user of that name and no other');
    },
  ),
  scenario(
    'user-group.joined.listing',
    {
      title: 'Assigned user groups are paged, sorted by name and filtered by name',
      controller,
      operations: [...setUp, 'getAssignedUserGroups'],
      proves: ['GROUP-JOINED-002', 'GROUP-JOINED-003', 'GROUP-JOINED-004'],
    },
    async (context) => {
      const { given, expect } = context;
      const api = await given.session();
      const [a, b] = [await givenGroup(context, api, 'a'), await givenGroup(context, api, 'b')];
      const user = await givenUser(context, api, 'joins', [b, a]);
      const list = async (query: Query) => about(await joined(context, api, user.id, query), [a.id, b.id]);
      expect.equal(await list({}), [a.id, b.id], 'the names ascend unless told otherwise');
      expect.equal(await list({ sortfield: 'UserGroup.Name', descending: true }), [b.id, a.id], 'the names descend when told so');
      expect.equal(await list({ pagesize: 1 }), [a.id], 'a page holds one group when one is asked for');
      expect.equal(await list({ page: 2, pagesize: 1 }), [b.id], 'the second page follows the first');
      expect.equal(await list({ name: b.name }), [b.id], 'the filter keeps the group of that name and no other');
    },
  ),
];
