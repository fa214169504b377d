// Owns what of projects and shared drives is written, and what goes with them.
import { projectEntity, sharedDriveEntity } from './directory-entities.ts';
import type { ProjectRow, SharedDriveRow } from './directory-rows.ts';
import type { NamedSource } from './named-store.ts';

export const projectSource: NamedSource<ProjectRow, typeof projectEntity.sorts> = {
  entity: projectEntity,
  fixed: { create_date: 'createDate' },
  changeable: { name: 'name', description: 'description', active: 'active' },
  dependents: [
    ['user_project_permissions', 'project_id'],
    ['user_group_project_permissions', 'project_id'],
    ['project_shared_drives', 'project_id'],
  ],
};

export const sharedDriveSource: NamedSource<SharedDriveRow, typeof sharedDriveEntity.sorts> = {
  entity: sharedDriveEntity,
  fixed: { creator_user_id: 'creatorUserId', create_date: 'createDate' },
  changeable: {
    name: 'name',
    cloud_account_id: 'cloudAccountId',
    storage_name: 'storageName',
    storage_id: 'storageId',
    prefix: 'prefix',
    prefix_id: 'prefixId',
    objects_per_folder: 'objectsPerFolder',
    allow_delete: 'allowDelete',
    local_cache_encrypted: 'localCacheEncrypted',
    cloud_objects_encrypted: 'cloudObjectsEncrypted',
    drive_type: 'driveType',
    sync_type: 'syncType',
    active: 'active',
  },
  dependents: [
    ['user_shared_drive_permissions', 'shared_drive_id'],
    ['user_group_shared_drive_permissions', 'shared_drive_id'],
    ['project_shared_drives', 'shared_drive_id'],
  ],
};
