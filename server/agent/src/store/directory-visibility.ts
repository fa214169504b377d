// Owns the one rule of what a caller sees of users, groups, projects and shared drives.

/** Who looks. An administrator sees everything of the account, anybody else what reaches the user. */
export interface Viewer {
  readonly accountId: string;
  readonly userId: string;
  readonly isAdmin: 0 | 1;
}

/** What is inactive lends nothing and reaches nobody, so that switching it off has an effect (chosen). */
const inUse = (table: string): string => `${table}.active = 1 AND ${table}.deleted = 0`;

const ownGroups = `SELECT m.user_group_id FROM user_group_members m JOIN user_groups g ON g.id = m.user_group_id
  WHERE m.user_id = @userId AND ${inUse('g')}`;

/** Projects or drives that a permission lends to the user, or to a group of the user. */
const lent = (what: 'project' | 'shared_drive'): string => `SELECT ${what}_id FROM user_${what}_permissions WHERE user_id = @userId
  UNION ALL SELECT ${what}_id FROM user_group_${what}_permissions WHERE user_group_id IN (${ownGroups})`;

const throughProjects = `SELECT a.shared_drive_id FROM project_shared_drives a JOIN projects p ON p.id = a.project_id
  WHERE ${inUse('p')} AND p.id IN (${lent('project')})`;

const reaches = {
  users: 'users.id = @userId',
  user_groups: `user_groups.id IN (${ownGroups})`,
  projects: `${inUse('projects')} AND projects.id IN (${lent('project')})`,
  shared_drives: `${inUse('shared_drives')} AND shared_drives.id IN (${lent('shared_drive')} UNION ALL ${throughProjects})`,
} as const;

export type DirectoryTable = keyof typeof reaches;

/** Of the account `@accountId` and not deleted. */
export const living = (table: DirectoryTable): string =>
  `${table}.account_id = @accountId${table === 'users' ? '' : ` AND ${table}.deleted = 0`}`;

/** Takes a `Viewer` as parameters. */
export const visible = (table: DirectoryTable): string => `${living(table)} AND (@isAdmin = 1 OR (${reaches[table]}))`;
