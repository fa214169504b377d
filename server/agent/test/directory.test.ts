// Whole-agent tests of projects, shared cloud drives and permissions, through real HTTP.
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { agent, type SignedIn, type TestAgent } from './agent.ts';
import { bodyOf, refusalOf } from './answers.ts';
import { forGroup } from './lifetime.ts';

const lifetime = forGroup();
let running: TestAgent;
let admin: SignedIn;
let user: SignedIn;
let stranger: SignedIn;
let cloudAccountId: string;
let userId: string;

beforeAll(async () => {
  running = await agent({ seed: 'demo' }, lifetime);
  admin = await running.signIn();
  user = await running.signIn('user@example.com');
  stranger = await running.signIn('owner@example.org');
  cloudAccountId = (await bodyOf(admin.GET('/cloud/accounts')))[0]!.id;
  userId = (await bodyOf(admin.GET('/user/get_all_users', { params: { query: { username: 'user@' } } }))).data[0]!.id;
});

const project = async (name: string) => bodyOf(admin.POST('/projects/insert', { body: { name } }));
const drive = async (name: string) =>
  bodyOf(admin.POST('/sharedclouddrive/insert', { body: { name, cloudAccountId, storageName: 'demo-bucket' } }));
const drivesOf = async (click: SignedIn, name: string) =>
  (await bodyOf(click.GET('/sharedclouddrive/get_all', { params: { query: { name } } }))).data.map((one) => one.name);
const query = <Query>(values: Query) => ({ params: { query: values } });

describe('a project', () => {
  it('lives from insert to delete, with its drives assigned and unassigned by the id of the assignment', async () => {
    const { id, ...inserted } = await project('Life cycle');
    expect(inserted).toEqual({ name: 'Life cycle', description: '', active: true });
    const changed = await bodyOf(admin.PUT('/projects/update', { body: { id, description: 'Changed' } }));
    expect(changed).toEqual({ id, ...inserted, description: 'Changed' });
    const { id: driveId } = await drive('Of the project');
    const pair = { projectId: id, sharedCloudDriveId: driveId };
    expect((await admin.POST('/projects/assign_sharedclouddrive', { body: [pair, pair] })).response.status).toBe(200);
    const assigned = await bodyOf(admin.GET('/projects/get_assigned_sharedclouddrives', query({ projectId: id })));
    expect(assigned).toMatchObject({ total: 1, options: { page: 1, pageSize: 50 }, data: [{ sharedCloudDrive: { id: driveId } }] });
    const of = await bodyOf(admin.GET('/projects/get_assigned_projects', query({ sharedCloudDriveId: driveId })));
    expect(of.data).toEqual([{ project: changed, projectSharedCloudDrive: assigned.data[0]!.projectSharedCloudDrive }]);
    const detailed = await bodyOf(admin.GET('/projects/get_all_with_details', query({ name: 'Life cycle' })));
    expect(detailed.data).toEqual([{ ...changed, usersData: [], groupsData: [], drivesData: assigned.data }]);
    const assignment = { id: assigned.data[0]!.projectSharedCloudDrive.id };
    expect((await admin.DELETE('/projects/unassign_sharedclouddrive', query(assignment))).response.status).toBe(200);
    expect(await refusalOf(admin.DELETE('/projects/unassign_sharedclouddrive', query(assignment)))).toMatchObject({ code: 'NOT_FOUND' });
    expect((await admin.DELETE('/projects/delete', query({ id }))).response.status).toBe(200);
    expect(await refusalOf(admin.DELETE('/projects/delete', query({ id })))).toMatchObject({ status: 499, code: 'NOT_FOUND' });
  });

  it('is refused with DUPLICATE under a name that is taken', async () => {
    await project('Taken');
    expect(await refusalOf(admin.POST('/projects/insert', { body: { name: ' TAKEN ' } }))).toMatchObject({ code: 'DUPLICATE' });
  });
});

