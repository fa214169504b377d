// Owns the story of a shared cloud drive: created, listed, changed, deleted, and out of reach for others (sharedclouddrive.md).
import type { Context } from '../../src/kit/check.ts';
import { assign, driveFields, newDrive, newProject, someUsers, takeBack, type Thing } from '../../src/kit/directory.ts';
import { driveLists } from '../../src/kit/directory-lists.ts';
import { pagesScenario } from '../../src/kit/list-checks.ts';
import { pageOf } from '../../src/kit/paging.ts';
import { entryOf, give, isAbout, permissionKinds } from '../../src/kit/permission-kinds.ts';
import { scenario } from '../../src/kit/scenario.ts';

type Item = Readonly<Record<string, unknown>>;
type List = 'getAllSharedCloudDrives' | 'getAllSharedCloudDrivesWithDetails';

/** By its own name, which any agent's filter finds. */
async function found(context: Context, operation: List, { id, name }: Thing): Promise<Item | undefined> {
  const api = await context.given.session();
  const { data } = pageOf((await api.call(operation, { query: { name } })).body, context.expect);
  return data.find((drive) => drive.id === id);
}

export const scenarios = [
  ...driveLists.map(pagesScenario),
  scenario(
    'shared-cloud-drive.drive.life-cycle',
    {
      title: 'A shared drive is created, listed, changed, deleted and gone',
      controller: 'SharedCloudDrive',
      operations: ['insertSharedCloudDrive', 'getAllSharedCloudDrives', 'updateSharedCloudDrive', 'deleteSharedCloudDrive'],
      proves: ['DRIVE-LIFE-001', 'DRIVE-LIFE-002', 'DRIVE-LIFE-003', 'DRIVE-LIFE-004', 'DRIVE-LIFE-005'],
    },
    async (context) => {
      const { given, expect, should } = context;
      const api = await given.session();
      const drive = await newDrive(context, 'drive');
      const fields = await driveFields(context, 'drive');
      const listed = expect.present(await found(context, 'getAllSharedCloudDrives', drive), 'the new drive is listed');
      for (const [field, value] of Object.entries(fields)) should.equal(listed[field], value, `${field} is listed as it was sent`);
      const renamed = { ...drive, name: `${drive.name}-2` };
      const body = { ...fields, ...renamed, objectsPerFolder: 500 };
      const answer = (await api.perform('updateSharedCloudDrive', { body })).body as Item | undefined;
      should.equal([answer?.id, answer?.name, answer?.objectsPerFolder], [drive.id, renamed.name, 500], 'the changed drive is answered');
      const changed = await found(context, 'getAllSharedCloudDrives', renamed);
      expect.equal(changed?.name, renamed.name, 'the changed drive is listed under its new name');
      const { status } = await api.call('deleteSharedCloudDrive', { query: { id: drive.id } });
      expect.equal(status, 200, 'Delete Shared Cloud Drive answers 200');
      should.equal(await found(context, 'getAllSharedCloudDrives', renamed), undefined, 'a deleted drive is listed no more');
    },
  ),
  scenario(
    'shared-cloud-drive.drive.objects-per-folder',
    {
      title: 'A drive lists 10000 objects per folder unless told otherwise',
      controller: 'SharedCloudDrive',
      operations: ['insertSharedCloudDrive'],
      proves: ['DRIVE-DEFAULT-001'],
    },
    async (context) => {
      const { given, expect } = context;
      const api = await given.session();
      const { objectsPerFolder: _left, ...body } = await driveFields(context, 'defaults');
      const answer = await api.perform('insertSharedCloudDrive', { body });
      const { id, objectsPerFolder } = (answer.body ?? {}) as Item;
      if (typeof id === 'string') takeBack(context, api, 'deleteSharedCloudDrive', { id, name: body.name });
      expect.equal(answer.status, 200, 'objectsPerFolder may be left out');
      // That the answer holds the field is inferred; what it holds is documented.
      context.should.that(objectsPerFolder !== undefined, 'the answer holds objectsPerFolder');
      if (objectsPerFolder !== undefined) expect.equal(objectsPerFolder, 10_000, 'objectsPerFolder is 10000');
    },
  ),
  scenario(
    'shared-cloud-drive.get-all-shared-cloud-drives-with-details.inlined',
    {
      title: 'Get All Shared Cloud Drives With Details inlines the projects and the users of a drive',
      controller: 'SharedCloudDrive',
      operations: ['getAllSharedCloudDrivesWithDetails', 'assignSharedCloudDrive', 'addUserSharedCloudDrivePermission'],
      proves: ['DRIVE-DETAIL-001', 'DRIVE-DETAIL-002'],
    },
    async (context) => {
      const { expect, should } = context;
      const [project, drive, [user], [, kind]] = [
        await newProject(context, 'project'),
        await newDrive(context, 'drive'),
        await someUsers(context, 1),
        permissionKinds,
      ];
      if (kind === undefined || user === undefined) return expect.fail('there is a user in the account');
      await assign(context, [[project, drive]]);
      await give(context, kind, [{ principal: user, resource: drive, permissionType: 2 }]);
      const item = expect.present(await found(context, 'getAllSharedCloudDrivesWithDetails', drive), 'the drive is listed');
      expect.that(isAbout(project)(item), 'its project is inlined');
      expect.that(isAbout(user)(item), 'its user is inlined');
      const [users, projects] = [item.usersData, item.projectsData].map((data) => (Array.isArray(data) ? (data as Item[]) : []));
      should.equal(entryOf(users?.find(isAbout(user)))?.permissionType, 2, '`usersData` holds the permission of the user');
      const assignment = projects?.find(isAbout(project))?.projectSharedCloudDrive as Item | undefined;
      should.that(typeof assignment?.id === 'string', '`projectsData` holds the assignment to the project');
    },
  ),
  scenario(
    'shared-cloud-drive.drives.of-another-account',
    {
      title: 'Shared drives of another account are neither listed nor touched',
      controller: 'SharedCloudDrive',
      operations: ['getAllSharedCloudDrives', 'deleteSharedCloudDrive'],
      statuses: [200, 499],
      proves: ['DRIVE-SCOPE-001'],
    },
    async (context) => {
      const { given, expect } = context;
      const drive = await newDrive(context, 'drive');
      const stranger = await given.strangerSession();
      const { data } = pageOf((await stranger.call('getAllSharedCloudDrives', { query: { name: drive.name } })).body, expect);
      expect.that(!data.some(isAbout(drive)), 'another account does not list it');
      const { status } = await stranger.call('deleteSharedCloudDrive', { query: { id: drive.id } });
      context.should.equal(status, 499, 'another account cannot delete it');
      expect.that((await found(context, 'getAllSharedCloudDrives', drive)) !== undefined, 'its own account still has it');
    },
  ),
];
