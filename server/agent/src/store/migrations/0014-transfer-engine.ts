// Owns the ledger of the transfer engine for many objects: cloud-to-cloud transfers, skipped objects, and a row for each chunk that a target holds.
export const transferEngine = `
CREATE TABLE new_transfers (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('client', 'server', 'cloud')),
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
INSERT INTO new_transfers SELECT * FROM transfers ORDER BY rowid;

CREATE TABLE new_items (
  transfer_id TEXT NOT NULL REFERENCES new_transfers (id) ON DELETE CASCADE,
  n INTEGER NOT NULL,
  key TEXT NOT NULL,
  target_key TEXT,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'moving', 'done', 'failed', 'skipped')),
  size INTEGER NOT NULL,
  bytes INTEGER NOT NULL DEFAULT 0,
  chunk_size INTEGER NOT NULL DEFAULT 0,
  identity TEXT NOT NULL DEFAULT '',
  session TEXT NOT NULL DEFAULT '',
  cleanup INTEGER NOT NULL DEFAULT 0 CHECK (cleanup IN (0, 1)),
  proof TEXT,
  error TEXT,
  PRIMARY KEY (transfer_id, n)
) STRICT, WITHOUT ROWID;
-- A session of the older form cannot be gone on with: its bytes are counted anew.
INSERT INTO new_items (transfer_id, n, key, state, size, bytes, chunk_size, identity, session, cleanup, error)
  SELECT transfer_id, n, key, state, size, bytes, chunk_size, identity, session, cleanup, error FROM transfer_items;

DROP TABLE transfer_items;
DROP TABLE transfers;
ALTER TABLE new_transfers RENAME TO transfers;
ALTER TABLE new_items RENAME TO transfer_items;

CREATE INDEX transfers_status ON transfers (status);
CREATE INDEX transfers_kind ON transfers (kind, account_id);
CREATE INDEX transfer_items_open ON transfer_items (transfer_id, n) WHERE state IN ('waiting', 'moving');
CREATE INDEX transfer_items_cleanup ON transfer_items (transfer_id) WHERE cleanup = 1;
-- One entry for each key, so that a listing that starts again adds what is new and nothing else.
CREATE UNIQUE INDEX transfer_items_key ON transfer_items (transfer_id, key);
CREATE INDEX transfer_items_target ON transfer_items (transfer_id, target_key) WHERE target_key IS NOT NULL;

CREATE TABLE transfer_chunks (
  transfer_id TEXT NOT NULL,
  n INTEGER NOT NULL,
  at INTEGER NOT NULL,
  length INTEGER NOT NULL,
  crc32 INTEGER NOT NULL,
  proof TEXT NOT NULL,
  PRIMARY KEY (transfer_id, n, at),
  FOREIGN KEY (transfer_id, n) REFERENCES transfer_items (transfer_id, n) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
`;
