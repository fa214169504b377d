// Owns the tables of accounts, users, sessions and cloud accounts.
export const accounts = `
CREATE TABLE accounts (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  create_date INTEGER NOT NULL
) STRICT;

-- username_key is the username in lower case: names that differ in case only are the same name.
CREATE TABLE users (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  username TEXT NOT NULL,
  username_key TEXT NOT NULL UNIQUE,
  email TEXT NOT NULL,
  firstname TEXT NOT NULL,
  lastname TEXT NOT NULL,
  user_type INTEGER NOT NULL,
  status INTEGER NOT NULL CHECK (status IN (1, 2, 4)),
  owner INTEGER NOT NULL CHECK (owner IN (0, 1)),
  password_hash TEXT NOT NULL,
  mfa_secret TEXT,
  create_date INTEGER NOT NULL
) STRICT;

CREATE INDEX users_account ON users (account_id, create_date, id);

CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_latest ON sessions (created_at);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- The id is the SHA-256 of what the client holds: reading the file does not let anybody answer a challenge.
CREATE TABLE mfa_challenges (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  expires_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX mfa_challenges_user ON mfa_challenges (user_id, expires_at);

CREATE TABLE mfa_steps (
  user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  last_step INTEGER NOT NULL
) STRICT;

-- username_hash covers unknown names too, so that being limited does not tell whether a user exists.
CREATE TABLE login_failures (
  username_hash TEXT PRIMARY KEY,
  failures INTEGER NOT NULL,
  window_ends_at INTEGER NOT NULL
) STRICT;

CREATE INDEX login_failures_window ON login_failures (window_ends_at);

CREATE TABLE cloud_accounts (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  owner_id TEXT NOT NULL REFERENCES users (id),
  name TEXT NOT NULL,
  cloud_type INTEGER NOT NULL,
  region TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  service_url TEXT NOT NULL,
  keys TEXT NOT NULL,
  shared INTEGER NOT NULL CHECK (shared IN (0, 1)),
  create_date INTEGER NOT NULL,
  UNIQUE (account_id, name)
) STRICT;
`;
