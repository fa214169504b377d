// Owns the five tables that tie things together: which two, and whether at a level.
import { projectEntity, sharedDriveEntity, userEntity, userGroupEntity } from './directory-entities.ts';
import type { LinkSide, LinkSource } from './link-store.ts';

const user: LinkSide = { entity: userEntity, column: 'user_id', sortPrefixes: ['User'] };
const userGroup: LinkSide = { entity: userGroupEntity, column: 'user_group_id', sortPrefixes: ['UserGroup'] };
const project: LinkSide = { entity: projectEntity, column: 'project_id', sortPrefixes: ['Project'] };
const sharedDrive: LinkSide = { entity: sharedDriveEntity, column: 'shared_drive_id', sortPrefixes: ['SharedCloudDrive'] };
/** The documented default of one list lacks a "d" (userspermission.md, Quirks); whether that is a slip is not said, so both are known. */
const misspelled: LinkSide = { ...sharedDrive, sortPrefixes: ['SharedClouDrive', 'SharedCloudDrive'] };

const levelColumn = 'permission_type';

export const linkSources = {
  userProject: { table: 'user_project_permissions', left: user, right: project, levelColumn },
  userSharedDrive: { table: 'user_shared_drive_permissions', left: user, right: misspelled, levelColumn },
  userGroupProject: { table: 'user_group_project_permissions', left: userGroup, right: project, levelColumn },
  userGroupSharedDrive: { table: 'user_group_shared_drive_permissions', left: userGroup, right: sharedDrive, levelColumn },
  projectSharedDrive: { table: 'project_shared_drives', left: project, right: sharedDrive },
} as const satisfies Record<string, LinkSource>;
