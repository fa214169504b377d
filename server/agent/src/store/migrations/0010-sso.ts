// Owns the tables of single sign-on: configurations of identity providers, attempts under way, assertions that were used.

// provider: 2 EntraID, 4 Okta, 8 SAML, as auth_provider of users. client_secret is sealed; a certificate is no secret.
// The id of an attempt is the SHA-256 of what the client holds. Its secrets are sealed: state, nonce and code verifier, or the id of the
// SAML request. An attempt belongs to one state of its configuration: an update deletes the open ones.
export const sso = `
CREATE TABLE sso_configurations (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  provider INTEGER NOT NULL CHECK (provider IN (2, 4, 8)),
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  client_id TEXT,
  client_secret TEXT,
  open_id_url TEXT,
  certificate TEXT,
  sp_entity_id TEXT,
  idp_sso_url TEXT,
  create_date INTEGER NOT NULL,
  UNIQUE (account_id, provider),
  CHECK (CASE provider
    WHEN 8 THEN certificate IS NOT NULL AND sp_entity_id IS NOT NULL AND idp_sso_url IS NOT NULL
    ELSE client_id IS NOT NULL AND client_secret IS NOT NULL AND open_id_url IS NOT NULL END)
) STRICT;

CREATE TABLE sso_attempts (
  id TEXT PRIMARY KEY,
  configuration_id TEXT NOT NULL REFERENCES sso_configurations (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  purpose TEXT NOT NULL CHECK (purpose IN ('sign-in', 'import')),
  callback_url TEXT NOT NULL,
  secrets TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX sso_attempts_user ON sso_attempts (user_id, purpose, expires_at);
CREATE INDEX sso_attempts_configuration ON sso_attempts (configuration_id);
CREATE INDEX sso_attempts_expiry ON sso_attempts (expires_at);

CREATE TABLE sso_used_assertions (
  configuration_id TEXT NOT NULL REFERENCES sso_configurations (id) ON DELETE CASCADE,
  assertion_hash TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (configuration_id, assertion_hash)
) STRICT;

CREATE INDEX sso_used_assertions_expiry ON sso_used_assertions (expires_at);
`;
