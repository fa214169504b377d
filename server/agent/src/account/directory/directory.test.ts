import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../caller.ts';
import { by, byName, type Directory, directory, driveDefaults } from '../testing/directory.ts';

let here: Directory;
let admin: Caller;
let member: Caller;
let stranger: Caller;
let cloudAccountId: string;

beforeEach(async () => {
  here = directory({ maxProjects: 4, maxSharedDrives: 4, maxAssignments: 3 });
  const accountId = here.addAccount('Example Org');
  admin = await here.addCaller(accountId, 'admin', 'admin@example.com');
  member = await here.addCaller(accountId, 'member', 'user@example.com');
  stranger = await here.addCaller(here.addAccount('Example Studio'), 'admin');
  cloudAccountId = here.addCloudAccount(admin);
});
afterEach(() => here.close());

const refused = (code: string, message = '') =>
  expect.objectContaining({ name: 'Failure', code, message: expect.stringContaining(message) });
const names = (caller: Caller, query = {}): string[] => here.projects.list(caller, { ...byName, ...query }).data.map(({ name }) => name);

describe('a project', () => {
  it('is stored with its name trimmed, and answered so by the list', () => {
    const stored = here.projects.insert(admin, { name: '  Campaign 2026 ', description: 'Q1\ncampaign', active: true });
    expect(stored).toEqual({ id: expect.any(String), name: 'Campaign 2026', description: 'Q1\ncampaign', active: true });
    expect(here.projects.list(admin, byName)).toEqual({ data: [stored], total: 1, options: { page: 1, pageSize: 50 } });
  });

  it.each(['', ' \t', 'a\u0000b', 'two\nlines'])('is refused with the name %j', (name) => {
    expect(() => here.projects.insert(admin, { name, description: '', active: true })).toThrow(refused('DEFAULT', 'name'));
  });

  it('has a name of its own among the living of its account, in whatever case', () => {
    const first = here.addProject(admin, 'Ärger');
    expect(() => here.addProject(admin, ' äRGER ')).toThrow(refused('DUPLICATE'));
    const other = here.addProject(admin, 'Other');
    expect(() => here.projects.update(admin, { id: other, name: 'ÄRGER' })).toThrow(refused('DUPLICATE'));
    expect(here.projects.update(admin, { id: first, name: 'ÄRGER' }).name).toBe('ÄRGER');
    here.addProject(stranger, 'Ärger');
    here.projects.remove(admin, first);
    expect(here.addProject(admin, 'ärger')).not.toBe(first);
  });

  it('keeps what an update leaves out', () => {
    const id = here.projects.insert(admin, { name: 'A', description: 'Old', active: true }).id;
    expect(here.projects.update(admin, { id })).toEqual({ id, name: 'A', description: 'Old', active: true });
    expect(here.projects.update(admin, { id: id.toUpperCase(), active: false })).toEqual({
      id,
      name: 'A',
      description: 'Old',
      active: false,
    });
    expect(here.projects.update(admin, { id, description: '' })).toEqual({ id, name: 'A', description: '', active: false });
  });

  it('does not exist for another account, once deleted, or under an unknown id', () => {
    const [kept, gone] = [here.addProject(admin, 'Kept'), here.addProject(admin, 'Gone')];
    here.projects.remove(admin, gone.toUpperCase());
    for (const [caller, id] of [
      [stranger, kept],
      [admin, gone],
      [admin, randomUUID()],
    ] as const) {
      expect(() => here.projects.update(caller, { id, name: 'X' })).toThrow(refused('NOT_FOUND'));
      expect(() => here.projects.remove(caller, id)).toThrow(refused('NOT_FOUND'));
      expect(() => here.assignments.drivesOf(caller, id, by('SharedCloudDrive.Name'))).toThrow(refused('NOT_FOUND', 'project'));
    }
    expect(names(admin)).toEqual(['Kept']);
  });

  it('is one of at most so many', () => {
    for (const name of ['a', 'b', 'c', 'd']) here.addProject(admin, name);
    expect(() => here.addProject(admin, 'e')).toThrow(refused('DB_INSERT', '4'));
    here.addProject(stranger, 'e');
  });

  it('is found by a part of its name, sorted and paged', () => {
    for (const name of ['beta', 'Alpha', '%_', 'alphabet']) here.addProject(admin, name);
    expect(names(admin)).toEqual(['%_', 'Alpha', 'alphabet', 'beta']);
    expect(names(admin, { descending: true, page: 2, pagesize: 3 })).toEqual(['%_']);
    expect(names(admin, { name: 'ALPHA' })).toEqual(['Alpha', 'alphabet']);
    expect(names(admin, { name: '%' })).toEqual(['%_']);
    for (const sortfield of ['name', 'Project.Name', 'CreateDate', '__proto__', 'name; DROP TABLE projects'])
      expect(() => names(admin, { sortfield })).toThrow(refused('DEFAULT', 'sort field'));
  });
});

