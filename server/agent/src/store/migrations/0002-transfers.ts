// Owns the tables of the transfer ledger.
export const transfers = `
CREATE TABLE transfers (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('client', 'server')),
  account_id TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('initiating', 'pending', 'running', 'paused', 'completed', 'cancelled', 'failed')),
  generation INTEGER NOT NULL,
  plan TEXT NOT NULL CHECK (json_valid(plan)),
  listed INTEGER NOT NULL CHECK (listed IN (0, 1)),
  total_bytes INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  paused_at INTEGER,
  paused_ms INTEGER NOT NULL,
  error TEXT
) STRICT;

CREATE INDEX transfers_status ON transfers (status);

CREATE TABLE transfer_items (
  transfer_id TEXT NOT NULL REFERENCES transfers (id) ON DELETE CASCADE,
  n INTEGER NOT NULL,
  key TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'moving', 'done', 'failed')),
  size INTEGER NOT NULL,
  bytes INTEGER NOT NULL DEFAULT 0,
  chunk_size INTEGER NOT NULL DEFAULT 0,
  identity TEXT NOT NULL DEFAULT '',
  session TEXT NOT NULL DEFAULT '',
  cleanup INTEGER NOT NULL DEFAULT 0 CHECK (cleanup IN (0, 1)),
  error TEXT,
  PRIMARY KEY (transfer_id, n)
) STRICT, WITHOUT ROWID;

CREATE INDEX transfer_items_open ON transfer_items (transfer_id, n) WHERE state IN ('waiting', 'moving');
CREATE INDEX transfer_items_cleanup ON transfer_items (transfer_id) WHERE cleanup = 1;
`;
