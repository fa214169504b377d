// Owns the table of P2P transfers, which the source server carries out and the agent follows.

// source_keys is sealed, and null for a stored cloud account and for a transfer that is over.
// tell_cancel: the source server was not yet told of the cancellation.
export const p2pTransfers = `
CREATE TABLE p2p_transfers (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('initiating', 'pending', 'running', 'paused', 'completed', 'failed', 'cancelled')),
  plan TEXT NOT NULL CHECK (json_valid(plan)),
  source_keys TEXT,
  bytes INTEGER NOT NULL CHECK (bytes >= 0),
  total_bytes INTEGER NOT NULL CHECK (total_bytes >= 0),
  checksum_verified INTEGER NOT NULL CHECK (checksum_verified IN (0, 1)),
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  paused_at INTEGER,
  paused_ms INTEGER NOT NULL,
  error TEXT,
  tell_cancel INTEGER NOT NULL CHECK (tell_cancel IN (0, 1))
) STRICT;

CREATE INDEX p2p_transfers_open ON p2p_transfers (id) WHERE tell_cancel = 1 OR status IN ('initiating', 'pending', 'running', 'paused');
CREATE INDEX p2p_transfers_ended ON p2p_transfers (ended_at) WHERE ended_at IS NOT NULL;
`;