describe('a shared drive', () => {
  const insert = (fields = {}) => here.sharedDrives.insert(admin, { ...driveDefaults, name: 'Creative', cloudAccountId, ...fields });

  it('needs a cloud account of its account', () => {
    const [foreign, unknown] = [here.addCloudAccount(stranger), randomUUID()];
    for (const id of [foreign, unknown]) expect(() => insert({ cloudAccountId: id })).toThrow(refused('NOT_FOUND', 'cloud account'));
    const { id } = insert();
    expect(() => here.sharedDrives.update(admin, { id, cloudAccountId: foreign })).toThrow(refused('NOT_FOUND', 'cloud account'));
    const other = here.addCloudAccount(admin);
    expect(here.sharedDrives.update(admin, { id, cloudAccountId: other.toUpperCase() }).cloudAccountId).toBe(other);
  });

  it('goes with its cloud account', () => {
    insert();
    here.database.prepare('DELETE FROM cloud_accounts WHERE id = ?').run(cloudAccountId);
    expect(here.sharedDrives.list(admin, byName).total).toBe(0);
  });

  it('keeps what an update leaves out, field by field', () => {
    const stored = insert({ prefix: 'a/', prefixId: 'p', storageId: 's', allowDelete: true, driveType: 2, syncType: 2, active: false });
    expect(here.sharedDrives.update(admin, { id: stored.id })).toEqual(stored);
    const changes = {
      objectsPerFolder: 5,
      localCacheEncrypted: true,
      cloudObjectsEncrypted: true,
      syncType: 1,
      storageName: ' b ',
    } as const;
    expect(here.sharedDrives.update(admin, { id: stored.id, ...changes })).toEqual({ ...stored, ...changes, storageName: 'b' });
    expect(here.sharedDrives.update(admin, { id: stored.id, allowDelete: false, prefix: '' })).toMatchObject({
      allowDelete: false,
      prefix: '',
    });
  });

  it.each([
    ['storageName', ' '],
    ['storageName', 'a\u0000'],
    ['prefix', 'a\u0000'],
    ['name', '\u0007'],
  ])('is refused with the %s %j', (field, value) => {
    expect(() => insert({ [field]: value })).toThrow(refused('DEFAULT', field === 'name' ? 'name of the' : field));
  });
});

describe('assigning drives to projects', () => {
  it('skips pairs that exist, and is undone by the id that the lists answer', () => {
    const [project, drive] = [here.addProject(admin, 'P'), here.addDrive(admin, cloudAccountId, 'D')];
    const pair = { projectId: project.toUpperCase(), sharedCloudDriveId: drive };
    here.assignments.assign(admin, [pair, pair]);
    const list = () => here.assignments.drivesOf(admin, project, by('SharedCloudDrive.Name'));
    const [first] = list().data;
    here.assignments.assign(admin, [pair]);
    expect(list().data).toEqual([first]);
    const { id } = first!.projectSharedCloudDrive;
    expect(first).toEqual({
      sharedCloudDrive: expect.objectContaining({ id: drive, name: 'D' }),
      projectSharedCloudDrive: { id, projectId: project, sharedCloudDriveId: drive },
    });
    expect(here.assignments.projectsOf(admin, drive, by('Project.Name')).data).toEqual([
      { project: expect.objectContaining({ id: project, name: 'P' }), projectSharedCloudDrive: first!.projectSharedCloudDrive },
    ]);
    expect(() => here.assignments.unassign(stranger, id)).toThrow(refused('NOT_FOUND'));
    expect(() => here.assignments.unassign(admin, project)).toThrow(refused('NOT_FOUND'));
    here.assignments.unassign(admin, id.toUpperCase());
    expect(list().total).toBe(0);
    expect(() => here.assignments.unassign(admin, id)).toThrow(refused('NOT_FOUND'));
  });

  it('is whole or not at all, and knows neither foreign nor deleted ids', () => {
    const [project, drive] = [here.addProject(admin, 'P'), here.addDrive(admin, cloudAccountId, 'D')];
    const [gone, foreign] = [here.addDrive(admin, cloudAccountId, 'Gone'), here.addProject(stranger, 'P')];
    here.sharedDrives.remove(admin, gone);
    for (const [projectId, sharedCloudDriveId, what] of [
      [foreign, drive, 'project'],
      [project, gone, 'shared cloud drive'],
      [project, project, 'shared cloud drive'],
      [drive, drive, 'project'],
    ] as const) {
      const pairs = [
        { projectId: project, sharedCloudDriveId: drive },
        { projectId, sharedCloudDriveId },
      ];
      expect(() => here.assignments.assign(admin, pairs)).toThrow(refused('NOT_FOUND', what));
      expect(here.assignments.drivesOf(admin, project, by('SharedCloudDrive.Name')).total).toBe(0);
    }
    here.assignments.assign(admin, []);
  });

  it('stops at the most that one thing may have', () => {
    const project = here.addProject(admin, 'P');
    const pairs = ['a', 'b', 'c', 'd'].map((name) => ({
      projectId: project,
      sharedCloudDriveId: here.addDrive(admin, cloudAccountId, name),
    }));
    expect(() => here.assignments.assign(admin, pairs)).toThrow(refused('DB_INSERT', '3'));
    here.assignments.assign(admin, pairs.slice(1));
    here.assignments.assign(admin, pairs.slice(1));
    expect(here.assignments.drivesOf(admin, project, by('SharedCloudDrive.Name')).total).toBe(3);
  });
});

