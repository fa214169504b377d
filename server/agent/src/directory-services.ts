// Owns the parts of projects, shared cloud drives and permissions.
import { Assignments } from './account/directory/assignments.ts';
import { Links, type Party } from './account/directory/links.ts';
import { type DirectoryPermissions, permissionKinds } from './account/directory/permission-kinds.ts';
import { Projects } from './account/directory/projects.ts';
import { SharedDrives } from './account/directory/shared-drives.ts';
import { CloudAccountStore } from './store/cloud-account-store.ts';
import type { Database } from './store/database.ts';
import { userEntity, userGroupEntity } from './store/directory-entities.ts';
import type { UserGroupRow } from './store/directory-rows.ts';
import { EntityStore } from './store/entity-store.ts';
import { linkSources } from './store/link-sources.ts';
import { type LinkSource, LinkStore } from './store/link-store.ts';
import { projectSource, sharedDriveSource } from './store/named-sources.ts';
import { NamedStore } from './store/named-store.ts';
import type { UserRow } from './store/user-store.ts';

export interface DirectoryServices {
  readonly projects: Projects;
  readonly sharedDrives: SharedDrives;
  readonly assignments: Assignments;
  readonly permissions: DirectoryPermissions;
}

export interface DirectoryServiceOptions {
  readonly database: Database;
  readonly now: () => number;
  readonly limits: { readonly maxProjects: number; readonly maxSharedDrives: number; readonly maxAssignments: number };
}

export function openDirectoryServices({ database, now, limits }: DirectoryServiceOptions): DirectoryServices {
  const [projectStore, driveStore] = [new NamedStore(database, projectSource), new NamedStore(database, sharedDriveSource)];
  // A project or a drive that does not reach the caller does not exist for the caller; other people and their groups are known to.
  const user: Party<UserRow> = { store: new EntityStore(database, userEntity), what: 'user', hidden: 'ACCESS' };
  const userGroup: Party<UserGroupRow> = { store: new EntityStore(database, userGroupEntity), what: 'user group', hidden: 'ACCESS' };
  const project = { store: projectStore, what: 'project', hidden: 'NOT_FOUND' } as const;
  const sharedDrive = { store: driveStore, what: 'shared cloud drive', hidden: 'NOT_FOUND' } as const;
  const links = (source: LinkSource) => ({ store: new LinkStore(database, source), max: limits.maxAssignments });
  const permissions = permissionKinds({
    userProject: new Links({ ...links(linkSources.userProject), left: user, right: project }),
    userSharedDrive: new Links({ ...links(linkSources.userSharedDrive), left: user, right: sharedDrive }),
    userGroupProject: new Links({ ...links(linkSources.userGroupProject), left: userGroup, right: project }),
    userGroupSharedDrive: new Links({ ...links(linkSources.userGroupSharedDrive), left: userGroup, right: sharedDrive }),
  });
  const assignments = new Assignments(new Links({ ...links(linkSources.projectSharedDrive), left: project, right: sharedDrive }));
  const common = { permissions, assignments, now };
  return {
    projects: new Projects({ ...common, store: projectStore, max: limits.maxProjects }),
    sharedDrives: new SharedDrives({
      ...common,
      store: driveStore,
      cloudAccounts: new CloudAccountStore(database),
      max: limits.maxSharedDrives,
    }),
    assignments,
    permissions,
  };
}
