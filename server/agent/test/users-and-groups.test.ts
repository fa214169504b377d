// Whole-agent tests of users and user groups: roles, isolation, and what is on the wire.
import { beforeAll, describe, expect, it } from 'vitest';
import { agent, type SignedIn, type TestAgent } from './agent.ts';
import { bodyOf, refusalOf } from './answers.ts';
import { forGroup } from './lifetime.ts';

const unknown = '11111111-2222-4333-8444-555555555555';
const accountLists = ['Color', 'Editorial', 'Producers'];

describe('an administrator', () => {
  const lifetime = forGroup();
  let here: TestAgent;
  let admin: SignedIn;
  let stranger: SignedIn;
  beforeAll(async () => {
    here = await agent({}, lifetime);
    admin = await here.signIn();
    stranger = await here.signIn('owner@example.org');
  });

  const idOf = async (username: string): Promise<string> => {
    const { data } = await bodyOf(admin.GET('/user/get_all_users', { params: { query: { username } } }));
    return data[0]!.id;
  };

  it('imports users into groups, finds them from both sides, and takes one out again', async () => {
    const imported = await admin.POST('/usergroup/import_users', {
      body: [{ user: { username: 'ada@example.com', firstName: 'Ada', lastName: 'Lovelace' }, userGroups: [{ name: 'Imported' }] }],
    });
    expect(imported.response.status).toBe(200);
    expect(await imported.response.text().catch(() => '')).toBe('');
    const userId = await idOf('ada@example.com');
    const groups = await bodyOf(admin.GET('/usergroup/get_assigned_usergroups', { params: { query: { userId } } }));
    const [{ userUserGroup, userGroup }] = groups.data as [(typeof groups.data)[0]];
    expect(userGroup).toMatchObject({ name: 'Imported', description: '', active: true });
    const { userGroupId } = userUserGroup;
    const members = await bodyOf(admin.GET('/usergroup/get_assigned_users', { params: { query: { userGroupId } } }));
    expect(members).toMatchObject({ total: 1, data: [{ user: { username: 'ada@example.com', status: 4 }, userUserGroup }] });
    const ended = await admin.DELETE('/usergroup/unassign_user', { params: { query: { id: userUserGroup.id } } });
    expect(ended.response.status).toBe(200);
    expect((await bodyOf(admin.GET('/usergroup/get_assigned_users', { params: { query: { userGroupId } } }))).total).toBe(0);
  });

  it('edits a user in part, and ends the sessions of whoever becomes inactive', async () => {
    const id = await idOf('user@example.com');
    const user = await here.signIn('user@example.com');
    const edited = await bodyOf(admin.PUT('/user/edit_user', { body: { id, firstname: 'Jo', status: 2 } }));
    expect(edited).toMatchObject({ id, firstname: 'Jo', lastname: 'Doe', status: 2 });
    expect(await refusalOf(user.GET('/user/get_all_users'))).toMatchObject({ status: 401, code: 'SESSION' });
    await bodyOf(admin.PUT('/user/edit_user', { body: { id, status: 1 } }));
    await here.signIn('user@example.com');
  });

  it('deletes a user, whose history stays and whose name is free', async () => {
    const id = await idOf('user@example.com');
    const history = async () =>
      (await bodyOf(admin.GET('/transferhistory/get_all', { params: { query: { pagesize: 1000 } } }))).data.filter(
        ({ userId }) => userId === id,
      );
    const before = await history();
    const user = await here.signIn('user@example.com');
    expect((await admin.DELETE('/user/delete_user', { params: { query: { id } } })).response.status).toBe(200);
    expect(await refusalOf(user.GET('/user/package_inquiry'))).toMatchObject({ status: 401, code: 'SESSION' });
    expect(await history()).toEqual(before);
    expect(before.length).toBeGreaterThan(0);
    await admin.POST('/usergroup/import_users', { body: [{ user: { username: 'user@example.com' } }] });
    expect(await idOf('user@example.com')).not.toBe(id);
  });

  it('sees what the plan has left shrink and grow', async () => {
    const left = async () => (await bodyOf(admin.GET('/user/package_inquiry'))).teams;
    const before = await left();
    const group = await bodyOf(admin.POST('/usergroup/insert', { body: { name: 'Counted', description: '', active: true } }));
    expect(await left()).toBe(before - 1);
    await admin.DELETE('/usergroup/delete', { params: { query: { id: group.id } } });
    expect(await left()).toBe(before);
  });

  it('of another account sees none of it and may touch none of it', async () => {
    const group = (await bodyOf(admin.GET('/usergroup/get_all'))).data[0]!;
    const userId = await idOf('admin@example.com');
    const { data } = await bodyOf(stranger.GET('/usergroup/get_all_with_details', { params: { query: { pagesize: 100 } } }));
    expect(data.map(({ id }) => id)).not.toContain(group.id);
    const users = await bodyOf(stranger.GET('/user/get_all_users_with_details', { params: { query: { pagesize: 100 } } }));
    expect(users.data.map(({ username }) => username)).not.toContain('admin@example.com');
    const query = { userGroupId: group.id };
    for (const id of [group.id, unknown]) {
      for (const call of [
        stranger.PUT('/usergroup/update', { body: { id, name: 'Mine' } }),
        stranger.DELETE('/usergroup/delete', { params: { query: { id } } }),
        stranger.GET('/usergroup/get_assigned_users', { params: { query: { ...query, userGroupId: id } } }),
      ])
        expect(await refusalOf(call)).toMatchObject({ status: 499, code: 'NOT_FOUND' });
    }
    for (const id of [userId, unknown]) {
      for (const call of [
        stranger.PUT('/user/edit_user', { body: { id, lastname: 'Mine' } }),
        stranger.DELETE('/user/delete_user', { params: { query: { id } } }),
        stranger.GET('/usergroup/get_assigned_usergroups', { params: { query: { userId: id } } }),
        stranger.POST('/usergroup/assign_users', { body: [{ userId: id, userGroupId: group.id }] }),
        stranger.DELETE('/usergroup/unassign_user', { params: { query: { id } } }),
      ])
        expect(await refusalOf(call)).toMatchObject({ status: 499, code: 'NOT_FOUND' });
    }
  });
});