describe('a shared drive', () => {
  it('is stored with the documented default of objectsPerFolder, which an update that leaves it out does not bring back', async () => {
    const stored = await drive('Defaults');
    expect(stored).toMatchObject({ objectsPerFolder: 10_000, prefix: '', driveType: 1, syncType: 1, active: true });
    const { id } = stored;
    await bodyOf(admin.PUT('/sharedclouddrive/update', { body: { id, objectsPerFolder: 7 } }));
    expect(await bodyOf(admin.PUT('/sharedclouddrive/update', { body: { id, name: 'Renamed' } }))).toEqual({
      ...stored,
      name: 'Renamed',
      objectsPerFolder: 7,
    });
    expect((await admin.DELETE('/sharedclouddrive/delete', query({ id }))).response.status).toBe(200);
    expect(await drivesOf(admin, 'Renamed')).toEqual([]);
  });

  it('is seen by a member while a permission says so, and by nobody else', async () => {
    const [shared, other] = [await drive('Shared with him'), await drive('Shared with nobody')];
    const entry = { userId, sharedCloudDriveId: shared.id, permissionType: 1 } as const;
    expect((await admin.POST('/userspermission/users_sharedclouddrive_permision', { body: [entry] })).response.status).toBe(200);
    expect(await drivesOf(user, 'Shared with')).toEqual(['Shared with him']);
    expect(await drivesOf(admin, 'Shared with')).toEqual([shared.name, other.name]);
    const own = await bodyOf(
      user.GET(
        '/userspermission/get_sharedclouddrive_assigned_to_user',
        query({ userId, name: 'shared with', sortfield: 'SharedClouDrive.Name' }),
      ),
    );
    const { permission } = own.data[0]!;
    expect([own.total, permission]).toEqual([1, { ...entry, id: permission.id }]);
    expect((await admin.DELETE('/userspermission/users_sharedclouddrive_permision', query({ id: permission.id }))).response.status).toBe(
      200,
    );
    expect(await drivesOf(user, 'Shared with')).toEqual([]);
  });

  it('shows others nothing of who else reaches it', async () => {
    const { data } = await bodyOf(user.GET('/sharedclouddrive/get_all_with_details', query({ name: 'Renders' })));
    expect(data[0]!.usersData.map((one) => one.user.username)).toEqual(['user@example.com']);
    for (const call of [
      user.GET('/userspermission/get_users_assigned_to_sharedclouddrive', query({ sharedCloudDriveId: data[0]!.id })),
      user.GET('/userspermission/get_usergroups_assigned_to_sharedclouddrive', query({ sharedCloudDrive: data[0]!.id })),
    ])
      expect(await refusalOf(call)).toMatchObject({ status: 499, code: 'ACCESS' });
  });
});

describe('permissions of groups', () => {
  it('are given, edited and deleted on projects and drives, and lend what they are for', async () => {
    const { data: groups } = await bodyOf(
      admin.GET('/userspermission/get_usergroups_assigned_to_project', query({ projectId: await campaign() })),
    );
    const userGroupId = groups[0]!.userGroup.id;
    expect(groups.map(({ userGroup }) => userGroup.name)).toEqual(['Editors']);
    const { id: sharedCloudDriveId } = await drive('Lent to Editors');
    const { id: projectId } = await project('Lent to Editors');
    const body = { userGroupId, permissionType: 1 } as const;
    await admin.POST('/userspermission/usergroup_sharedclouddrive_permission', { body: [{ ...body, sharedCloudDriveId }] });
    await admin.POST('/userspermission/usergroups_project_permission', { body: [{ ...body, projectId }] });
    expect(await drivesOf(user, 'Lent to')).toEqual(['Lent to Editors']);
    const filter = { userGroupId, name: 'lent to' };
    const drives = await bodyOf(user.GET('/userspermission/get_sharedclouddrive_assigned_to_usergroup', query(filter)));
    const projects = await bodyOf(user.GET('/userspermission/get_projects_assigned_to_usergroup', query(filter)));
    const [onDrive, onProject] = [drives.data[0]!.permission, projects.data[0]!.permission];
    await admin.PUT('/userspermission/usergroup_sharedclouddrive_permission', { body: [{ id: onDrive.id, permissionType: 2 }] });
    await admin.PUT('/userspermission/usergroups_project_permission', { body: [{ ...onProject, permissionType: 2 }] });
    const edited = await bodyOf(user.GET('/userspermission/get_sharedclouddrive_assigned_to_usergroup', query(filter)));
    expect(edited.data[0]!.permission).toEqual({ ...onDrive, permissionType: 2 });
    await admin.DELETE('/userspermission/usergroup_sharedclouddrive_permission', query({ id: onDrive.id }));
    await admin.DELETE('/userspermission/usergroups_project_permission', query({ id: onProject.id }));
    expect(await drivesOf(user, 'Lent to')).toEqual([]);
    expect((await bodyOf(user.GET('/projects/get_all', query({ name: 'Lent to' })))).total).toBe(0);
  });

  const campaign = async () => (await bodyOf(admin.GET('/projects/get_all', query({ name: 'Campaign' })))).data[0]!.id;
});