// The four kinds through one table: what holds for one holds for all.
describe.each(['userProject', 'userSharedDrive', 'userGroupProject', 'userGroupSharedDrive'] as const)(
  'permissions of the kind %s',
  (kind) => {
    interface Shown {
      readonly permission: { readonly id: string; readonly permissionType: number };
    }
    /** The same calls on each kind; the names of the ids are all that differs. */
    interface AnyKind {
      add(caller: Caller, entries: readonly object[]): void;
      edit(caller: Caller, entries: readonly object[]): void;
      remove(caller: Caller, id: string): void;
      page(listed: 'left' | 'right', caller: Caller, of: string, query: object, name?: string): { data: Shown[]; total: number };
    }
    const [leftKey, rightKey] = [
      kind.startsWith('userGroup') ? 'userGroupId' : 'userId',
      kind.endsWith('Project') ? 'projectId' : 'sharedCloudDriveId',
    ];
    const leftSort = kind.startsWith('userGroup') ? 'UserGroup.Name' : 'User.Username';
    const rightSort = kind.endsWith('Project')
      ? 'Project.Name'
      : kind === 'userSharedDrive'
        ? 'SharedClouDrive.Name'
        : 'SharedCloudDrive.Name';
    const permissions = (): AnyKind => here.permissions[kind] as unknown as AnyKind;
    const leftOf = (caller: Caller, name: string): string =>
      leftKey === 'userId' ? caller.userId : here.addGroup(caller.accountId, name, { members: [caller] });
    const rightOf = (caller: Caller, name: string): string =>
      rightKey === 'projectId' ? here.addProject(caller, name) : here.addDrive(caller, here.addCloudAccount(caller), name);
    const entry = (left: string, right: string, permissionType = 1) => ({ [leftKey]: left, [rightKey]: right, permissionType });
    const lefts = (right: string, query = {}) => permissions().page('left', admin, right, { ...by(leftSort), ...query });
    const rights = (caller: Caller, left: string, query = {}) => permissions().page('right', caller, left, { ...by(rightSort), ...query });

    it('are given, listed from both sides with both things in full, edited and deleted', () => {
      const [left, right] = [leftOf(member, 'G'), rightOf(admin, 'R')];
      permissions().add(admin, [entry(left.toUpperCase(), right.toUpperCase(), 2)]);
      const [shown] = lefts(right).data;
      const { id } = shown!.permission;
      expect(shown!.permission).toEqual({ id, ...entry(left, right, 2) });
      expect(Object.values(shown!).map((part) => (part as { id: string }).id)).toEqual([left, right, id]);
      expect(JSON.stringify(shown)).not.toContain('passwordHash');
      expect(rights(admin, left).data).toEqual([shown]);
      permissions().edit(admin, [{ id: id.toUpperCase(), permissionType: 1 }]);
      permissions().edit(admin, [{ id, ...entry(left.toUpperCase(), right, 1) }]);
      expect(rights(admin, left).data[0]!.permission).toEqual({ id, ...entry(left, right, 1) });
      expect(() => permissions().remove(stranger, id)).toThrow(refused('NOT_FOUND'));
      permissions().remove(admin, id);
      expect([lefts(right).total, rights(admin, left).total]).toEqual([0, 0]);
      expect(() => permissions().remove(admin, id)).toThrow(refused('NOT_FOUND'));
    });

    it('that exist already get the level and keep their id', () => {
      const [left, right] = [leftOf(member, 'G'), rightOf(admin, 'R')];
      permissions().add(admin, [entry(left, right, 1)]);
      const { id } = lefts(right).data[0]!.permission;
      permissions().add(admin, [entry(left, right, 2)]);
      expect(lefts(right).data.map(({ permission }) => permission)).toEqual([{ id, ...entry(left, right, 2) }]);
    });

    it('are given and edited all or none, and only to what the account has', () => {
      const [left, right] = [leftOf(member, 'G'), rightOf(admin, 'R')];
      const [foreignLeft, foreignRight] = [leftOf(stranger, 'G'), rightOf(stranger, 'R')];
      for (const wrong of [entry(foreignLeft, right), entry(left, foreignRight), entry(randomUUID(), right), entry(left, randomUUID())]) {
        expect(() => permissions().add(admin, [entry(left, right), wrong])).toThrow(refused('NOT_FOUND'));
        expect(lefts(right).total).toBe(0);
      }
      permissions().add(admin, [entry(left, right, 1)]);
      const { id } = lefts(right).data[0]!.permission;
      for (const [wrong, code] of [
        [{ id: randomUUID(), permissionType: 2 }, 'NOT_FOUND'],
        [{ id, permissionType: 2, [leftKey]: leftOf(admin, 'H') }, 'DEFAULT'],
        [{ id, permissionType: 2, [rightKey]: rightOf(admin, 'S') }, 'DEFAULT'],
      ] as const) {
        expect(() => permissions().edit(admin, [{ id, permissionType: 2 }, wrong])).toThrow(refused(code));
        expect(lefts(right).data[0]!.permission.permissionType).toBe(1);
      }
      expect(() => permissions().edit(stranger, [{ id, permissionType: 2 }])).toThrow(refused('NOT_FOUND'));
    });

    it('are listed about others for administrators only', () => {
      const [own, other, right] = [leftOf(member, 'G'), leftOf(admin, 'H'), rightOf(admin, 'R')];
      permissions().add(admin, [entry(own, right), entry(other, right)]);
      expect(rights(member, own).total).toBe(1);
      expect(() => rights(member, other)).toThrow(refused('ACCESS'));
      for (const unknown of [leftOf(stranger, 'G'), randomUUID()]) {
        expect(() => rights(member, unknown)).toThrow(refused('NOT_FOUND'));
        expect(() => rights(admin, unknown)).toThrow(refused('NOT_FOUND'));
      }
      expect(() => lefts(rightOf(stranger, 'S'))).toThrow(refused('NOT_FOUND'));
    });

    it('are sorted, filtered and paged by the things that are listed', () => {
      const left = leftOf(member, 'G');
      const [b, a, c] = ['beta', 'Alpha', 'alphabet'].map((name) => rightOf(admin, name));
      permissions().add(admin, [entry(left, b!, 2), entry(left, a!), entry(left, c!)]);
      const ids = (query = {}, name?: string) =>
        permissions()
          .page('right', admin, left, { ...by(rightSort), ...query }, name)
          .data.map(({ permission }) => (permission as unknown as Record<string, string>)[rightKey]);
      expect(ids()).toEqual([a, c, b]);
      expect(ids({ descending: true, pagesize: 1, page: 2 })).toEqual([c]);
      expect(ids({}, 'ALPHA')).toEqual([a, c]);
      expect(ids({ sortfield: 'Permission.PermissionType', descending: true })[0]).toBe(b);
      expect(() => ids({ sortfield: leftSort })).toThrow(refused('DEFAULT', 'sort field'));
    });
  },
);

it('lists the drives of a user by either spelling of the sort field', () => {
  here.permissions.userSharedDrive.add(
    admin,
    ['b', 'a'].map((name) => ({
      userId: member.userId,
      sharedCloudDriveId: here.addDrive(admin, cloudAccountId, name),
      permissionType: 1,
    })),
  );
  for (const sortfield of ['SharedClouDrive.Name', 'SharedCloudDrive.Name']) {
    const { data } = here.permissions.userSharedDrive.page('right', member, member.userId, by(sortfield));
    expect(data.map(({ sharedClouDrive }) => sharedClouDrive.name)).toEqual(['a', 'b']);
  }
});
