// Owns the tables of API tokens and of authorizations under way, and what a cloud account knows of its authorization.

// token_hash is the SHA-256 of the value, which is sealed beside it; expires_at is null for a token that never expires.
// state_hash is the SHA-256 of the state; session_id is no foreign key, because an API token may stand there too. verifier is sealed.
// needs_authorization: the provider no longer accepts the refresh token of the account.
export const oauthAndTokens = `
CREATE TABLE api_tokens (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  token_hash TEXT NOT NULL UNIQUE,
  token TEXT NOT NULL,
  title TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER
) STRICT;

CREATE INDEX api_tokens_user ON api_tokens (user_id, created_at);

CREATE TABLE oauth_flows (
  state_hash TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  session_id TEXT NOT NULL,
  cloud_type INTEGER NOT NULL,
  name TEXT NOT NULL,
  shared INTEGER NOT NULL CHECK (shared IN (0, 1)),
  redirect_url TEXT NOT NULL,
  verifier TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX oauth_flows_user ON oauth_flows (user_id, expires_at);
CREATE INDEX oauth_flows_expiry ON oauth_flows (expires_at);

ALTER TABLE cloud_accounts ADD COLUMN needs_authorization INTEGER NOT NULL DEFAULT 0 CHECK (needs_authorization IN (0, 1));
`;
