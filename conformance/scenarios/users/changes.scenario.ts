// Owns the stories of a user who is changed, shown with details, and deleted (user.md).
import type { Api } from '../../src/kit/api.ts';
import type { Context } from '../../src/kit/check.ts';
import { codeOf } from '../../src/kit/error-model.ts';
import { pageOf } from '../../src/kit/paging.ts';
import { findUser, givenGroup, givenUser, type Item } from '../../src/kit/people.ts';
import { scenario } from '../../src/kit/scenario.ts';

const controller = 'User';

async function stored(context: Context, api: Api, username: string): Promise<Item> {
  return context.expect.present(await findUser(context, api, username), `${username} is listed`);
}

async function left({ expect }: Context, api: Api): Promise<number> {
  const { standardUsers } = (await api.ok('inquirePackage')) as { standardUsers?: unknown };
  return typeof standardUsers === 'number' ? standardUsers : expect.fail('standardUsers is a number', 'a number', standardUsers);
}

type Query = Readonly<Record<string, string | number | boolean>>;

async function sameList(context: Context, api: Api, query: Query): Promise<void> {
  const { expect } = context;
  const [plain, detailed] = [await api.perform('getAllUsers', { query }), await api.perform('getAllUsersWithDetails', { query })];
  const ids = [plain, detailed].map(({ body }) => pageOf(body, expect).data.map(({ id }) => id));
  expect.equal(ids[1], ids[0], `with ${JSON.stringify(query)} both lists hold the same users in the same order`);
}

export const scenarios = [
  scenario(
    'user.details.same-as-the-plain-list',
    {
      title: 'Get All Users With Details pages, sorts and filters as Get All Users does',
      controller,
      operations: ['getAllUsers', 'getAllUsersWithDetails'],
      impact: 'read',
      proves: ['USER-DETAILS-003'],
    },
    async (context) => {
      const api = await context.given.session();
      const { username } = context.given.credentials();
      for (const query of [
        {},
        { pagesize: 1 },
        { page: 2, pagesize: 1 },
        { username },
        { userStatus: 1 },
        { sortfield: 'Username' },
        { descending: false },
      ])
        await sameList(context, api, query);
    },
  ),
  scenario(
    'user.details.groups-of-a-user',
    {
      title: 'A user with details carries the groups that the user is assigned to',
      controller,
      operations: ['importUsers', 'insertUserGroup', 'deleteUserGroup', 'getAllUsersWithDetails', 'deleteUser'],
      proves: ['USER-DETAILS-004'],
    },
    async (context) => {
      const { given, expect } = context;
      const api = await given.session();
      const group = await givenGroup(context, api);
      const { username } = await givenUser(context, api, 'detailed', [group]);
      const { data } = pageOf((await api.call('getAllUsersWithDetails', { query: { username } })).body, expect);
      const user = expect.present(
        data.find((one) => one.username === username),
        'the user is listed with details',
      );
      expect.that(JSON.stringify(user.userGroups ?? null).includes(group.id), 'the group of the user is among userGroups', user.userGroups);
    },
  ),
  scenario(
    'user.edit.omitted-fields-are-kept',
    {
      title: 'Edit User changes what it is sent, keeps the rest, and answers what is stored',
      controller,
      operations: ['importUsers', 'editUser', 'getAllUsers', 'deleteUser'],
      proves: ['USER-EDIT-001', 'USER-EDIT-002', 'USER-EDIT-003'],
    },
    async (context) => {
      const { given, expect } = context;
      const api = await given.session();
      const { id, username } = await givenUser(context, api, 'edited');
      const before = await stored(context, api, username);
      const answer = (await api.ok('editUser', { body: { id, lastname: 'Edited', userType: 32 } })) as Item;
      expect.equal([answer.lastname, answer.userType], ['Edited', 32], 'the answer has the new name and the new role');
      for (const field of ['id', 'firstname', 'username', 'email'])
        expect.equal(answer[field], before[field], `${field}, which was left out, is as it was`);
      const after = await stored(context, api, username);
      for (const field of ['firstname', 'lastname', 'username', 'email', 'userType', 'status'])
        expect.equal(after[field], answer[field], `${field} is stored as it was answered`);
      const whole = (await api.ok('editUser', { body: { ...(after as { id: string }), id, firstname: 'Whole' } })) as Item;
      expect.equal([whole.firstname, whole.lastname], ['Whole', 'Edited'], 'a whole user object is taken too');
    },
  ),
  scenario(
    'user.edit.taken-username',
    {
      title: 'Edit User refuses a username that another user has',
      controller,
      operations: ['importUsers', 'editUser', 'deleteUser'],
      statuses: [499],
      level: 'SHOULD',
      proves: ['USER-EDIT-004'],
    },
    async (context) => {
      const { given, expect } = context;
      const api = await given.session();
      const { id } = await givenUser(context, api, 'renamed');
      const { status, body, headers } = await api.call('editUser', { body: { id, username: given.credentials().username } });
      expect.equal(status, 499, 'a taken username is answered 499');
      expect.equal(codeOf(body, headers), 'DUPLICATE', 'the error code is DUPLICATE');
    },
  ),
  scenario(
    'user.delete.gone',
    {
      title: 'Delete User deletes a user of the account',
      controller,
      operations: ['importUsers', 'deleteUser', 'getAllUsers'],
      proves: ['USER-DELETE-001'],
    },
    async (context) => {
      const { given, expect } = context;
      const api = await given.session();
      const { id, username } = await givenUser(context, api, 'deleted');
      const { status } = await api.call('deleteUser', { query: { id } });
      expect.equal(status, 200, 'Delete User answers 200');
      expect.equal(await findUser(context, api, username), undefined, 'a deleted user is listed no more');
    },
  ),
  scenario(
    'user.package.remaining-seats',
    {
      title: 'Package Inquiry counts down with a new standard user, and up when the user is deleted',
      controller,
      operations: ['importUsers', 'inquirePackage', 'deleteUser'],
      level: 'SHOULD',
      proves: ['USER-PACKAGE-002'],
    },
    async (context) => {
      const { given, expect } = context;
      const api = await given.session();
      const before = await left(context, api);
      const { id } = await givenUser(context, api, 'counted');
      expect.equal(await left(context, api), before - 1, 'one standard user fewer may be added');
      await api.ok('deleteUser', { query: { id } });
      expect.equal(await left(context, api), before, 'the seat is free again');
    },
  ),
];
