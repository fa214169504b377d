// Owns the four kinds of permissions: which links they are kept in, and which form they have.
import type { ProjectRow, SharedDriveRow, UserGroupRow } from '../../store/directory-rows.ts';
import type { UserRow } from '../../store/user-store.ts';
import type { Links } from './links.ts';
import { permissionForms as forms } from './permission-forms.ts';
import { Permissions } from './permissions.ts';

export interface PermissionLinks {
  readonly userProject: Links<UserRow, ProjectRow>;
  readonly userSharedDrive: Links<UserRow, SharedDriveRow>;
  readonly userGroupProject: Links<UserGroupRow, ProjectRow>;
  readonly userGroupSharedDrive: Links<UserGroupRow, SharedDriveRow>;
}

export const permissionKinds = (links: PermissionLinks) => ({
  userProject: new Permissions(links.userProject, forms.userProject),
  userSharedDrive: new Permissions(links.userSharedDrive, forms.userSharedDrive),
  userGroupProject: new Permissions(links.userGroupProject, forms.userGroupProject),
  userGroupSharedDrive: new Permissions(links.userGroupSharedDrive, forms.userGroupSharedDrive),
});

export type DirectoryPermissions = ReturnType<typeof permissionKinds>;
