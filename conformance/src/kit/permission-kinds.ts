// Owns the four kinds of permissions (userspermission.md): their operations, and how ids and things are called in each.
import type { Api } from './api.ts';
import type { Context } from './check.ts';
import type { OperationId } from './contract.ts';
import { someDrives, someGroups, someProjects, someUsers, type Thing } from './directory.ts';
import { type Page, pageOf } from './paging.ts';

export interface Party {
  /** The field of an entry, and the parameter of its list. */
  readonly field: string;
  /** The member of a list's items that holds it in full. */
  readonly member: string;
  /** The field by which it is named, sorted and filtered. */
  readonly nameField: 'name' | 'username';
  readonly filter: 'name' | 'username';
  /** So many of them, sorted by name. */
  readonly some: (context: Context, count: number) => Promise<Thing[]>;
}

/** One side of a kind: the list that is asked by it, what its parameter is called, and how the list sorts by default. */
export interface Side extends Party {
  readonly list: OperationId;
  readonly title: string;
  readonly parameter: string;
  readonly sortfield: string;
}

export interface PermissionKind {
  readonly slug: string;
  readonly words: string;
  readonly add: OperationId;
  readonly edit: OperationId;
  readonly remove: OperationId;
  /** The user or group, and the list of what it is assigned to. */
  readonly principal: Side;
  /** The project or drive, and the list of who is assigned to it. */
  readonly resource: Side;
}

const user: Party = { field: 'userId', member: 'user', nameField: 'username', filter: 'username', some: someUsers };
const named = { nameField: 'name', filter: 'name' } as const;
const userGroup: Party = { field: 'userGroupId', member: 'userGroup', ...named, some: someGroups };
const project: Party = { field: 'projectId', member: 'project', ...named, some: someProjects };
const drive: Party = { field: 'sharedCloudDriveId', member: 'sharedCloudDrive', ...named, some: someDrives };

const side = (party: Party, list: OperationId, title: string, parameter: string, sortfield: string): Side => ({
  ...party,
  list,
  title,
  parameter,
  sortfield,
});

export const permissionKinds: readonly PermissionKind[] = [
  {
    slug: 'user-project',
    words: 'a user on a project',
    add: 'addUserProjectPermission',
    edit: 'editUserProjectPermission',
    remove: 'deleteUserProjectPermission',
    principal: side(user, 'getProjectsAssignedToUser', 'Get Projects Assigned to User', 'userId', 'Project.Name'),
    resource: side(project, 'getUsersAssignedToProject', 'Get Users Assigned to Project', 'projectId', 'User.Username'),
  },
  {
    slug: 'user-drive',
    words: 'a user on a shared cloud drive',
    add: 'addUserSharedCloudDrivePermission',
    edit: 'editUserSharedCloudDrivePermission',
    remove: 'deleteUserSharedCloudDrivePermission',
    principal: side(
      user,
      'getSharedCloudDrivesAssignedToUser',
      'Get Shared Cloud Drives Assigned to User',
      'userId',
      'SharedClouDrive.Name',
    ),
    // The Web API spells the member like the sort field.
    resource: side(
      { ...drive, member: 'sharedClouDrive' },
      'getUsersAssignedToSharedCloudDrive',
      'Get Users Assigned to Shared Cloud Drive',
      'sharedCloudDriveId',
      'User.Username',
    ),
  },
  {
    slug: 'group-project',
    words: 'a group on a project',
    add: 'addUserGroupProjectPermission',
    edit: 'editUserGroupProjectPermission',
    remove: 'deleteUserGroupProjectPermission',
    principal: side(userGroup, 'getProjectsAssignedToUserGroup', 'Get Projects Assigned to User Group', 'userGroupId', 'Project.Name'),
    resource: side(project, 'getUserGroupsAssignedToProject', 'Get User Groups Assigned to Project', 'projectId', 'UserGroup.Name'),
  },
  {
    slug: 'group-drive',
    words: 'a group on a shared cloud drive',
    add: 'addUserGroupSharedCloudDrivePermission',
    edit: 'editUserGroupSharedCloudDrivePermission',
    remove: 'deleteUserGroupSharedCloudDrivePermission',
    principal: side(
      userGroup,
      'getSharedCloudDrivesAssignedToUserGroup',
      'Get Shared Cloud Drives Assigned to User Group',
      'userGroupId',
      'SharedCloudDrive.Name',
    ),
    resource: side(
      drive,
      'getUserGroupsAssignedToSharedCloudDrive',
      'Get User Groups Assigned to Shared Cloud Drive',
      'sharedCloudDrive',
      'UserGroup.Name',
    ),
  },
];

export interface Entry {
  readonly principal: Thing;
  readonly resource: Thing;
  readonly permissionType: 1 | 2;
}

/** Gives permissions in one call, and takes them back at the end: that they go with what they are on is documented nowhere. */
export async function give(context: Context, kind: PermissionKind, entries: readonly Entry[]): Promise<void> {
  const api = await context.given.session();
  const body = entries.map(({ principal, resource, permissionType }) => ({
    [kind.principal.field]: principal.id,
    [kind.resource.field]: resource.id,
    permissionType,
  }));
  for (const resource of new Set(entries.map((entry) => entry.resource)))
    context.cleanUp(`permissions on ${resource.name}`, () => takeAllBack(api.forCleanUp(), kind, resource));
  const { status } = await api.perform(kind.add, { body });
  context.expect.equal(status, 200, `${kind.add} answers 200`);
}

async function takeAllBack(api: Api, { resource: { list, parameter }, remove }: PermissionKind, { id }: Thing): Promise<void> {
  const { status, body } = await api.perform(list, { query: { [parameter]: id, pagesize: 200 } });
  // The check may have deleted the project or the drive itself.
  if (status !== 200) return;
  const { data } = (body ?? {}) as { data?: unknown };
  for (const item of Array.isArray(data) ? (data as Readonly<Record<string, unknown>>[]) : []) {
    const entry = entryOf(item);
    if (typeof entry?.id === 'string') await api.perform(remove, { query: { id: entry.id } });
  }
}

export async function listOf({ expect }: Context, api: Api, { list, parameter }: Side, { id }: Thing): Promise<Page['data']> {
  const { status, body } = await api.perform(list, { query: { [parameter]: id, pagesize: 200 } });
  expect.equal(status, 200, `${list} answers 200`);
  return pageOf(body, expect).data;
}

/** Whether an item of a list is about these two, wherever in it the ids stand: its shape is documented nowhere. */
export const isAbout =
  (...things: readonly Thing[]) =>
  (item: unknown): boolean => {
    const text = JSON.stringify(item).toLowerCase();
    return things.every(({ id }) => text.includes(id.toLowerCase()));
  };

/** The entry inside an item of a list, with the id that edit and delete take: in `permission`, as the Web API has it. */
export function entryOf(item: Readonly<Record<string, unknown>> | undefined): Readonly<Record<string, unknown>> | undefined {
  const entry = item?.permission;
  return typeof entry === 'object' && entry !== null ? (entry as Readonly<Record<string, unknown>>) : undefined;
}
