// Owns what makes the list of cloud-to-cloud transfers fast at any size: counts that cost nothing, and an index for each order.

// How many objects of a transfer are in which state: a folder may hold a million of them, and the list shows the numbers of each transfer.
const counts = `
CREATE TABLE transfer_item_counts (
  transfer_id TEXT NOT NULL REFERENCES transfers (id) ON DELETE CASCADE,
  state TEXT NOT NULL,
  items INTEGER NOT NULL,
  PRIMARY KEY (transfer_id, state)
) STRICT, WITHOUT ROWID;

INSERT INTO transfer_item_counts SELECT transfer_id, state, count(*) FROM transfer_items GROUP BY transfer_id, state;

CREATE TRIGGER transfer_items_added AFTER INSERT ON transfer_items BEGIN
  INSERT INTO transfer_item_counts VALUES (new.transfer_id, new.state, 1) ON CONFLICT DO UPDATE SET items = items + 1;
END;

CREATE TRIGGER transfer_items_moved AFTER UPDATE OF state ON transfer_items WHEN new.state <> old.state BEGIN
  UPDATE transfer_item_counts SET items = items - 1 WHERE transfer_id = old.transfer_id AND state = old.state;
  INSERT INTO transfer_item_counts VALUES (new.transfer_id, new.state, 1) ON CONFLICT DO UPDATE SET items = items + 1;
END;

CREATE TRIGGER transfer_items_removed AFTER DELETE ON transfer_items BEGIN
  UPDATE transfer_item_counts SET items = items - 1 WHERE transfer_id = old.transfer_id AND state = old.state;
END;
`;

// The total of the list costs the same at any size.
const totals = `
CREATE TABLE cloud_transfer_counts (account_id TEXT PRIMARY KEY, transfers INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TRIGGER cloud_transfers_added AFTER INSERT ON transfers WHEN new.kind = 'cloud' BEGIN
  INSERT INTO cloud_transfer_counts VALUES (new.account_id, 1) ON CONFLICT DO UPDATE SET transfers = transfers + 1;
END;

CREATE TRIGGER cloud_transfers_removed AFTER DELETE ON transfers WHEN old.kind = 'cloud' BEGIN
  UPDATE cloud_transfer_counts SET transfers = transfers - 1 WHERE account_id = old.account_id;
END;
`;

// Partial, so that the other kinds pay nothing for them; each order has its own, as in the other long lists.
const orders = {
  request_date: `plan ->> '$.requestedAt'`,
  start_date: `CASE status WHEN 'pending' THEN NULL ELSE started_at END`,
  end_date: 'ended_at',
  status: `CASE status WHEN 'pending' THEN 1 WHEN 'running' THEN 2 WHEN 'completed' THEN 4 WHEN 'cancelled' THEN 8 ELSE 16 END`,
  total_size: 'total_bytes',
  transferred_size: 'bytes',
  source_bucket: `plan ->> '$.source.bucket'`,
  source_path: `plan ->> '$.source.key'`,
  destination_bucket: `plan ->> '$.target.bucket'`,
  destination_path: `plan ->> '$.target.key'`,
};

const indexes = Object.entries(orders)
  .map(([name, by]) => `CREATE INDEX cloud_transfers_by_${name} ON transfers (account_id, ${by}) WHERE kind = 'cloud';`)
  .join('\n');

export const cloudTransferList = `${counts}${totals}${indexes}`;
