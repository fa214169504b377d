// Owns the tables of what has to be confirmed by mail or by an authenticator app, of Google identities, and of mails that are to go out.

// Codes and one-time passwords are kept as keyed hashes: whoever reads the file cannot try four characters against them.
// `mail_queue.letter` is sealed, because letters carry codes. `users.password_hash` is empty for users without a password.
export const activation = `
CREATE TABLE activation_codes (
  user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  code_hash TEXT NOT NULL,
  attempts_left INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX activation_codes_expiry ON activation_codes (expires_at);

CREATE TABLE one_time_passwords (
  user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  password_hash TEXT NOT NULL,
  used INTEGER NOT NULL DEFAULT 0 CHECK (used IN (0, 1)),
  expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE mfa_enrolments (
  user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  secret TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE google_identities (
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  user_id TEXT NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE,
  PRIMARY KEY (issuer, subject)
) STRICT;

-- key_hash covers unknown addresses too, so that being limited does not tell whether an address is known.
CREATE TABLE rate_limits (
  key_hash TEXT PRIMARY KEY,
  uses INTEGER NOT NULL,
  window_ends_at INTEGER NOT NULL
) STRICT;

CREATE INDEX rate_limits_window ON rate_limits (window_ends_at);

CREATE TABLE mail_queue (
  id TEXT PRIMARY KEY,
  letter TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_attempt_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX mail_queue_next ON mail_queue (next_attempt_at);
CREATE INDEX mail_queue_expiry ON mail_queue (expires_at);

CREATE INDEX users_pending ON users (email COLLATE NOCASE, create_date) WHERE status = 4;
`;
