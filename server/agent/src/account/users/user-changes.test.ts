import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { UserRow } from '../../store/user-store.ts';
import { historyEntry } from '../testing/history-entry.ts';
import { asCaller, type Installation, installation } from '../testing/installation.ts';

let here: Installation;
let accountId: string;
let owner: UserRow;
let admin: UserRow;
let user: UserRow;
beforeEach(async () => {
  here = installation({ plan: { adminUsers: 3 } });
  accountId = here.addAccount('Example Org');
  owner = await here.addUser({ username: 'owner@example.com', accountId, owner: 1 });
  admin = await here.addUser({ username: 'admin@example.com', accountId });
  user = await here.addUser({ username: 'user@example.com', accountId, userType: 64 });
});
afterEach(() => here.close());

const refused = (code: string) => expect.objectContaining({ name: 'Failure', code, unauthenticated: false });
const edit = (by: UserRow, id: string, fields: object) => here.userChanges.edit(asCaller(by), { id, ...fields });

describe('editing a user', () => {
  it('changes what is sent, keeps what is left out, and answers the state that is stored', () => {
    const answer = edit(admin, user.id.toUpperCase(), { lastname: ' Roe ', userType: 32 });
    expect(answer).toMatchObject({
      id: user.id,
      firstname: 'Jane',
      lastname: 'Roe',
      username: 'user@example.com',
      userType: 32,
      status: 1,
    });
    expect(edit(admin, user.id, {})).toEqual(answer);
  });

  it('takes a whole record back and does not look at what it cannot change', () => {
    const whole = edit(admin, user.id, {});
    expect(edit(admin, user.id, { ...whole, owner: true, mfa: true, createDate: '2000-01-01T00:00:00Z' })).toEqual(whole);
  });

  it('is refused for unknown users and for those of another account', async () => {
    const stranger = await here.addUser({ username: 'stranger@example.org' });
    for (const id of [randomUUID(), stranger.id]) expect(() => edit(admin, id, { lastname: 'x' })).toThrow(refused('NOT_FOUND'));
  });

  it('lets a user sign in under the new name only, and leaves the old one to others', async () => {
    await here.addUser({ username: 'taken@example.org' });
    expect(() => edit(admin, user.id, { username: 'TAKEN@example.org' })).toThrow(refused('DUPLICATE'));
    edit(admin, user.id, { username: 'User@Example.com' });
    edit(admin, user.id, { username: 'new@example.com' });
    await expect(here.sessions.login('user@example.com', 'right')).rejects.toMatchObject({ code: 'AUTH' });
    await expect(here.sessions.login('new@example.com', 'right')).resolves.toMatchObject({ challenge: 0 });
    edit(owner, admin.id, { username: 'user@example.com' });
  });

  it.each([
    [{ username: ' ' }, 'DEFAULT'],
    [{ username: 'a\u0000b' }, 'DEFAULT'],
    [{ firstname: 'x'.repeat(51) }, 'DEFAULT'],
    [{ lastname: 'a\nb' }, 'DEFAULT'],
    [{ email: 'nobody' }, 'INVALID_EMAIL'],
    [{ email: '' }, 'INVALID_EMAIL'],
    [{ email: `${'x'.repeat(45)}@example.com` }, 'DEFAULT'],
    [{ userType: 0 }, 'DEFAULT'],
    [{ userType: 48 }, 'DEFAULT'],
    [{ status: 0 }, 'DEFAULT'],
    [{ status: 3 }, 'DEFAULT'],
    [{ status: 4 }, 'DEFAULT'],
  ])('refuses %j and changes nothing', (fields, code) => {
    const before = here.userStore.findById(user.id);
    expect(() => edit(admin, user.id, { lastname: 'Changed', ...fields })).toThrow(refused(code));
    expect(here.userStore.findById(user.id)).toEqual(before);
  });

  it('never takes the owner or the caller out of office, however the account is administered', () => {
    for (const by of [owner, admin]) {
      for (const fields of [{ userType: 64 }, { status: 2 }]) {
        expect(() => edit(by, owner.id, fields)).toThrow(refused('ACCESS'));
        expect(() => edit(by, by.id, fields)).toThrow(refused('ACCESS'));
      }
    }
    expect(edit(owner, owner.id, { userType: 16, status: 1, firstname: 'Own' })).toMatchObject({ firstname: 'Own', userType: 16 });
    expect(edit(owner, admin.id, { userType: 64 })).toMatchObject({ userType: 64 });
  });

  it('ends the sessions of whoever becomes inactive, and does not revive them', async () => {
    const { jwtToken } = await here.sessions.login('user@example.com', 'right');
    await here.sessions.authenticate(jwtToken);
    edit(admin, user.id, { status: 2 });
    await expect(here.sessions.authenticate(jwtToken)).rejects.toMatchObject({ code: 'SESSION' });
    await expect(here.sessions.login('user@example.com', 'right')).rejects.toMatchObject({ code: 'INACTIVE_USER' });
    edit(admin, user.id, { status: 1 });
    await expect(here.sessions.authenticate(jwtToken)).rejects.toMatchObject({ code: 'SESSION' });
    await expect(here.sessions.login('user@example.com', 'right')).resolves.toMatchObject({ challenge: 0 });
  });

  it('gives and takes the rights of an administrator at once', async () => {
    const { jwtToken } = await here.sessions.login('user@example.com', 'right');
    edit(owner, user.id, { userType: 16 });
    expect((await here.sessions.authenticate(jwtToken)).isAdmin).toBe(true);
    edit(owner, user.id, { userType: 32 });
    expect((await here.sessions.authenticate(jwtToken)).isAdmin).toBe(false);
  });

  it('leaves the status of a pending user alone, and everything else not', async () => {
    const pending = await here.addUser({ username: 'pending@example.com', accountId, userType: 64, status: 4 });
    for (const status of [1, 2]) expect(() => edit(admin, pending.id, { status })).toThrow(refused('PENDING'));
    expect(edit(admin, pending.id, { status: 4, userType: 32 })).toMatchObject({ status: 4, userType: 32 });
  });

  it('needs a seat of the plan for another type', async () => {
    await here.addUser({ username: 'third@example.com', accountId });
    expect(() => edit(owner, user.id, { userType: 16 })).toThrow(refused('DB_UPDATE'));
    expect(edit(owner, user.id, { userType: 32 })).toMatchObject({ userType: 32 });
  });
});

