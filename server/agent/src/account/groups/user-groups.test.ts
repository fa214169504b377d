import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { UserRow } from '../../store/user-store.ts';
import type { Caller } from '../caller.ts';
import { asCaller, type Installation, installation } from '../testing/installation.ts';

let here: Installation;
let accountId: string;
let admin: Caller;
let user: UserRow;
let stranger: Caller;
beforeEach(async () => {
  here = installation({ plan: { teams: 4, standardUsers: 3 } });
  accountId = here.addAccount('Example Org');
  admin = asCaller(await here.addUser({ username: 'admin@example.com', accountId, owner: 1 }));
  user = await here.addUser({ username: 'user@example.com', accountId, userType: 64 });
  stranger = asCaller(await here.addUser({ username: 'owner@example.org', owner: 1 }));
});
afterEach(() => here.close());

const refused = (code: string) => expect.objectContaining({ name: 'Failure', code, unauthenticated: false });
const insert = (name: string, by = admin) => here.userGroups.insert(by, { name, description: '', active: true });
const page = { page: 1, pagesize: 50, descending: false };
const groupsOf = (caller: Caller, name?: string) => here.userGroups.list(caller, { ...page, sortfield: 'Name', name });
const names = (caller: Caller, name?: string) => groupsOf(caller, name).data.map((group) => group.name);
const members = (caller: Caller, userGroupId: string, username?: string) =>
  here.memberships.assignedUsers(caller, { ...page, sortfield: 'User.Username', userGroupId, username });
const joined = (caller: Caller, userId: string, name?: string) =>
  here.memberships.assignedUserGroups(caller, { ...page, sortfield: 'UserGroup.Name', userId, name });

describe('a user group', () => {
  it('is stored with its defaults, trimmed, and found by a part of its name in any case', () => {
    const group = insert('  Design Team ');
    expect(group).toEqual({ id: group.id, name: 'Design Team', description: '', active: true });
    insert('Editors');
    expect(names(admin)).toEqual(['Design Team', 'Editors']);
    expect(groupsOf(admin, 'SIGN').data).toEqual([group]);
    expect(names(admin, '%')).toEqual([]);
  });

  it('has a name of its own in its account, whatever the case, and gives it back when it is deleted', () => {
    const group = insert('Änderung');
    expect(() => insert('ÄNDERUNG')).toThrow(refused('DUPLICATE'));
    const other = insert('Other');
    expect(() => here.userGroups.update(admin, { id: other.id, name: 'änderung' })).toThrow(refused('DUPLICATE'));
    insert('Änderung', stranger);
    here.userGroups.remove(admin, group.id);
    here.userGroups.update(admin, { id: other.id, name: 'änderung' });
    expect(names(admin)).toEqual(['änderung']);
  });

  it('changes in what is sent and keeps what is left out', () => {
    const group = here.userGroups.insert(admin, { name: 'Design Team', description: 'One\nTwo', active: false });
    expect(here.userGroups.update(admin, { id: group.id.toUpperCase(), name: 'DESIGN TEAM' })).toEqual({ ...group, name: 'DESIGN TEAM' });
    expect(here.userGroups.update(admin, { id: group.id, active: true })).toMatchObject({ description: 'One\nTwo', active: true });
    expect(here.userGroups.update(admin, { id: group.id, description: '' })).toMatchObject({ name: 'DESIGN TEAM', description: '' });
  });

  it.each([
    [{ name: '   ' }],
    [{ name: 'a\u0000b' }],
    [{ name: 'a\nb' }],
    [{ name: 'x'.repeat(101) }],
    [{ description: 'x'.repeat(2001) }],
    [{ description: 'a\u0000' }],
  ])('is refused as %j', (fields) => {
    expect(() => here.userGroups.insert(admin, { name: 'Fine', description: '', active: true, ...fields })).toThrow(refused('DEFAULT'));
    const group = insert('Design Team');
    expect(() => here.userGroups.update(admin, { id: group.id, ...fields })).toThrow(refused('DEFAULT'));
    expect(names(admin)).toEqual(['Design Team']);
  });

  it('is one of as many as the plan has room for', () => {
    for (const name of ['a', 'b', 'c', 'd']) insert(name);
    expect(() => insert('e')).toThrow(refused('DB_INSERT'));
    here.userGroups.remove(admin, groupsOf(admin).data[0]!.id);
    insert('e');
  });

  it('that is deleted, unknown or of another account is NOT_FOUND everywhere', () => {
    const gone = insert('Gone');
    here.userGroups.remove(admin, gone.id);
    const foreign = insert('Foreign', stranger);
    for (const id of [gone.id, foreign.id, randomUUID()]) {
      for (const use of [
        () => here.userGroups.update(admin, { id, name: 'x' }),
        () => here.userGroups.remove(admin, id),
        () => members(admin, id),
        () => here.memberships.assign(admin, [{ userId: user.id, userGroupId: id }]),
      ])
        expect(use).toThrow(refused('NOT_FOUND'));
    }
    expect(names(stranger)).toEqual(['Foreign']);
  });

  it('is sorted by the fields of its record only', () => {
    expect(() => here.userGroups.list(admin, { ...page, sortfield: 'CreateDate' })).toThrow(refused('DEFAULT'));
    expect(() => here.memberships.assignedUserGroups(admin, { ...page, sortfield: 'Name', userId: user.id })).toThrow(refused('DEFAULT'));
  });
});

