// Owns the story of an import, and what another account sees of all this (usergroup.md, user.md).
import type { Api } from '../../src/kit/api.ts';
import type { Context } from '../../src/kit/check.ts';
import { codeOf } from '../../src/kit/error-model.ts';
import { pageOf } from '../../src/kit/paging.ts';
import {
  entryAbout,
  findUser,
  givenGroup,
  givenUser,
  removeGroupAfterwards,
  removeUserAfterwards,
  textAt,
  usernameOf,
} from '../../src/kit/people.ts';
import { scenario } from '../../src/kit/scenario.ts';

const controller = 'UserGroup';

async function groupsOf({ expect }: Context, api: Api, userId: string) {
  return pageOf((await api.call('getAssignedUserGroups', { query: { userId, pagesize: 100 } })).body, expect);
}

export const scenarios = [
  scenario(
    'user-group.import.maps-users',
    {
      title: 'Import Users maps a user to the groups that are given',
      controller,
      operations: ['insertUserGroup', 'importUsers', 'getAssignedUserGroups', 'deleteUserGroup'],
      proves: ['GROUP-IMPORT-001'],
    },
    async (context) => {
      const { given, expect } = context;
      const api = await given.session();
      const groups = [await givenGroup(context, api, 'one'), await givenGroup(context, api, 'two')];
      const { username } = given.credentials();
      const own = expect.present(await findUser(context, api, username), 'the signed-in user is listed');
      const user = { username, firstName: String(own.firstname), lastName: String(own.lastname) };
      const { status } = await api.call('importUsers', { body: [{ user, userGroups: groups.map(({ id, name }) => ({ id, name })) }] });
      expect.equal(status, 200, 'Import Users answers 200');
      const found = await groupsOf(context, api, String(own.id));
      for (const { id } of groups) expect.that(entryAbout(found, id) !== undefined, 'the user is in each of the groups');
    },
  ),
  scenario(
    'user-group.import.creates-what-is-missing',
    {
      title: 'Import Users creates missing users and groups, finds groups in any case, and takes nobody out of a group',
      controller,
      operations: [
        'insertUserGroup',
        'importUsers',
        'getAllUsers',
        'getAssignedUserGroups',
        'getAllUserGroups',
        'deleteUserGroup',
        'deleteUser',
      ],
      level: 'SHOULD',
      proves: ['GROUP-IMPORT-002', 'GROUP-IMPORT-003', 'GROUP-IMPORT-004'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const api = await given.session();
      const group = await givenGroup(context, api);
      const [username, created] = [usernameOf(context, 'imported'), name('created')];
      const relation = (groupName: string) => [
        { user: { username, firstName: 'Ada', lastName: 'Kit' }, userGroups: [{ name: groupName }] },
      ];
      await api.ok('importUsers', { body: relation(group.name.toUpperCase()) });
      const user = expect.present(await findUser(context, api, username), 'the missing user was created');
      removeUserAfterwards(context, api, { id: String(user.id), username });
      await api.ok('importUsers', { body: relation(created) });
      const { data } = pageOf((await api.call('getAllUserGroups', { query: { name: created } })).body, expect);
      const made = expect.present(
        textAt(
          data.find((one) => one.name === created),
          'id',
        ),
        'the missing group was created',
      );
      removeGroupAfterwards(context, api, { id: made, name: created });
      const found = await groupsOf(context, api, String(user.id));
      expect.that(entryAbout(found, made) !== undefined, 'the user is in the new group');
      expect.that(entryAbout(found, group.id) !== undefined, 'the user is still in the group of the first import, found in another case');
      expect.equal(found.total, 2, 'and in no other');
    },
  ),
  scenario(
    'user-group.isolation',
    {
      title: 'An administrator of another account sees neither the users nor the groups of this one',
      controller,
      operations: [
        'insertUserGroup',
        'importUsers',
        'getAllUsers',
        'getAllUsersWithDetails',
        'getAllUserGroups',
        'getAllUserGroupsWithDetails',
        'deleteUserGroup',
        'deleteUser',
      ],
      proves: ['GROUP-SCOPE-001', 'USER-SCOPE-001'],
    },
    async (context) => {
      const { given, expect } = context;
      const [api, stranger] = [await given.session(), await given.strangerSession()];
      const group = await givenGroup(context, api);
      const user = await givenUser(context, api, 'secret', [group]);
      for (const id of ['getAllUserGroups', 'getAllUserGroupsWithDetails'] as const) {
        const { data } = pageOf((await stranger.call(id, { query: { name: group.name } })).body, expect);
        expect.that(!data.some((one) => one.id === group.id), `${id} of another account does not list the group`);
      }
      for (const id of ['getAllUsers', 'getAllUsersWithDetails'] as const) {
        const { data } = pageOf((await stranger.call(id, { query: { username: user.username } })).body, expect);
        expect.that(!data.some((one) => one.id === user.id), `${id} of another account does not list the user`);
      }
    },
  ),
  scenario(
    'user-group.isolation.foreign-ids',
    {
      title: 'The ids of another account are as good as unknown',
      controller,
      operations: [
        'insertUserGroup',
        'importUsers',
        'editUser',
        'deleteUser',
        'updateUserGroup',
        'deleteUserGroup',
        'getAssignedUsers',
        'getAssignedUserGroups',
        'assignUsers',
      ],
      statuses: [499],
      level: 'SHOULD',
      proves: ['GROUP-SCOPE-002'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const [api, stranger] = [await given.session(), await given.strangerSession()];
      const group = await givenGroup(context, api);
      const { id: userId } = await givenUser(context, api, 'foreign', [group]);
      const { id } = group;
      for (const call of [
        () => stranger.call('editUser', { body: { id: userId, lastname: 'Taken' } }),
        () => stranger.call('updateUserGroup', { body: { id, name: name('taken') } }),
        () => stranger.call('getAssignedUsers', { query: { userGroupId: id } }),
        () => stranger.call('getAssignedUserGroups', { query: { userId } }),
        () => stranger.call('assignUsers', { body: [{ userId, userGroupId: id }] }),
        () => stranger.call('deleteUserGroup', { query: { id } }),
        () => stranger.call('deleteUser', { query: { id: userId } }),
      ]) {
        const { operation, status, body, headers } = await call();
        expect.equal([status, codeOf(body, headers)], [499, 'NOT_FOUND'], `${operation} does not know the ids of another account`);
      }
    },
  ),
];
