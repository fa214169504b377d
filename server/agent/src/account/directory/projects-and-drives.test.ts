import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../caller.ts';
import { by, byName, type Directory, directory, driveDefaults } from '../testing/directory.ts';

let here: Directory;
let admin: Caller;
let stranger: Caller;
let cloudAccountId: string;

beforeEach(async () => {
  here = directory({ maxProjects: 4, maxSharedDrives: 4, maxAssignments: 3 });
  const accountId = here.addAccount('Example Org');
  admin = await here.addCaller(accountId, 'admin', 'admin@example.com');
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