describe('membership', () => {
  it('is seen from both sides, with the id that ends it', () => {
    const group = insert('Design Team');
    here.memberships.assign(admin, [{ userId: user.id, userGroupId: group.id }]);
    const [ofGroup] = members(admin, group.id).data;
    expect(ofGroup).toMatchObject({ user: { username: 'user@example.com' }, userGroup: group });
    expect(ofGroup!.userUserGroup).toMatchObject({ userId: user.id, userGroupId: group.id });
    expect(joined(admin, user.id).data).toEqual([ofGroup]);
    here.memberships.unassign(admin, ofGroup!.userUserGroup.id);
    expect([members(admin, group.id).total, joined(admin, user.id).total]).toEqual([0, 0]);
    expect(() => here.memberships.unassign(admin, ofGroup!.userUserGroup.id)).toThrow(refused('NOT_FOUND'));
  });

  it('that exists is left as it is, with its id', () => {
    const group = insert('Design Team');
    const assignment = { userId: user.id, userGroupId: group.id };
    here.memberships.assign(admin, [assignment, assignment]);
    const before = members(admin, group.id);
    here.memberships.assign(admin, [{ userId: admin.userId, userGroupId: group.id }, assignment]);
    expect(members(admin, group.id).data.filter(({ userUserGroup }) => userUserGroup.userId === user.id)).toEqual(before.data);
    expect(members(admin, group.id).total).toBe(2);
  });

  it('is assigned whole or not at all', () => {
    const group = insert('Design Team');
    const good = { userId: user.id, userGroupId: group.id };
    for (const bad of [
      { userId: stranger.userId, userGroupId: group.id },
      { userId: randomUUID(), userGroupId: group.id },
      { userId: user.id, userGroupId: insert('Foreign', stranger).id },
    ]) {
      expect(() => here.memberships.assign(admin, [good, bad])).toThrow(refused('NOT_FOUND'));
      here.userGroups.remove(stranger, groupsOf(stranger).data[0]?.id ?? insert('x', stranger).id);
    }
    expect(members(admin, group.id).total).toBe(0);
  });

  it('of another account cannot be ended', () => {
    const group = insert('Design Team');
    here.memberships.assign(admin, [{ userId: user.id, userGroupId: group.id }]);
    const { id } = members(admin, group.id).data[0]!.userUserGroup;
    expect(() => here.memberships.unassign(stranger, id)).toThrow(refused('NOT_FOUND'));
    expect(() => joined(stranger, user.id)).toThrow(refused('NOT_FOUND'));
    expect(members(admin, group.id).total).toBe(1);
  });

  it('is filtered by a part of the name in any case', () => {
    const group = insert('Design Team');
    here.memberships.assign(admin, [
      { userId: user.id, userGroupId: group.id },
      { userId: admin.userId, userGroupId: group.id },
    ]);
    expect(members(admin, group.id, 'USER@').data.map((one) => one.user!.username)).toEqual(['user@example.com']);
    expect([joined(admin, user.id, 'sign').total, joined(admin, user.id, 'zzz').total]).toEqual([1, 0]);
  });
});

