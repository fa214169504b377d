// Owns the tables of Fastr settings, of log settings and of the events that wait for their delivery.

// log_outbox.n orders the events of all accounts; AUTOINCREMENT, so that a number is never given to another event.
// log_targets.dropped counts events that gave way because the outbox was full and that nobody was told of yet.
export const settings = `
CREATE TABLE fastr_settings (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  cloud_account_id TEXT NOT NULL REFERENCES cloud_accounts (id) ON DELETE CASCADE,
  max_upload INTEGER NOT NULL CHECK (max_upload >= 0),
  max_download INTEGER NOT NULL CHECK (max_download >= 0),
  max_server_to_server INTEGER NOT NULL CHECK (max_server_to_server >= 0),
  verify_checksum INTEGER NOT NULL CHECK (verify_checksum IN (0, 1)),
  file_exists_action INTEGER NOT NULL CHECK (file_exists_action IN (0, 1, 2)),
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  UNIQUE (user_id, cloud_account_id)
) STRICT;

CREATE INDEX fastr_settings_cloud_account ON fastr_settings (cloud_account_id);
CREATE INDEX fastr_settings_account ON fastr_settings (account_id);

CREATE TABLE log_targets (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL UNIQUE REFERENCES accounts (id) ON DELETE CASCADE,
  provider INTEGER NOT NULL,
  token TEXT NOT NULL,
  server_address TEXT NOT NULL,
  service_port TEXT NOT NULL,
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  dropped INTEGER NOT NULL DEFAULT 0 CHECK (dropped >= 0)
) STRICT;

CREATE TABLE log_outbox (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  target_id TEXT NOT NULL REFERENCES log_targets (id) ON DELETE CASCADE,
  event TEXT NOT NULL
) STRICT;

CREATE INDEX log_outbox_target ON log_outbox (target_id, n);
`;