describe('another account', () => {
  it('sees nothing of it and reaches nothing by its ids', async () => {
    const [{ id: projectId }, { id: sharedCloudDriveId }] = [await project('Private'), await drive('Private')];
    const id = projectId;
    await admin.POST('/userspermission/users_project_permission', { body: [{ userId, projectId, permissionType: 1 }] });
    const list = await bodyOf(admin.GET('/userspermission/get_users_assigned_to_project', query({ projectId })));
    const permission = list.data[0]!.permission;
    expect((await bodyOf(stranger.GET('/projects/get_all'))).data.map(({ name }) => name)).toEqual(['Showreel']);
    expect((await bodyOf(stranger.GET('/sharedclouddrive/get_all'))).data.map(({ name }) => name)).toEqual(['Studio library']);
    for (const call of [
      stranger.PUT('/projects/update', { body: { id, name: 'Mine' } }),
      stranger.DELETE('/projects/delete', query({ id })),
      stranger.PUT('/sharedclouddrive/update', { body: { id: sharedCloudDriveId, name: 'Mine' } }),
      stranger.DELETE('/sharedclouddrive/delete', query({ id: sharedCloudDriveId })),
      stranger.GET('/projects/get_assigned_sharedclouddrives', query({ projectId })),
      stranger.GET('/projects/get_assigned_projects', query({ sharedCloudDriveId })),
      stranger.POST('/projects/assign_sharedclouddrive', { body: [{ projectId, sharedCloudDriveId }] }),
      stranger.GET('/userspermission/get_users_assigned_to_project', query({ projectId })),
      stranger.GET('/userspermission/get_projects_assigned_to_user', query({ userId })),
      stranger.PUT('/userspermission/users_project_permission', { body: [{ id: permission.id, permissionType: 2 }] }),
      stranger.DELETE('/userspermission/users_project_permission', query({ id: permission.id })),
      stranger.POST('/userspermission/users_project_permission', { body: [{ userId, projectId, permissionType: 1 }] }),
    ])
      expect(await refusalOf(call)).toMatchObject({ status: 499, code: 'NOT_FOUND' });
  });
});

describe('whatever is sent', () => {
  const odd = [
    '',
    '[]',
    '{}',
    'null',
    '[null]',
    '[[]]',
    '[{"id":1}]',
    '"text"',
    '{"name":"\\u0000"}',
    '{"name":"\\ud800"}',
    '[1,2',
    '{"id":"x"}',
  ];

  it('is answered 200 or 499, never 500, by every operation that takes a body', async () => {
    const targets = [
      ['POST', '/projects/insert'],
      ['PUT', '/projects/update'],
      ['POST', '/projects/assign_sharedclouddrive'],
      ['POST', '/sharedclouddrive/insert'],
      ['PUT', '/sharedclouddrive/update'],
      ...[
        'users_project_permission',
        'users_sharedclouddrive_permision',
        'usergroups_project_permission',
        'usergroup_sharedclouddrive_permission',
      ].flatMap((path) => ['POST', 'PUT'].map((method) => [method, `/userspermission/${path}`])),
    ];
    for (const [method, path] of targets) {
      for (const body of odd) {
        const answer = await running.send(`${path}?token=${admin.token}`, {
          method: method!,
          body,
          headers: { 'content-type': 'application/json' },
        });
        expect([200, 499], `${method} ${path} ${body} answered ${answer.status}`).toContain(answer.status);
      }
    }
  });

  it('is bounded: a longer list, a longer name or a larger page is refused', async () => {
    const entry = { userId, projectId: randomUUID(), permissionType: 1 } as const;
    const many = Array.from({ length: 1001 }, () => entry);
    for (const call of [
      admin.POST('/userspermission/users_project_permission', { body: many }),
      admin.POST('/projects/insert', { body: { name: 'n'.repeat(101) } }),
      admin.POST('/sharedclouddrive/insert', { body: { name: 'n'.repeat(51), cloudAccountId, storageName: 'b' } }),
      admin.GET('/projects/get_all', query({ pagesize: 1001 })),
      admin.GET('/projects/get_all_with_details', query({ pagesize: 101 })),
    ])
      expect(await refusalOf(call)).toMatchObject({ status: 499, code: 'DEFAULT' });
  });
});