describe('a user who is no administrator', () => {
  it('knows the groups that the user is in, their members, and nothing of others', () => {
    const [own, other] = [insert('Own'), insert('Other')];
    const member = asCaller(user);
    here.memberships.assign(admin, [
      { userId: user.id, userGroupId: own.id },
      { userId: admin.userId, userGroupId: own.id },
      { userId: admin.userId, userGroupId: other.id },
    ]);
    expect(names(member)).toEqual(['Own']);
    expect(members(member, own.id).total).toBe(2);
    expect(() => members(member, other.id)).toThrow(refused('NOT_FOUND'));
    expect(joined(member, user.id).data.map(({ userGroup }) => userGroup!.name)).toEqual(['Own']);
    for (const id of [admin.userId, stranger.userId, randomUUID()]) expect(() => joined(member, id)).toThrow(refused('ACCESS'));
    expect(here.userGroups.listWithDetails(member, { ...page, sortfield: 'Name' }).data.map(({ usersData }) => usersData.length)).toEqual([
      2,
    ]);
  });
});

describe('details', () => {
  const drive = (): string => {
    const id = randomUUID();
    const cloud = randomUUID();
    here.database
      .prepare(
        `INSERT INTO cloud_accounts (id, account_id, owner_id, name, cloud_type, region, endpoint, service_url, keys, shared, create_date)
         VALUES (?, ?, ?, 'Cloud', 1, '', '', '', '', 1, 0)`,
      )
      .run(cloud, accountId, admin.userId);
    here.database
      .prepare(`INSERT INTO shared_drives VALUES (?, ?, ?, ?, 'Drive', 'drive', 'b', '', '', '', 1, 0, 0, 0, 1, 1, 1, 0, 0)`)
      .run(id, accountId, admin.userId, cloud);
    return id;
  };
  const project = (): string => {
    const id = randomUUID();
    here.database.prepare(`INSERT INTO projects VALUES (?, ?, 'Project', 'project', '', 1, 0, 0)`).run(id, accountId);
    return id;
  };

  it('of a group are its members, projects and drives, each with what ties them; of a user what is the user’s directly', () => {
    const group = insert('Design Team');
    here.memberships.assign(admin, [{ userId: user.id, userGroupId: group.id }]);
    const [driveId, projectId] = [drive(), project()];
    const link = (table: string, owner: string, thing: string): string => {
      const id = randomUUID();
      here.database.prepare(`INSERT INTO ${table} VALUES (?, ?, ?, 2)`).run(id, owner, thing);
      return id;
    };
    const onDrive = link('user_group_shared_drive_permissions', group.id, driveId);
    const onProject = link('user_group_project_permissions', group.id, projectId);
    const [details] = here.userGroups.listWithDetails(admin, { ...page, sortfield: 'Name' }).data;
    expect(details).toMatchObject({ ...group, usersData: [{ user: { id: user.id }, userUserGroup: { userGroupId: group.id } }] });
    expect(details!.projectsData).toMatchObject([
      { project: { name: 'Project' }, permission: { id: onProject, userGroupId: group.id, projectId, permissionType: 2 } },
    ]);
    expect(details!.drivesData).toMatchObject([
      { sharedCloudDrive: { name: 'Drive' }, permission: { id: onDrive, userGroupId: group.id, sharedCloudDriveId: driveId } },
    ]);
    const query = { ...page, sortfield: 'Username', userStatus: 7 };
    const ofUser = (caller: Caller) => here.users.getAllUsersWithDetails(caller, { ...query, username: 'user@' }).data;
    expect(ofUser(admin)).toMatchObject([{ id: user.id, userGroups: [group], projects: [], sharedCloudDrives: [] }]);
    link('user_project_permissions', user.id, projectId);
    link('user_shared_drive_permissions', user.id, driveId);
    expect(ofUser(admin)).toMatchObject([{ projects: [{ id: projectId }], sharedCloudDrives: [{ id: driveId }] }]);
    const member = asCaller(user);
    const everybody = { ...query, username: undefined };
    expect(here.users.getAllUsersWithDetails(member, everybody)).toMatchObject({ total: 1, data: ofUser(admin) });
    expect(here.users.getAllUsersWithDetails(member, { ...everybody, userStatus: 2 }).total).toBe(0);
    here.userGroups.remove(admin, group.id);
    expect(ofUser(admin)).toMatchObject([{ userGroups: [] }]);
    const left = here.database.prepare(
      'SELECT (SELECT count(*) FROM user_group_project_permissions) + (SELECT count(*) FROM user_group_members)',
    );
    expect(left.pluck().get()).toBe(0);
  });
});

