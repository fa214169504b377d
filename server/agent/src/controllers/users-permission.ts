// Owns the UsersPermission operations (userspermission.md): four kinds of permissions, five operations each.
import type { DirectoryPermissions } from '../account/directory/permission-kinds.ts';
import type { Controller } from '../http/handler.ts';

export interface PermissionDependencies {
  readonly permissions: DirectoryPermissions;
}

const done = (_nothing: void): { status: 200 } => ({ status: 200 });
const shown = <Body>(body: Body): { status: 200; body: Body } => ({ status: 200, body });

export const usersPermission = ({
  permissions: { userProject, userSharedDrive, userGroupProject, userGroupSharedDrive },
}: PermissionDependencies): Controller<'UsersPermission'> => ({
  addUserProjectPermission: ({ caller, body }) => done(userProject.add(caller, body)),
  editUserProjectPermission: ({ caller, body }) => done(userProject.edit(caller, body)),
  deleteUserProjectPermission: ({ caller, query }) => done(userProject.remove(caller, query.id)),
  getUsersAssignedToProject: ({ caller, query }) => shown(userProject.page('left', caller, query.projectId, query, query.username)),
  getProjectsAssignedToUser: ({ caller, query }) => shown(userProject.page('right', caller, query.userId, query, query.name)),

  addUserSharedCloudDrivePermission: ({ caller, body }) => done(userSharedDrive.add(caller, body)),
  editUserSharedCloudDrivePermission: ({ caller, body }) => done(userSharedDrive.edit(caller, body)),
  deleteUserSharedCloudDrivePermission: ({ caller, query }) => done(userSharedDrive.remove(caller, query.id)),
  getUsersAssignedToSharedCloudDrive: ({ caller, query }) =>
    shown(userSharedDrive.page('left', caller, query.sharedCloudDriveId, query, query.username)),
  getSharedCloudDrivesAssignedToUser: ({ caller, query }) => shown(userSharedDrive.page('right', caller, query.userId, query, query.name)),

  addUserGroupProjectPermission: ({ caller, body }) => done(userGroupProject.add(caller, body)),
  editUserGroupProjectPermission: ({ caller, body }) => done(userGroupProject.edit(caller, body)),
  deleteUserGroupProjectPermission: ({ caller, query }) => done(userGroupProject.remove(caller, query.id)),
  getUserGroupsAssignedToProject: ({ caller, query }) => shown(userGroupProject.page('left', caller, query.projectId, query, query.name)),
  getProjectsAssignedToUserGroup: ({ caller, query }) =>
    shown(userGroupProject.page('right', caller, query.userGroupId, query, query.name)),

  addUserGroupSharedCloudDrivePermission: ({ caller, body }) => done(userGroupSharedDrive.add(caller, body)),
  editUserGroupSharedCloudDrivePermission: ({ caller, body }) => done(userGroupSharedDrive.edit(caller, body)),
  deleteUserGroupSharedCloudDrivePermission: ({ caller, query }) => done(userGroupSharedDrive.remove(caller, query.id)),
  getUserGroupsAssignedToSharedCloudDrive: ({ caller, query }) =>
    shown(userGroupSharedDrive.page('left', caller, query.sharedCloudDrive, query, query.name)),
  getSharedCloudDrivesAssignedToUserGroup: ({ caller, query }) =>
    shown(userGroupSharedDrive.page('right', caller, query.userGroupId, query, query.name)),
});
