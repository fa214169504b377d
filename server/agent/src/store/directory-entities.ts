// Owns the four kinds of things that permissions and assignments tie together, as lists sort and filter them.
import { projectColumns, sharedDriveColumns, userGroupColumns } from './directory-rows.ts';
import type { DirectoryTable } from './directory-visibility.ts';
import type { SortTable } from './page.ts';
import { userColumns } from './user-store.ts';

export interface Entity<Sorts extends SortTable = SortTable> {
  readonly table: DirectoryTable;
  /** What a row holds, as `expression AS property`. */
  readonly columns: string;
  /** What the filter by name looks at, in lower case. */
  readonly nameKey: string;
  /** Fields of the record in PascalCase. */
  readonly sorts: Sorts;
}

const described = <Table extends 'user_groups' | 'projects'>(table: Table) =>
  ({
    Name: `${table}.name_key`,
    Description: `${table}.description COLLATE NOCASE`,
    Active: `${table}.active`,
  }) as const satisfies SortTable;

export const userEntity = {
  table: 'users',
  columns: userColumns,
  nameKey: 'users.username_key',
  sorts: {
    Username: 'users.username_key',
    Firstname: 'users.firstname COLLATE NOCASE',
    Lastname: 'users.lastname COLLATE NOCASE',
    Email: 'users.email COLLATE NOCASE',
    UserType: 'users.user_type',
    Status: 'users.status',
    CreateDate: 'users.create_date',
  },
} as const satisfies Entity;

export const userGroupEntity = {
  table: 'user_groups',
  columns: userGroupColumns,
  nameKey: 'user_groups.name_key',
  sorts: described('user_groups'),
} as const satisfies Entity;

export const projectEntity = {
  table: 'projects',
  columns: projectColumns,
  nameKey: 'projects.name_key',
  sorts: described('projects'),
} as const satisfies Entity;

export const sharedDriveEntity = {
  table: 'shared_drives',
  columns: sharedDriveColumns,
  nameKey: 'shared_drives.name_key',
  sorts: {
    Name: 'shared_drives.name_key',
    StorageName: 'shared_drives.storage_name COLLATE NOCASE',
    Prefix: 'shared_drives.prefix',
    ObjectsPerFolder: 'shared_drives.objects_per_folder',
    AllowDelete: 'shared_drives.allow_delete',
    DriveType: 'shared_drives.drive_type',
    SyncType: 'shared_drives.sync_type',
    Active: 'shared_drives.active',
  },
} as const satisfies Entity;

/** `Name` becomes `Project.Name`, as the lists of permissions and assignments spell their sort fields. */
export const dotted = (prefixes: readonly string[], sorts: SortTable): SortTable =>
  Object.fromEntries(prefixes.flatMap((prefix) => Object.entries(sorts).map(([field, sql]) => [`${prefix}.${field}`, sql])));