it('one account never sees or changes the users and groups of another, whatever happens in all of them', async () => {
  const worlds = await Promise.all(
    [0, 1, 2].map(async (world) => {
      const account = here.addAccount(`Org ${world}`);
      const boss = asCaller(await here.addUser({ username: `admin@${world}.example`, accountId: account, owner: 1 }));
      const member = asCaller(await here.addUser({ username: `user@${world}.example`, accountId: account, userType: 64 }));
      return { boss, member, all: [boss, member] };
    }),
  );
  const step = fc.record({
    world: fc.nat(2),
    target: fc.nat(2),
    what: fc.constantFrom('insert', 'assign', 'import', 'update', 'remove', 'edit'),
    name: fc.constantFrom('Team', 'TEAM', 'Other'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 15 }), (steps) => {
      for (const { world, target, what, name } of steps) {
        const { boss, member } = worlds[world]!;
        const theirs = worlds[target]!;
        const group = groupsOf(theirs.boss).data[0];
        const own = world === target;
        const attempt = (use: () => unknown): void => {
          try {
            use();
            expect(own, `${what} in another account`).toBe(true);
          } catch (error) {
            if (!own) expect(error).toMatchObject({ code: 'NOT_FOUND' });
            else expect((error as { code: string }).code).toMatch(/DUPLICATE|DB_INSERT|NOT_FOUND/);
          }
        };
        if (what === 'insert')
          attempt(() => (own ? insert(name, boss) : here.userGroups.update(boss, { id: group?.id ?? randomUUID(), name })));
        if (what === 'assign')
          attempt(() => here.memberships.assign(boss, [{ userId: theirs.member.userId, userGroupId: group?.id ?? randomUUID() }]));
        if (what === 'update') attempt(() => here.userGroups.update(boss, { id: group?.id ?? randomUUID(), name }));
        if (what === 'remove') attempt(() => here.userGroups.remove(boss, group?.id ?? randomUUID()));
        if (what === 'edit') attempt(() => here.userChanges.edit(boss, { id: theirs.member.userId, lastname: name }));
        if (what === 'import') here.userImport.run(boss, [{ user: { username: `user@${target}.example` }, userGroups: [{ name }] }]);
        expect(names(member).every((one) => names(boss).includes(one))).toBe(true);
      }
      const accountOf = here.database.prepare('SELECT account_id FROM users WHERE id = ?').pluck();
      for (const { boss, all } of worlds) {
        for (const caller of all) {
          for (const { id } of groupsOf(caller).data)
            for (const { user } of members(caller, id).data) expect(accountOf.get(user!.id)).toBe(boss.accountId);
          const details = here.users.getAllUsersWithDetails(caller, { ...page, sortfield: 'Username', userStatus: 7 }).data;
          for (const { id, userGroups } of details) {
            expect(accountOf.get(id)).toBe(boss.accountId);
            for (const group of userGroups) expect(names(boss)).toContain(group.name);
          }
        }
      }
      for (const { boss } of worlds) for (const { id } of groupsOf(boss).data) here.userGroups.remove(boss, id);
    }),
    { numRuns: 25 },
  );
});
