// Owns the story of a project: created, listed, changed, filled with drives, emptied again, deleted (projects.md).
import type { Context } from '../../src/kit/check.ts';
import { assign, newDrive, newProject, someUsers, type Thing } from '../../src/kit/directory.ts';
import { projectLists } from '../../src/kit/directory-lists.ts';
import { pagesScenario } from '../../src/kit/list-checks.ts';
import { type Page, pageOf } from '../../src/kit/paging.ts';
import { entryOf, give, isAbout, permissionKinds } from '../../src/kit/permission-kinds.ts';
import { scenario } from '../../src/kit/scenario.ts';

type Item = Readonly<Record<string, unknown>>;

/** By its own name, which any agent's filter finds. */
async function found(
  context: Context,
  operation: 'getAllProjects' | 'getAllProjectsWithDetails',
  { id, name }: Thing,
): Promise<Item | undefined> {
  const api = await context.given.session();
  const { data } = pageOf((await api.call(operation, { query: { name } })).body, context.expect);
  return data.find((project) => project.id === id);
}

async function assigned({ given, expect }: Context, of: { readonly project: Thing } | { readonly drive: Thing }): Promise<Page['data']> {
  const api = await given.session();
  const { body } =
    'project' in of
      ? await api.call('getAssignedSharedCloudDrives', { query: { projectId: of.project.id } })
      : await api.call('getAssignedProjects', { query: { sharedCloudDriveId: of.drive.id } });
  return pageOf(body, expect).data;
}

const assignmentOf = (item: Item | undefined): Item | undefined => item?.projectSharedCloudDrive as Item | undefined;

