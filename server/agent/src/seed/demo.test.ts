import { createGuardrails, generateSync } from 'otplib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cheap, type Installation, installation } from '../account/testing/installation.ts';
import { openDirectoryServices } from '../directory-services.ts';
import { demoMfaSecret, demoPassword, seedDemo } from './demo.ts';

let here: Installation;
beforeEach(() => {
  here = installation();
});
afterEach(() => here.close());

const seed = () => seedDemo({ ...here, objectServer: 'http://localhost:29124', passwordCost: cheap });
const tables = [
  'user_groups',
  'user_group_members',
  'projects',
  'shared_drives',
  'project_shared_drives',
  'user_project_permissions',
  'user_shared_drive_permissions',
  'user_group_project_permissions',
  'user_group_shared_drive_permissions',
];
const query = { page: 1, pagesize: 100, sortfield: 'StartDate', descending: true, origin: 0, status: 0, direction: 0 };
const signIn = async (username: string, type: number) =>
  here.sessions.authenticate((await here.sessions.login(username, demoPassword, type)).jwtToken);

describe('the demo seed', () => {
  it('has an administrator and a standard user who sign in with their types', async () => {
    expect(await seed()).toBe(true);
    expect(await signIn('admin@example.com', 16)).toMatchObject({ isAdmin: true });
    const user = await signIn('user@example.com', 64);
    expect(user.isAdmin).toBe(false);
    const people = here.users.getAllUsers(user, { page: 1, pagesize: 50, sortfield: 'Username', descending: false, userStatus: 7 });
    const known = new Set(['admin@example.com', 'mfa@example.com', 'user@example.com']);
    const named = people.data.filter(({ username }) => known.has(username));
    expect(named.map(({ username, userType, owner, mfa }) => [username, userType, owner, mfa])).toEqual([
      ['admin@example.com', 16, true, false],
      ['mfa@example.com', 16, false, true],
      ['user@example.com', 64, false, false],
    ]);
  });

  it('has colleagues of every type and status, in groups of which the standard user sees some', async () => {
    await seed();
    const admin = await signIn('admin@example.com', 16);
    const user = await signIn('user@example.com', 64);
    const page = { page: 1, pagesize: 50, descending: false };
    const { data } = here.users.getAllUsers(admin, { ...page, sortfield: 'Username', userStatus: 7 });
    expect(new Set(data.map(({ status }) => status))).toEqual(new Set([1, 2, 4]));
    expect(new Set(data.map(({ userType }) => userType))).toEqual(new Set([16, 32, 64]));
    const groups = here.userGroups.listWithDetails(admin, { ...page, sortfield: 'Name' }).data;
    expect(groups.every(({ usersData }) => usersData.length > 0)).toBe(true);
    expect(new Set(groups.map(({ active }) => active))).toEqual(new Set([true, false]));
    expect(here.userGroups.list(user, { ...page, sortfield: 'Name' }).data.map(({ name }) => name)).toEqual([
      'Editorial',
      'Editors',
      'Producers',
    ]);
    await signIn('editor@example.com', 32);
    await expect(signIn('former@example.com', 64)).rejects.toMatchObject({ code: 'INACTIVE_USER' });
    await expect(signIn('invited@example.com', 32)).rejects.toMatchObject({ code: 'AUTH' });
  });

  it('has a user whose second factor is the documented secret', async () => {
    await seed();
    const { challenge, session } = await here.sessions.login('mfa@example.com', demoPassword, 16);
    expect(challenge).toBe(1);
    const code = generateSync({ secret: demoMfaSecret, epoch: here.now() / 1000, guardrails: createGuardrails({ MIN_SECRET_BYTES: 10 }) });
    await expect(here.sessions.respondToMfa(code, session)).resolves.toMatchObject({ challenge: 0 });
  });

  it('has two shared cloud accounts at the object server', async () => {
    await seed();
    const user = await signIn('user@example.com', 64);
    const shown = here.cloudAccounts.list(user);
    expect(new Map(shown.map(({ name, cloudType, shared, serviceUrl }) => [name, { cloudType, shared, serviceUrl }]))).toEqual(
      new Map([
        ['Local storage', { cloudType: 2048, shared: true, serviceUrl: 'http://localhost:29124' }],
        ['Fastr server', { cloudType: 4096, shared: true, serviceUrl: 'http://localhost:29124' }],
      ]),
    );
    for (const { id } of shown)
      expect(here.cloudAccounts.resolve(user, { id }).account).toMatchObject({ accessKey: 'demo', secretKey: 'demo-secret' });
  });

  it('has history of each origin, status and direction, in the past, and each user has some of it', async () => {
    await seed();
    const { data, total } = here.history.page(await signIn('admin@example.com', 16), query);
    expect(total).toBe(data.length);
    const values = (field: 'origin' | 'transferStatus' | 'direction') =>
      [...new Set(data.map((one) => one[field]))].toSorted((a, b) => a - b);
    expect(values('origin')).toEqual([1, 2, 4, 8, 16]);
    expect(values('transferStatus')).toEqual([1, 2, 4, 8, 16, 32, 64, 128]);
    expect(values('direction')).toEqual([1, 2]);
    for (const { startDate, endDate } of data)
      expect(Date.parse(endDate!)).toBeLessThan(here.now() + 1 - Math.max(0, Date.parse(startDate) - here.now()));
    const own = here.history.page(await signIn('user@example.com', 64), query).total;
    expect(own).toBeGreaterThan(0);
    expect(own).toBeLessThan(total);
  });

  it('has a drive for each way to one, and one that the standard user does not reach', async () => {
    await seed();
    const directory = openDirectoryServices({ ...here, limits: { maxProjects: 10, maxSharedDrives: 10, maxAssignments: 10 } });
    const seen = async (username: string, type: number) => {
      const caller = await signIn(username, type);
      const list = { page: 1, pagesize: 50, sortfield: 'Name', descending: false };
      return [directory.projects.list(caller, list), directory.sharedDrives.list(caller, list)].map(({ data }) =>
        data.map(({ name }) => name),
      );
    };
    expect(await seen('admin@example.com', 16)).toEqual([
      ['Annual report', 'Campaign 2026'],
      ['Creative', 'Finance', 'Footage', 'Renders'],
    ]);
    expect(await seen('user@example.com', 64)).toEqual([['Campaign 2026'], ['Creative', 'Footage', 'Renders']]);
    expect(await seen('owner@example.org', 16)).toEqual([['Showreel'], ['Studio library']]);
  });

  it('is the same on every machine', async () => {
    await seed();
    const other = installation();
    await seedDemo({ ...other, objectServer: 'http://localhost:29124', passwordCost: cheap });
    for (const table of [...tables, 'accounts', 'users', 'cloud_accounts', 'history']) {
      const ids = [here, other].map(({ database }) => database.prepare(`SELECT id FROM ${table} ORDER BY id`).all());
      expect(ids[0]).toEqual(ids[1]);
      expect(ids[0]!.length).toBeGreaterThan(0);
    }
    other.close();
  });

  it('runs once, and never over what is there', async () => {
    await seed();
    here.database.exec("DELETE FROM cloud_accounts; UPDATE users SET firstname = 'Changed'");
    expect(await seed()).toBe(false);
    expect(here.database.prepare("SELECT count(*) AS n FROM users WHERE firstname = 'Changed'").get()).toEqual({ n: 11 });
    expect(here.database.prepare('SELECT count(*) AS n FROM cloud_accounts').get()).toEqual({ n: 0 });
  });

  it('is stored whole or not at all', async () => {
    here.database.exec("CREATE TRIGGER broken BEFORE INSERT ON history BEGIN SELECT RAISE(ABORT, 'broken'); END");
    await expect(seed()).rejects.toThrow('broken');
    expect(here.accountStore.isEmpty()).toBe(true);
    here.database.exec('DROP TRIGGER broken');
    expect(await seed()).toBe(true);
  });
});
