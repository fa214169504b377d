// Owns reading what a user is assigned to directly.
import type { Database } from './database.ts';
import {
  projectColumns,
  type ProjectRow,
  sharedDriveColumns,
  type SharedDriveRow,
  userGroupColumns,
  type UserGroupRow,
} from './directory-rows.ts';

/** The most that is inlined of each kind; the lists of assignments page through all of them. */
export const mostInlined = 1000;

const assigned = (columns: string, table: string, links: string, key: string): string => `SELECT ${columns} FROM ${links} l
JOIN ${table} ON ${table}.id = l.${key} WHERE l.user_id = ? AND ${table}.deleted = 0
ORDER BY ${table}.name_key, ${table}.id LIMIT ${mostInlined}`;

export class UserDetailStore {
  readonly #groups;
  readonly #projects;
  readonly #drives;

  constructor(database: Database) {
    this.#groups = database.prepare<[string], UserGroupRow>(
      assigned(userGroupColumns, 'user_groups', 'user_group_members', 'user_group_id'),
    );
    this.#projects = database.prepare<[string], ProjectRow>(assigned(projectColumns, 'projects', 'user_project_permissions', 'project_id'));
    this.#drives = database.prepare<[string], SharedDriveRow>(
      assigned(sharedDriveColumns, 'shared_drives', 'user_shared_drive_permissions', 'shared_drive_id'),
    );
  }

  groupsOf(userId: string): readonly UserGroupRow[] {
    return this.#groups.all(userId);
  }

  projectsOf(userId: string): readonly ProjectRow[] {
    return this.#projects.all(userId);
  }

  drivesOf(userId: string): readonly SharedDriveRow[] {
    return this.#drives.all(userId);
  }
}