describe('a user who is no administrator', () => {
  it('sees the own groups and the own details, and decides nothing for others', async () => {
    const { signIn } = await agent();
    const [admin, user] = [await signIn(), await signIn('user@example.com')];
    const own = await bodyOf(user.GET('/usergroup/get_all', { params: { query: { pagesize: 100 } } }));
    const all = await bodyOf(admin.GET('/usergroup/get_all', { params: { query: { pagesize: 100 } } }));
    expect(all.data.map(({ name }) => name)).toEqual(expect.arrayContaining(accountLists));
    expect(own.total).toBeGreaterThan(0);
    expect(own.total).toBeLessThan(all.total);
    const details = await bodyOf(user.GET('/user/get_all_users_with_details'));
    expect(details.data.map(({ username, userGroups }) => [username, userGroups])).toEqual([['user@example.com', own.data]]);
    const id = details.data[0]!.id;
    for (const call of [
      user.PUT('/user/edit_user', { body: { id, userType: 16 } }),
      user.DELETE('/user/delete_user', { params: { query: { id } } }),
      user.POST('/usergroup/insert', { body: { name: 'Mine', description: '', active: true } }),
      user.PUT('/usergroup/update', { body: { id: own.data[0]!.id, name: 'Mine' } }),
      user.DELETE('/usergroup/delete', { params: { query: { id: own.data[0]!.id } } }),
      user.POST('/usergroup/assign_users', { body: [] }),
      user.DELETE('/usergroup/unassign_user', { params: { query: { id } } }),
      user.POST('/usergroup/import_users', { body: [] }),
    ])
      expect(await refusalOf(call)).toMatchObject({ status: 499, code: 'ACCESS' });
  });
});

describe('bad input', () => {
  it('is answered 499, never 500', async () => {
    const here = await agent();
    const { token } = await here.signIn();
    const send = (method: string, path: string, body?: unknown) =>
      here.send(`${path}${path.includes('?') ? '&' : '?'}token=${token}`, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
    const bodies = [
      '',
      'null',
      '{',
      [],
      [null],
      {},
      { id: 1 },
      { id: 'no-uuid' },
      { name: 5 },
      { name: '' },
      { name: '\ud800'.repeat(101) },
    ];
    for (const [method, path] of [
      ['PUT', '/user/edit_user'],
      ['POST', '/usergroup/insert'],
      ['PUT', '/usergroup/update'],
    ] as const)
      for (const body of bodies) expect((await send(method, path, body)).status, `${path} ${JSON.stringify(body)}`).toBe(499);
    const over = Array.from({ length: 1001 }, () => ({ userId: unknown, userGroupId: unknown }));
    for (const body of ['', 'null', {}, [null], [{}], [{ userId: 'x', userGroupId: unknown }], over])
      expect((await send('POST', '/usergroup/assign_users', body)).status).toBe(499);
    for (const body of ['', {}, [{}], [{ user: {} }], [{ user: { username: 'x'.repeat(51) } }], [{ user: { username: 'a\u0000@b.c' } }]])
      expect((await send('POST', '/usergroup/import_users', body)).status).toBe(499);
    for (const path of ['/user/delete_user', '/usergroup/delete', '/usergroup/unassign_user'])
      for (const id of ['', '?id=', '?id=x', `?id=${unknown}&id=${unknown}`, `?id=${unknown}`])
        expect((await send('DELETE', path + id)).status, path + id).toBe(499);
    for (const query of ['', '?userGroupId=x', `?userGroupId=${unknown}`, `?userGroupId=${unknown}&sortfield=User.PasswordHash`])
      expect((await send('GET', `/usergroup/get_assigned_users${query}`)).status).toBe(499);
    for (const query of ['pagesize=101', 'page=0', 'sortfield=name', 'descending=x'])
      expect((await send('GET', `/usergroup/get_all_with_details?${query}`)).status, query).toBe(499);
    expect((await send('GET', `/user/get_all_users?username=${encodeURIComponent('\u0000%_😀')}`)).status).toBe(200);
  });
});