describe('deleting a user', () => {
  const remove = (by: UserRow, id: string) => here.userChanges.remove(asCaller(by), id);

  it('ends the sessions, leaves the cloud accounts to the owner and the username to anybody', async () => {
    const { jwtToken } = await here.sessions.login('user@example.com', 'right');
    const own = await here.cloudAccounts.insert(
      asCaller(user),
      { name: 'Mine', cloudType: 1, accessKey: 'a', secretKey: 'b', shared: false },
      new AbortController().signal,
    );
    remove(admin, user.id);
    await expect(here.sessions.authenticate(jwtToken)).rejects.toMatchObject({ code: 'SESSION' });
    await expect(here.sessions.login('user@example.com', 'right')).rejects.toMatchObject({ code: 'AUTH' });
    expect(here.cloudAccounts.get(asCaller(owner), own.id)).toMatchObject({ name: 'Mine', shared: false });
    expect(() => here.cloudAccounts.get(asCaller(admin), own.id)).toThrow(refused('NOT_FOUND'));
    await here.addUser({ username: 'user@example.com' });
  });

  it('takes memberships and permissions along and leaves the history', () => {
    const group = here.userGroups.insert(asCaller(admin), { name: 'Design Team', description: '', active: true });
    here.memberships.assign(asCaller(admin), [{ userId: user.id, userGroupId: group.id }]);
    here.historyStore.record(historyEntry({ accountId, userId: user.id }));
    remove(admin, user.id);
    expect(here.database.prepare('SELECT count(*) FROM user_group_members').pluck().get()).toBe(0);
    const query = { page: 1, pagesize: 50, sortfield: 'UserEmail', descending: true, origin: 0, status: 0, direction: 0 };
    expect(here.history.page(asCaller(admin), query).data).toMatchObject([
      { userId: user.id, userEmail: 'user@example.com', userName: 'Jane Doe' },
    ]);
  });

  it('is refused for the owner, for oneself, and for whom the account does not have', async () => {
    const stranger = await here.addUser({ username: 'stranger@example.org' });
    for (const id of [owner.id, admin.id]) expect(() => remove(admin, id)).toThrow(refused('ACCESS'));
    for (const id of [stranger.id, randomUUID()]) expect(() => remove(admin, id)).toThrow(refused('NOT_FOUND'));
    remove(admin, user.id);
    expect(() => remove(admin, user.id)).toThrow(refused('NOT_FOUND'));
  });

  it('is DB_DELETE, and changes nothing, while something refers to the user that does not say what becomes of it', () => {
    here.database.exec('CREATE TABLE others (user_id TEXT REFERENCES users (id))');
    here.database.prepare('INSERT INTO others VALUES (?)').run(user.id);
    expect(() => remove(admin, user.id)).toThrow(refused('DB_DELETE'));
    expect(here.userStore.findById(user.id)).toEqual(user);
  });
});

describe('the plan', () => {
  it('answers what is left of each limit, never less than nothing', async () => {
    const caller = asCaller(admin);
    const before = here.plan.inquire(caller);
    expect(before).toMatchObject({ adminUsers: 1, creativeUsers: 100, standardUsers: 99, teams: 100, storage: 100, logs: true, sso: true });
    const group = here.userGroups.insert(caller, { name: 'Design Team', description: '', active: true });
    await here.addUser({ username: 'creative@example.com', accountId, userType: 32, status: 4 });
    expect(here.plan.inquire(caller)).toMatchObject({ creativeUsers: 99, teams: 99 });
    here.userGroups.remove(caller, group.id);
    here.userChanges.remove(caller, user.id);
    expect(here.plan.inquire(caller)).toMatchObject({ standardUsers: 100, teams: 100 });
    for (const n of [1, 2, 3]) await here.addUser({ username: `admin${n}@example.com`, accountId });
    expect(here.plan.inquire(caller).adminUsers).toBe(0);
    expect(here.plan.inquire({ accountId: here.addAccount('Another') })).toMatchObject({ adminUsers: 3, standardUsers: 100 });
  });
});
