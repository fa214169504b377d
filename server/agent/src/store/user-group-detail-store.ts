// Owns reading what a user group has: its projects and its shared drives, with the permissions on them.
import type { Database } from './database.ts';
import { projectColumns, type ProjectRow, sharedDriveColumns, type SharedDriveRow } from './directory-rows.ts';
import { mostInlined } from './user-detail-store.ts';

export type Permitted<Row> = Row & { readonly permissionId: string; readonly permissionType: 1 | 2 };

const permitted = (columns: string, table: string, links: string, key: string): string =>
  `SELECT ${columns}, l.id AS permissionId, l.permission_type AS permissionType FROM ${links} l
JOIN ${table} ON ${table}.id = l.${key} WHERE l.user_group_id = ? AND ${table}.deleted = 0
ORDER BY ${table}.name_key, ${table}.id LIMIT ${mostInlined}`;

export class UserGroupDetailStore {
  readonly #projects;
  readonly #drives;

  constructor(database: Database) {
    this.#projects = database.prepare<[string], Permitted<ProjectRow>>(
      permitted(projectColumns, 'projects', 'user_group_project_permissions', 'project_id'),
    );
    this.#drives = database.prepare<[string], Permitted<SharedDriveRow>>(
      permitted(sharedDriveColumns, 'shared_drives', 'user_group_shared_drive_permissions', 'shared_drive_id'),
    );
  }

  projectsOf(userGroupId: string): readonly Permitted<ProjectRow>[] {
    return this.#projects.all(userGroupId);
  }

  drivesOf(userGroupId: string): readonly Permitted<SharedDriveRow>[] {
    return this.#drives.all(userGroupId);
  }
}
