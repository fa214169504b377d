import { randomUUID } from 'node:crypto';
import type { Schema } from '@click-kit/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { UserRow } from '../../store/user-store.ts';
import type { Caller } from '../caller.ts';
import { asCaller, type Installation, installation } from '../testing/installation.ts';
import { UserImport } from './user-import.ts';

let here: Installation;
let admin: Caller;
let user: UserRow;
beforeEach(async () => {
  here = installation({ plan: { teams: 4, standardUsers: 3 } });
  const accountId = here.addAccount('Example Org');
  admin = asCaller(await here.addUser({ username: 'admin@example.com', accountId, owner: 1 }));
  user = await here.addUser({ username: 'user@example.com', accountId, userType: 64 });
  await here.addUser({ username: 'owner@example.org', owner: 1 });
});
afterEach(() => here.close());

const refused = (code: string) => expect.objectContaining({ name: 'Failure', code, unauthenticated: false });
const insert = (name: string) => here.userGroups.insert(admin, { name, description: '', active: true });
const page = { page: 1, pagesize: 50, descending: false };
const names = (caller: Caller) => here.userGroups.list(caller, { ...page, sortfield: 'Name' }).data.map((group) => group.name);
const members = (caller: Caller, userGroupId: string) =>
  here.memberships.assignedUsers(caller, { ...page, sortfield: 'User.Username', userGroupId });
const joined = (caller: Caller, userId: string) =>
  here.memberships.assignedUserGroups(caller, { ...page, sortfield: 'UserGroup.Name', userId });

describe('the import', () => {
  const person = (username: string, more: object = {}) => ({ username, firstName: 'Ada', lastName: 'Lovelace', ...more });
  const run = (relations: Schema<'ImportUsersRequest'>) => here.userImport.run(admin, relations);
  const everybody = () => here.users.getAllUsers(admin, { ...page, sortfield: 'Username', userStatus: 7 }).data;

  it('creates missing users as pending, missing groups once, and maps each user to its groups', () => {
    run([
      { user: person('ada@example.com'), userGroups: [{ id: randomUUID(), name: 'New Team' }] },
      { user: person('ADA@example.com'), userGroups: [{ name: 'NEW TEAM' }, { name: 'Second' }] },
      { user: { username: 'bob@example.com', email: 'b@example.com', userType: 32 } },
    ]);
    expect(names(admin)).toEqual(['New Team', 'Second']);
    const pending = { status: 4, owner: false, mfa: false };
    expect(everybody().filter(({ status }) => status === 4)).toMatchObject([
      { ...pending, username: 'ada@example.com', email: 'ada@example.com', firstname: 'Ada', lastname: 'Lovelace', userType: 64 },
      { ...pending, username: 'bob@example.com', email: 'b@example.com', firstname: '', lastname: '', userType: 32 },
    ]);
    expect(joined(admin, everybody()[0]!.id).data.map(({ userGroup }) => userGroup!.name)).toEqual(['New Team', 'Second']);
  });

  it('takes whoever is there as is, and a group by its id before its name', () => {
    const group = insert('Design Team');
    run([
      { user: person('USER@example.com', { userType: 16 }), userGroups: [{ id: group.id, name: 'Another name' }, { name: 'design team' }] },
    ]);
    expect(names(admin)).toEqual(['Design Team']);
    expect(members(admin, group.id).data.map((one) => one.user)).toMatchObject([
      { id: user.id, firstname: 'Jane', userType: 64, status: 1 },
    ]);
  });

  it('passes over a username of another account and tells nothing of it', () => {
    run([{ user: person('owner@example.org'), userGroups: [{ name: 'Team' }] }]);
    expect([names(admin), everybody().length]).toEqual([[], 2]);
  });

  it.each<[string, Schema<'ImportUsersRequest'>[number], string]>([
    ['a username that is no address to invite at', { user: person('nobody') }, 'INVALID_EMAIL'],
    ['a blank username', { user: person(' ') }, 'DEFAULT'],
    ['a type that is none', { user: person('x@example.com', { userType: 3 }) }, 'DEFAULT'],
    ['a group without id and name', { user: person('x@example.com'), userGroups: [{}] }, 'DEFAULT'],
    ['an unknown group without a name', { user: person('x@example.com'), userGroups: [{ id: randomUUID() }] }, 'NOT_FOUND'],
    ['a blank group', { user: person('x@example.com'), userGroups: [{ name: ' ' }] }, 'DEFAULT'],
  ])('stores nothing when one entry has %s', (_what, bad, code) => {
    expect(() => run([{ user: person('fine@example.com'), userGroups: [{ name: 'Team' }] }, bad])).toThrow(refused(code));
    expect([names(admin), everybody().length]).toEqual([[], 2]);
  });

  it('keeps to the seats of the plan, whole or not at all', () => {
    expect(() => run(['a', 'b', 'c'].map((name) => ({ user: person(`${name}@example.com`) })))).toThrow(refused('DB_INSERT'));
    expect(everybody()).toHaveLength(2);
    run(['a', 'b'].map((name) => ({ user: person(`${name}@example.com`) })));
    expect(here.plan.inquire(admin).standardUsers).toBe(0);
  });

  it('leaves the invitation to whoever is given, inside its transaction', () => {
    const invited: string[] = [];
    const given = {
      users: here.userStore,
      groupStore: here.userGroupStore,
      groups: here.userGroups,
      memberships: here.membershipStore,
      plan: here.plan,
      now: here.now,
    };
    const inviting = new UserImport({
      ...given,
      invite: (row, by) => {
        expect(here.database.inTransaction).toBe(true);
        here.userStore.insert(row);
        invited.push(`${row.username} by ${by.userId}`);
      },
    });
    inviting.run(admin, [{ user: person('ada@example.com') }, { user: person('user@example.com') }]);
    expect(invited).toEqual([`ada@example.com by ${admin.userId}`]);
  });

  it('creates nobody who could sign in', async () => {
    run([{ user: person('ada@example.com') }]);
    for (const password of ['', 'right', ' '])
      await expect(here.sessions.login('ada@example.com', password)).rejects.toMatchObject({ code: 'AUTH' });
  });
});
