// Owns how groups, projects and shared drives look in answers, wherever they appear.
import type { Schema } from '@click-kit/contract';
import type { ProjectRow, SharedDriveRow, UserGroupRow } from '../../store/directory-rows.ts';

export const userGroupOf = ({ id, name, description, active }: UserGroupRow): Schema<'UserGroup'> => ({
  id,
  name,
  description,
  active: active === 1,
});

export const projectOf = ({ id, name, description, active }: ProjectRow): Schema<'Project'> => ({
  id,
  name,
  description,
  active: active === 1,
});

export const sharedDriveOf = (row: SharedDriveRow): Schema<'SharedCloudDrive'> => ({
  id: row.id,
  name: row.name,
  cloudAccountId: row.cloudAccountId,
  storageName: row.storageName,
  prefix: row.prefix,
  prefixId: row.prefixId,
  storageId: row.storageId,
  objectsPerFolder: row.objectsPerFolder,
  allowDelete: row.allowDelete === 1,
  localCacheEncrypted: row.localCacheEncrypted === 1,
  cloudObjectsEncrypted: row.cloudObjectsEncrypted === 1,
  driveType: row.driveType,
  syncType: row.syncType,
  active: row.active === 1,
});
