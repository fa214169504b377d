// Owns the fourteen lists of projects, shared drives and permissions, as their common checks need them.
import type { Context } from './check.ts';
import { assign, newDrive, newProject, someDrives, someProjects, type Thing } from './directory.ts';
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

type Some = (context: Context, count: number) => Promise<Thing[]>;

const all =
  (some: Some): ListUnderTest['arrange'] =>
  async (context, count) => ({ query: {}, names: namesOf(await some(context, count)) });
const byName = { nameOf: (item: Item): unknown => item.name, sortfield: 'Name', filter: 'name' } as const;

export const projectLists: readonly ListUnderTest[] = [
  {
    ...byName,
    operation: 'getAllProjects',
    controller: 'Projects',
    stem: 'projects.get-all-projects',
    title: 'Get All Projects',
    arrange: all(someProjects),
    requirements: 'PROJ-LIST-01',
    shows: idsOf('PROJ-FIELD', 1, 7),
  },
  {
    ...byName,
    operation: 'getAllProjectsWithDetails',
    controller: 'Projects',
    stem: 'projects.get-all-projects-with-details',
    title: 'Get All Projects With Details',
    arrange: all(someProjects),
    requirements: 'PROJ-LIST-02',
    shows: idsOf('PROJ-FIELD', 8, 13),
  },
  {
    operation: 'getAssignedSharedCloudDrives',
    controller: 'Projects',
    stem: 'projects.get-assigned-shared-cloud-drives',
    title: 'Get Assigned Shared Cloud Drives',
    arrange: async (context, count) => {
      const [project, drives] = [await newProject(context, 'project'), await someDrives(context, count)];
      const pairs = drives.map((drive) => [project, drive] as const);
      if (pairs.length > 0) await assign(context, pairs);
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
    arrange: async (context, count) => {
      const [drive, projects] = [await newDrive(context, 'drive'), await someProjects(context, count)];
      const pairs = projects.map((project) => [project, drive] as const);
      if (pairs.length > 0) await assign(context, pairs);
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
    arrange: all(someDrives),
    requirements: 'DRIVE-LIST-01',
    shows: idsOf('DRIVE-FIELD', 1, 17),
  },
  {
    ...byName,
    operation: 'getAllSharedCloudDrivesWithDetails',
    controller: 'SharedCloudDrive',
    stem: 'shared-cloud-drive.get-all-shared-cloud-drives-with-details',
    title: 'Get All Shared Cloud Drives With Details',
    arrange: all(someDrives),
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
    arrange: async (context, count) => {
      const [one] = await asked.some(context, 1);
      const things = await listed.some(context, count);
      const subject = context.expect.present(one, 'there is something to ask about');
      const entries = things.map((thing) => ({
        ...(asked === kind.principal ? { principal: subject, resource: thing } : { principal: thing, resource: subject }),
        permissionType: 1 as const,
      }));
      if (entries.length > 0) await give(context, kind, entries);
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
