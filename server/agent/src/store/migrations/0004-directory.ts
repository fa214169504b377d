// Owns the tables of groups, projects, shared drives, and who is assigned to what.

// Deletion of a group, a project or a drive is soft (documented): the row stays with `deleted = 1`, its assignments go.
// `name_key` is the name in lower case; names are unique among what is not deleted.
export const directory = `
CREATE TABLE user_groups (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  description TEXT NOT NULL,
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  deleted INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
  create_date INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX user_groups_name ON user_groups (account_id, name_key) WHERE deleted = 0;

CREATE TABLE user_group_members (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  user_group_id TEXT NOT NULL REFERENCES user_groups (id) ON DELETE CASCADE,
  UNIQUE (user_id, user_group_id)
) STRICT;

CREATE INDEX user_group_members_group ON user_group_members (user_group_id, user_id);

CREATE TABLE projects (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  description TEXT NOT NULL,
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  deleted INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
  create_date INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX projects_name ON projects (account_id, name_key) WHERE deleted = 0;

CREATE TABLE shared_drives (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  creator_user_id TEXT REFERENCES users (id) ON DELETE SET NULL,
  cloud_account_id TEXT NOT NULL REFERENCES cloud_accounts (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  storage_name TEXT NOT NULL,
  storage_id TEXT NOT NULL,
  prefix TEXT NOT NULL,
  prefix_id TEXT NOT NULL,
  objects_per_folder INTEGER NOT NULL,
  allow_delete INTEGER NOT NULL CHECK (allow_delete IN (0, 1)),
  local_cache_encrypted INTEGER NOT NULL CHECK (local_cache_encrypted IN (0, 1)),
  cloud_objects_encrypted INTEGER NOT NULL CHECK (cloud_objects_encrypted IN (0, 1)),
  drive_type INTEGER NOT NULL CHECK (drive_type IN (1, 2)),
  sync_type INTEGER NOT NULL CHECK (sync_type IN (1, 2)),
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  deleted INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
  create_date INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX shared_drives_name ON shared_drives (account_id, name_key) WHERE deleted = 0;
CREATE INDEX shared_drives_cloud_account ON shared_drives (cloud_account_id);
CREATE INDEX shared_drives_creator ON shared_drives (creator_user_id);

CREATE TABLE project_shared_drives (
  id TEXT PRIMARY KEY,
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  shared_drive_id TEXT NOT NULL REFERENCES shared_drives (id) ON DELETE CASCADE,
  UNIQUE (project_id, shared_drive_id)
) STRICT;

CREATE INDEX project_shared_drives_drive ON project_shared_drives (shared_drive_id);

CREATE TABLE user_project_permissions (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  permission_type INTEGER NOT NULL CHECK (permission_type IN (1, 2)),
  UNIQUE (user_id, project_id)
) STRICT;

CREATE INDEX user_project_permissions_project ON user_project_permissions (project_id);

CREATE TABLE user_shared_drive_permissions (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  shared_drive_id TEXT NOT NULL REFERENCES shared_drives (id) ON DELETE CASCADE,
  permission_type INTEGER NOT NULL CHECK (permission_type IN (1, 2)),
  UNIQUE (user_id, shared_drive_id)
) STRICT;

CREATE INDEX user_shared_drive_permissions_drive ON user_shared_drive_permissions (shared_drive_id);

CREATE TABLE user_group_project_permissions (
  id TEXT PRIMARY KEY,
  user_group_id TEXT NOT NULL REFERENCES user_groups (id) ON DELETE CASCADE,
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  permission_type INTEGER NOT NULL CHECK (permission_type IN (1, 2)),
  UNIQUE (user_group_id, project_id)
) STRICT;

CREATE INDEX user_group_project_permissions_project ON user_group_project_permissions (project_id);

CREATE TABLE user_group_shared_drive_permissions (
  id TEXT PRIMARY KEY,
  user_group_id TEXT NOT NULL REFERENCES user_groups (id) ON DELETE CASCADE,
  shared_drive_id TEXT NOT NULL REFERENCES shared_drives (id) ON DELETE CASCADE,
  permission_type INTEGER NOT NULL CHECK (permission_type IN (1, 2)),
  UNIQUE (user_group_id, shared_drive_id)
) STRICT;

CREATE INDEX user_group_shared_drive_permissions_drive ON user_group_shared_drive_permissions (shared_drive_id);
`;
