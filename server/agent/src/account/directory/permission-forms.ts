// Owns how the four kinds of permissions look in requests and answers; what they do is the same (`permissions.ts`).
import type { Schema } from '@click-kit/contract';
import type { ProjectRow, SharedDriveRow, UserGroupRow } from '../../store/directory-rows.ts';
import type { LinkRow } from '../../store/link-store.ts';
import type { UserRow } from '../../store/user-store.ts';
import { userOf } from '../users.ts';
import type { Joined } from './links.ts';
import { projectOf, sharedDriveOf, userGroupOf } from './views.ts';

/** The names of the ids on both sides, the entry itself, and the entry with both things in full. */
export interface PermissionForm<Left, Right, LeftKey extends string, RightKey extends string, Entry, Dto> {
  readonly left: LeftKey;
  readonly right: RightKey;
  readonly entryOf: (link: LinkRow) => Entry;
  readonly dtoOf: (joined: Joined<Left, Right>) => Dto;
}

const form = <Left, Right, LeftKey extends string, RightKey extends string, Entry, Dto>(
  definition: PermissionForm<Left, Right, LeftKey, RightKey, Entry, Dto>,
) => definition;

const userProjectEntry = ({ id, leftId, rightId, level }: LinkRow): Schema<'UserProjectPermission'> => ({
  id,
  userId: leftId,
  projectId: rightId,
  permissionType: level,
});
const userSharedDriveEntry = ({ id, leftId, rightId, level }: LinkRow): Schema<'UserSharedCloudDrivePermission'> => ({
  id,
  userId: leftId,
  sharedCloudDriveId: rightId,
  permissionType: level,
});
const userGroupProjectEntry = ({ id, leftId, rightId, level }: LinkRow): Schema<'UserGroupProjectPermission'> => ({
  id,
  userGroupId: leftId,
  projectId: rightId,
  permissionType: level,
});
const userGroupSharedDriveEntry = ({ id, leftId, rightId, level }: LinkRow): Schema<'UserGroupSharedCloudDrivePermission'> => ({
  id,
  userGroupId: leftId,
  sharedCloudDriveId: rightId,
  permissionType: level,
});

export const permissionForms = {
  userProject: form({
    left: 'userId',
    right: 'projectId',
    entryOf: userProjectEntry,
    dtoOf: (joined: Joined<UserRow, ProjectRow>): Schema<'UserProjectPermissionDTO'> => ({
      user: userOf(joined.left),
      project: projectOf(joined.right),
      permission: userProjectEntry(joined),
    }),
  }),
  userSharedDrive: form({
    left: 'userId',
    right: 'sharedCloudDriveId',
    entryOf: userSharedDriveEntry,
    dtoOf: (joined: Joined<UserRow, SharedDriveRow>): Schema<'UserSharedCloudDrivePermissionDTO'> => ({
      user: userOf(joined.left),
      sharedClouDrive: sharedDriveOf(joined.right),
      permission: userSharedDriveEntry(joined),
    }),
  }),
  userGroupProject: form({
    left: 'userGroupId',
    right: 'projectId',
    entryOf: userGroupProjectEntry,
    dtoOf: (joined: Joined<UserGroupRow, ProjectRow>): Schema<'UserGroupProjectPermissionDTO'> => ({
      userGroup: userGroupOf(joined.left),
      project: projectOf(joined.right),
      permission: userGroupProjectEntry(joined),
    }),
  }),
  userGroupSharedDrive: form({
    left: 'userGroupId',
    right: 'sharedCloudDriveId',
    entryOf: userGroupSharedDriveEntry,
    dtoOf: (joined: Joined<UserGroupRow, SharedDriveRow>): Schema<'UserGroupSharedCloudDrivePermissionDTO'> => ({
      userGroup: userGroupOf(joined.left),
      sharedCloudDrive: sharedDriveOf(joined.right),
      permission: userGroupSharedDriveEntry(joined),
    }),
  }),
};
