// Owns the fourteen lists of projects, shared drives and permissions, as their common checks need them.
import type { Context } from './check.ts';
import { newDrive, newProject, type Thing } from './directory.ts';
import { slug } from './derived-cases.ts';
import type { ListUnderTest } from './list-checks.ts';
import { give, type PermissionKind, permissionKinds, type Side } from './permission-kinds.ts';
import { idsOf } from './requirement-ids.ts';

type Item = Readonly<Record<string, unknown>>;

const member =
  (name: string, field: string) =>
  (item: Item): unknown =>
    (item[name] as Item | undefined)?.[field];
const namesOf = (things: readonly Thing[]): string[] => things.map(({ name }) => name);

/** Made in another order than they sort in. */
const three = async (make: (context: Context, suffix: string) => Promise<Thing>, context: Context): Promise<Thing[]> => {
  const things: Thing[] = [];
  for (const suffix of ['b', 'c', 'a']) things.push(await make(context, suffix));
  return things.toSorted((a, b) => (a.name < b.name ? -1 : 1));
};

const all = (make: typeof newProject) => async (context: Context) => ({ query: {}, names: namesOf(await three(make, context)) });
const byName = { nameOf: (item: Item): unknown => item.name, sortfield: 'Name', filter: 'name' } as const;

export const assign = async (context: Context, pairs: readonly (readonly [project: Thing, drive: Thing])[]): Promise<void> => {
  const api = await context.given.session();
  const body = pairs.map(([project, drive]) => ({ projectId: project.id, sharedCloudDriveId: drive.id }));
  const { status } = await api.call('assignSharedCloudDrive', { body });
  context.expect.equal(status, 200, 'assignSharedCloudDrive answers 200');
};

export const projectLists: readonly ListUnderTest[] = [
  {
    ...byName,
    operation: 'getAllProjects',
    controller: 'Projects',
    stem: 'projects.get-all-projects',
    title: 'Get All Projects',
    arrange: all(newProject),
    requirements: 'PROJ-LIST-01',
    shows: idsOf('PROJ-FIELD', 1, 7),
  },
  {
    ...byName,
    operation: 'getAllProjectsWithDetails',
    controller: 'Projects',
    stem: 'projects.get-all-projects-with-details',
    title: 'Get All Projects With Details',
    arrange: all(newProject),
    requirements: 'PROJ-LIST-02',
    shows: idsOf('PROJ-FIELD', 8, 13),
  },
  {
    operation: 'getAssignedSharedCloudDrives',
    controller: 'Projects',
    stem: 'projects.get-assigned-shared-cloud-drives',
    title: 'Get Assigned Shared Cloud Drives',
    arrange: async (context) => {
      const [project, drives] = [await newProject(context, 'project'), await three(newDrive, context)];
      await assign(
        context,
        drives.map((drive) => [project, drive] as const),
      );
      return { query: { projectId: project.id }, names: namesOf(drives) };
    },
    nameOf: member('sharedCloudDrive', 'name'),
    sortfield: 'SharedCloudDrive.Name',
    requirements: 'PROJ-LIST-03',
    shows: idsOf('PROJ-FIELD', 14, 20),
  },
  {
    operation: 'getAssignedProjects',
    controller: 'Projects',
    stem: 'projects.get-assigned-projects',
    title: 'Get Assigned Projects',
    arrange: async (context) => {
      const [drive, projects] = [await newDrive(context, 'drive'), await three(newProject, context)];
      await assign(
        context,
        projects.map((project) => [project, drive] as const),
      );
      return { query: { sharedCloudDriveId: drive.id }, names: namesOf(projects) };
    },
    nameOf: member('project', 'name'),
    sortfield: 'Project.Name',
    requirements: 'PROJ-LIST-04',
  },
];

export const driveLists: readonly ListUnderTest[] = [
  {
    ...byName,
    operation: 'getAllSharedCloudDrives',
    controller: 'SharedCloudDrive',
    stem: 'shared-cloud-drive.get-all-shared-cloud-drives',
    title: 'Get All Shared Cloud Drives',
    arrange: all(newDrive),
    requirements: 'DRIVE-LIST-01',
    shows: idsOf('DRIVE-FIELD', 1, 17),
  },
  {
    ...byName,
    operation: 'getAllSharedCloudDrivesWithDetails',
    controller: 'SharedCloudDrive',
    stem: 'shared-cloud-drive.get-all-shared-cloud-drives-with-details',
    title: 'Get All Shared Cloud Drives With Details',
    arrange: all(newDrive),
    requirements: 'DRIVE-LIST-02',
    shows: idsOf('DRIVE-FIELD', 18, 23),
  },
];

/** Each kind has a list of principals, asked by the resource, and a list of resources, asked by the principal. */
function listsOf(kind: PermissionKind, index: number): ListUnderTest[] {
  const list = (asked: Side, listed: Side, number: number): ListUnderTest => ({
    operation: asked.list,
    controller: 'UsersPermission',
    stem: `users-permission.${slug(asked.list)}`,
    title: asked.title,
    arrange: async (context) => {
      const [one] = await asked.some(context, 1);
      const things = await listed.some(context, 3);
      const subject = context.expect.present(one, 'there is something to ask about');
      const [isPrincipal, permissionType] = [asked === kind.principal, 1 as const];
      await give(
        context,
        kind,
        things.map((thing) => ({
          principal: isPrincipal ? subject : thing,
          resource: isPrincipal ? thing : subject,
          permissionType,
        })),
      );
      return { query: { [asked.parameter]: subject.id }, names: namesOf(things) };
    },
    nameOf: member(listed.member, listed.nameField),
    sortfield: asked.sortfield,
    filter: listed.filter,
    requirements: `PERM-LIST-0${number}`,
    shows: number % 2 === 1 ? idsOf('PERM-FIELD', index * 10 + 1, index * 10 + 10) : [],
  });
  return [list(kind.resource, kind.principal, index * 2 + 1), list(kind.principal, kind.resource, index * 2 + 2)];
}

export const permissionLists: readonly ListUnderTest[] = permissionKinds.flatMap(listsOf);
