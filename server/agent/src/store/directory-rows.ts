// Owns the rows of groups, projects and shared drives, and how they are read.
export interface UserGroupRow {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly description: string;
  readonly active: 0 | 1;
  readonly createDate: number;
}

export type ProjectRow = UserGroupRow;

export interface SharedDriveRow {
  readonly id: string;
  readonly accountId: string;
  readonly creatorUserId: string | null;
  readonly cloudAccountId: string;
  readonly name: string;
  readonly storageName: string;
  readonly storageId: string;
  readonly prefix: string;
  readonly prefixId: string;
  readonly objectsPerFolder: number;
  readonly allowDelete: 0 | 1;
  readonly localCacheEncrypted: 0 | 1;
  readonly cloudObjectsEncrypted: 0 | 1;
  readonly driveType: 1 | 2;
  readonly syncType: 1 | 2;
  readonly active: 0 | 1;
  readonly createDate: number;
}

const named = (
  table: string,
): string => `${table}.id, ${table}.account_id AS accountId, ${table}.name, ${table}.description, ${table}.active,
  ${table}.create_date AS createDate`;

export const userGroupColumns = named('user_groups');
export const projectColumns = named('projects');
export const sharedDriveColumns = `shared_drives.id, shared_drives.account_id AS accountId, shared_drives.creator_user_id AS creatorUserId,
  shared_drives.cloud_account_id AS cloudAccountId, shared_drives.name, shared_drives.storage_name AS storageName,
  shared_drives.storage_id AS storageId, shared_drives.prefix, shared_drives.prefix_id AS prefixId,
  shared_drives.objects_per_folder AS objectsPerFolder, shared_drives.allow_delete AS allowDelete,
  shared_drives.local_cache_encrypted AS localCacheEncrypted, shared_drives.cloud_objects_encrypted AS cloudObjectsEncrypted,
  shared_drives.drive_type AS driveType, shared_drives.sync_type AS syncType, shared_drives.active, shared_drives.create_date AS createDate`;