export const scenarios = [
  ...projectLists.map(pagesScenario),
  scenario(
    'projects.project.life-cycle',
    {
      title: 'A project is created, listed, changed, deleted and gone',
      controller: 'Projects',
      operations: ['insertProject', 'getAllProjects', 'updateProject', 'deleteProject'],
      proves: ['PROJ-LIFE-001', 'PROJ-LIFE-002', 'PROJ-LIFE-003', 'PROJ-LIFE-004', 'PROJ-LIFE-005'],
    },
    async (context) => {
      const { given, expect, should } = context;
      const api = await given.session();
      const project = await newProject(context, 'project');
      const listed = expect.present(await found(context, 'getAllProjects', project), 'the new project is listed');
      should.equal([listed.name, listed.active], [project.name, true], 'it is listed as it was sent');
      const renamed = { ...project, name: `${project.name}-2` };
      const body = { ...renamed, description: 'Changed by a check', active: true };
      const answer = (await api.ok('updateProject', { body })) as Item;
      should.equal([answer.id, answer.name, answer.description], [body.id, body.name, body.description], 'the changed project is answered');
      const changed = expect.present(await found(context, 'getAllProjects', renamed), 'the changed project is listed');
      expect.equal(changed.name, renamed.name, 'it is listed under its new name');
      should.equal(changed.description, body.description, 'the description is changed too');
      const { status } = await api.call('deleteProject', { query: { id: project.id } });
      expect.equal(status, 200, 'Delete Project answers 200');
      should.equal(await found(context, 'getAllProjects', renamed), undefined, 'a deleted project is listed no more');
    },
  ),
  scenario(
    'projects.project.keeps-what-is-left-out',
    {
      title: 'An update keeps what it leaves out',
      controller: 'Projects',
      operations: ['insertProject', 'updateProject'],
      level: 'INFO',
    },
    async (context) => {
      const { given, expect } = context;
      const { id, name } = await newProject(context, 'project');
      const answer = (await (await given.session()).ok('updateProject', { body: { id, description: 'Changed by a check' } })) as Item;
      expect.equal([answer.name, answer.active], [name, true], 'name and state are those of before');
    },
  ),
  scenario(
    'projects.assignments.life-cycle',
    {
      title: 'Drives are assigned to a project, listed from both sides, and unassigned by the id of the assignment',
      controller: 'Projects',
      operations: ['assignSharedCloudDrive', 'getAssignedSharedCloudDrives', 'getAssignedProjects', 'unassignSharedCloudDrive'],
      proves: ['PROJ-ASSIGN-001', 'PROJ-ASSIGN-002', 'PROJ-ASSIGN-003', 'PROJ-ASSIGN-005'],
    },
    async (context) => {
      const { given, expect, should } = context;
      const api = await given.session();
      const [project, first, second] = [await newProject(context, 'project'), await newDrive(context, 'a'), await newDrive(context, 'b')];
      await assign(context, [
        [project, first],
        [project, second],
      ]);
      const drives = await assigned(context, { project });
      for (const drive of [first, second]) expect.that(drives.some(isAbout(drive)), `${drive.name} is listed for the project`);
      for (const drive of [first, second])
        expect.that((await assigned(context, { drive })).some(isAbout(project)), `the project is listed for ${drive.name}`);
      const { id } = assignmentOf(drives.find(isAbout(first))) ?? {};
      should.that(typeof id === 'string', 'the list answers the id of the assignment, in `projectSharedCloudDrive`', id);
      // Without it nobody can unassign, and the page does not say where else it would come from.
      if (typeof id !== 'string') return;
      const { status } = await api.call('unassignSharedCloudDrive', { query: { id } });
      expect.equal(status, 200, 'unassignSharedCloudDrive answers 200');
      const left = await assigned(context, { project });
      expect.that(!left.some(isAbout(first)), 'the drive is assigned no more');
      expect.that(left.some(isAbout(second)), 'the other drive still is');
    },
  ),
  scenario(
    'projects.assignments.again',
    {
      title: 'A drive that is assigned already is skipped silently',
      controller: 'Projects',
      operations: ['assignSharedCloudDrive', 'getAssignedSharedCloudDrives'],
      level: 'SHOULD',
      proves: ['PROJ-ASSIGN-004'],
    },
    async (context) => {
      const [project, first, second] = [await newProject(context, 'project'), await newDrive(context, 'a'), await newDrive(context, 'b')];
      await assign(context, [[project, first]]);
      await assign(context, [
        [project, first],
        [project, second],
      ]);
      const drives = await assigned(context, { project });
      context.expect.equal(
        [first, second].map((drive) => drives.filter(isAbout(drive)).length),
        [1, 1],
        'each drive is listed once',
      );
    },
  ),
  scenario(
    'projects.get-all-projects-with-details.inlined',
    {
      title: 'Get All Projects With Details inlines the users and the drives of a project',
      controller: 'Projects',
      operations: ['getAllProjectsWithDetails', 'assignSharedCloudDrive', 'addUserProjectPermission'],
      proves: ['PROJ-DETAIL-001', 'PROJ-DETAIL-002'],
    },
    async (context) => {
      const { expect, should } = context;
      const [project, drive, [user], [kind]] = [
        await newProject(context, 'project'),
        await newDrive(context, 'drive'),
        await someUsers(context, 1),
        permissionKinds,
      ];
      if (kind === undefined || user === undefined) return expect.fail('there is a user in the account');
      await assign(context, [[project, drive]]);
      await give(context, kind, [{ principal: user, resource: project, permissionType: 2 }]);
      const item = expect.present(await found(context, 'getAllProjectsWithDetails', project), 'the project is listed');
      expect.that(isAbout(drive)(item), 'its drive is inlined');
      expect.that(isAbout(user)(item), 'its user is inlined');
      const [users, drives] = [item.usersData, item.drivesData].map((data) => (Array.isArray(data) ? (data as Item[]) : []));
      should.equal(entryOf(users?.find(isAbout(user)))?.permissionType, 2, '`usersData` holds the permission of the user');
      should.that(typeof assignmentOf(drives?.find(isAbout(drive)))?.id === 'string', '`drivesData` holds the assignment of the drive');
    },
  ),
  scenario(
    'projects.projects.of-another-account',
    {
      title: 'Projects of another account are neither listed nor touched',
      controller: 'Projects',
      operations: ['getAllProjects', 'deleteProject'],
      statuses: [200, 499],
      proves: ['PROJ-SCOPE-001'],
    },
    async (context) => {
      const { given, expect } = context;
      const project = await newProject(context, 'project');
      const stranger = await given.strangerSession();
      const { data } = pageOf((await stranger.call('getAllProjects', { query: { name: project.name } })).body, expect);
      expect.that(!data.some(isAbout(project)), 'another account does not list it');
      const { status } = await stranger.call('deleteProject', { query: { id: project.id } });
      context.should.equal(status, 499, 'another account cannot delete it');
      expect.that((await found(context, 'getAllProjects', project)) !== undefined, 'its own account still has it');
    },
  ),
];
