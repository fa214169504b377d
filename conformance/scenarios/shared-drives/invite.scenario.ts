// Owns the capability "invite to a shared drive": who is given a drive sees it, and nothing else.
import type { Context } from '../../src/kit/check.ts';
import type { OperationId } from '../../src/kit/contract.ts';
import { assign, newDrive, newGroup, newProject, putIntoGroup, type Thing, userNamed } from '../../src/kit/directory.ts';
import { pageOf } from '../../src/kit/paging.ts';
import { entryOf, give, listOf, isAbout, type PermissionKind, permissionKinds } from '../../src/kit/permission-kinds.ts';
import { scenario } from '../../src/kit/scenario.ts';

interface Story {
  readonly slug: string;
  readonly title: string;
  readonly kind: string;
  readonly proves: readonly string[];
  readonly operations: readonly OperationId[];
  /** The user or group that the permission is for. */
  readonly invited: (context: Context, member: Thing) => Promise<Thing>;
  /** What the permission is on, so that it leads to the drive. */
  readonly shared: (context: Context, drive: Thing) => Promise<Thing>;
}

const itself = (_context: Context, thing: Thing): Promise<Thing> => Promise.resolve(thing);

async function groupOf(context: Context, member: Thing): Promise<Thing> {
  const group = await newGroup(context, 'group');
  await putIntoGroup(context, member.id, group.id);
  return group;
}

async function projectWith(context: Context, drive: Thing): Promise<Thing> {
  const project = await newProject(context, 'project');
  await assign(context, [[project, drive]]);
  return project;
}

const stories: readonly Story[] = [
  {
    slug: 'directly',
    title: 'A user who is given a drive sees exactly that drive, until the permission is deleted',
    kind: 'user-drive',
    proves: ['DRIVE-REACH-001'],
    operations: ['addUserSharedCloudDrivePermission', 'deleteUserSharedCloudDrivePermission'],
    invited: itself,
    shared: itself,
  },
  {
    slug: 'through-a-group',
    title: 'A member of a group that is given a drive sees exactly that drive, until the permission is deleted',
    kind: 'group-drive',
    proves: ['DRIVE-REACH-002'],
    operations: ['addUserGroupSharedCloudDrivePermission', 'deleteUserGroupSharedCloudDrivePermission'],
    invited: groupOf,
    shared: itself,
  },
  {
    slug: 'through-a-project',
    title: 'A user who is given a project sees exactly its drive, until the permission is deleted',
    kind: 'user-project',
    proves: ['DRIVE-REACH-003'],
    operations: ['assignSharedCloudDrive', 'addUserProjectPermission', 'deleteUserProjectPermission'],
    invited: itself,
    shared: projectWith,
  },
  {
    slug: 'through-a-group-on-a-project',
    title: 'A member of a group that is given a project sees exactly its drive, until the permission is deleted',
    kind: 'group-project',
    proves: ['DRIVE-REACH-004'],
    operations: ['assignSharedCloudDrive', 'addUserGroupProjectPermission', 'deleteUserGroupProjectPermission'],
    invited: groupOf,
    shared: projectWith,
  },
];

/** Which of the drives the member lists: ours are told by their names, whatever else the member reaches. */
async function seenByMember(context: Context, drives: readonly Thing[]): Promise<string[]> {
  const member = await context.given.memberSession();
  const seen: string[] = [];
  for (const { id, name } of drives) {
    const { data } = pageOf((await member.call('getAllSharedCloudDrives', { query: { name } })).body, context.expect);
    if (data.some((drive) => drive.id === id)) seen.push(name);
  }
  return seen;
}

async function withdraw(context: Context, kind: PermissionKind, invited: Thing, shared: Thing): Promise<boolean> {
  const api = await context.given.session();
  const item = (await listOf(context, api, kind.resource, shared)).find(isAbout(invited, shared));
  const { id } = entryOf(item) ?? {};
  context.should.that(typeof id === 'string', 'the list answers the id of the permission', id);
  if (typeof id !== 'string') return false;
  context.expect.equal((await api.perform(kind.remove, { query: { id } })).status, 200, 'the permission is deleted');
  return true;
}

// That a user who was given a drive finds it follows from what a permission is; that others are hidden is chosen, so it is INFO.
export const scenarios = stories.map(({ slug, title, kind: wanted, proves, operations, invited, shared }) =>
  scenario(
    `shared-cloud-drive.invite.${slug}`,
    {
      title,
      controller: 'SharedCloudDrive',
      operations: ['insertSharedCloudDrive', 'getAllSharedCloudDrives', ...operations],
      level: 'SHOULD',
      proves,
    },
    async (context) => {
      const kind = permissionKinds.find((one) => one.slug === wanted);
      if (kind === undefined) throw new Error(`There is no kind ${wanted}.`);
      const member = await userNamed(context, context.given.memberCredentials().username);
      const drives = [await newDrive(context, 'shared'), await newDrive(context, 'other')] as const;
      const [principal, resource] = [await invited(context, member), await shared(context, drives[0])];
      context.info.equal(await seenByMember(context, drives), [], 'before, the member sees none of the two drives');
      await give(context, kind, [{ principal, resource, permissionType: 1 }]);
      const seen = await seenByMember(context, drives);
      context.expect.that(seen.includes(drives[0].name), 'the member sees the drive', seen);
      context.info.equal(seen, [drives[0].name], 'the member does not see the other drive');
      if (!(await withdraw(context, kind, principal, resource))) return;
      context.info.equal(await seenByMember(context, drives), [], 'without the permission, the member sees none of the two');
    },
  ),
);
