// Owns the cases of the operations that list, change and delete users (user.md).
import type { Case } from '../src/kit/case.ts';
import { pageOf } from '../src/kit/paging.ts';
import { idsOf } from '../src/kit/requirement-ids.ts';

const unknownId = '11111111-2222-4333-8444-555555555555';
const counts = ['adminUsers', 'creativeUsers', 'standardUsers', 'storage', 'connections', 'projects', 'teams', 'drives', 'syncs'];

export const cases: readonly Case[] = [
  {
    id: 'user.get-all-users-with-details.success',
    title: 'Get All Users With Details lists the users of the account, with the documented defaults of paging',
    operation: 'getAllUsersWithDetails',
    expect: {
      status: 200,
      body: { options: { page: 1, pageSize: 50 } },
      also: ({ body }, { expect, given }) => {
        const { data } = pageOf(body, expect);
        const own = data.some(({ username }) => username === given.credentials().username);
        expect.that(own || data.length === 50, 'the signed-in user is among the users', data.length);
        for (const name of ['userGroups', 'projects', 'sharedCloudDrives'])
          expect.that(
            data.every((user) => Array.isArray(user[name])),
            `every user has an array ${name}`,
          );
      },
    },
    proves: ['USER-DETAILS-001', 'USER-DETAILS-002', ...idsOf('USER-DETAILSFIELD', 1, 6)],
  },
  {
    id: 'user.edit-user.unknown-user',
    title: 'Edit User does not know an unknown id',
    operation: 'editUser',
    level: 'SHOULD',
    request: { body: { id: unknownId, lastname: 'Kit' } },
    expect: { status: 499, errorCode: 'NOT_FOUND' },
    proves: ['USER-EDIT-005', 'ERR-CODE-010'],
  },
  {
    id: 'user.inquire-package.success',
    title: 'Package Inquiry answers what the account may still use',
    operation: 'inquirePackage',
    expect: {
      status: 200,
      also: ({ body }, { expect }) => {
        const left = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
        for (const name of counts) expect.that(typeof left[name] === 'number', `${name} is a count`, left[name]);
        for (const name of ['logs', 'sso']) expect.that(typeof left[name] === 'boolean', `${name} is true or false`, left[name]);
      },
    },
    proves: ['USER-PACKAGE-001', ...idsOf('USER-PACKAGEFIELD', 1, 11)],
  },
];
