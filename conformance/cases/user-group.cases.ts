// Owns the cases of the UserGroup operations (usergroup.md).
import type { Case } from '../src/kit/case.ts';
import { pageOf } from '../src/kit/paging.ts';

const unknownId = '11111111-2222-4333-8444-555555555555';
const notThere = { status: 499, errorCode: 'NOT_FOUND' } as const;
const unknown = ['ERR-CODE-010'];

export const cases: readonly Case[] = [
  {
    id: 'user-group.get-all-user-groups.defaults',
    title: 'Get All User Groups echoes the documented defaults of paging',
    operation: 'getAllUserGroups',
    level: 'SHOULD',
    expect: { status: 200, body: { options: { page: 1, pageSize: 50 } }, also: ({ body }, { expect }) => void pageOf(body, expect) },
    proves: ['GROUP-LIST-008'],
  },
  {
    id: 'user-group.get-all-user-groups.unknown-sort-field',
    title: 'Get All User Groups refuses a sort field that does not exist',
    operation: 'getAllUserGroups',
    level: 'INFO',
    request: { query: { sortfield: 'NoSuchField' } },
    expect: { status: 499, errorCode: 'DEFAULT' },
  },
  {
    id: 'user-group.update-user-group.unknown-group',
    title: 'Update User Group does not know an unknown id',
    operation: 'updateUserGroup',
    level: 'SHOULD',
    request: ({ name }) => Promise.resolve({ body: { id: unknownId, name: name('none') } }),
    expect: notThere,
    proves: ['GROUP-UPDATE-002', ...unknown],
  },
  {
    id: 'user-group.get-assigned-users.unknown-group',
    title: 'Get Assigned Users does not know an unknown group',
    operation: 'getAssignedUsers',
    level: 'SHOULD',
    request: { query: { userGroupId: unknownId } },
    expect: notThere,
    proves: ['GROUP-MEMBERS-005', ...unknown],
  },
  {
    id: 'user-group.get-assigned-user-groups.unknown-user',
    title: 'Get Assigned User Groups does not know an unknown user',
    operation: 'getAssignedUserGroups',
    level: 'SHOULD',
    request: { query: { userId: unknownId } },
    expect: notThere,
    proves: ['GROUP-JOINED-005', ...unknown],
  },
  {
    id: 'user-group.assign-users.unknown-ids',
    title: 'Assign Users does not know an unknown user in an unknown group',
    operation: 'assignUsers',
    level: 'SHOULD',
    request: { body: [{ userId: unknownId, userGroupId: unknownId }] },
    expect: notThere,
    proves: ['GROUP-ASSIGN-003', ...unknown],
  },
];
