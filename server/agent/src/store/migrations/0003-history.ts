// Owns the tables of the transfer history.

// No foreign keys: a record outlives its user and its cloud accounts, whose names it keeps as they were when it was written.
// The two order indexes carry the filter columns, so that a row that is filtered out is never read from the table.
// `history_counts` keeps the number of records for each combination of filters: `total` costs the same at any size.
export const history = `
CREATE TABLE history (
  id TEXT PRIMARY KEY,
  transfer_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  user_email TEXT NOT NULL,
  user_name TEXT NOT NULL,
  origin INTEGER NOT NULL,
  direction INTEGER NOT NULL,
  transfer_status INTEGER NOT NULL,
  start_date INTEGER NOT NULL,
  end_date INTEGER NOT NULL,
  source_cloud_account_id TEXT,
  source_cloud_account_name TEXT,
  source_cloud_provider INTEGER,
  source_bucket TEXT NOT NULL,
  source_path TEXT NOT NULL,
  destination_cloud_account_id TEXT,
  destination_cloud_account_name TEXT,
  destination_cloud_provider INTEGER,
  destination_bucket TEXT NOT NULL,
  destination_path TEXT NOT NULL,
  total_objects INTEGER NOT NULL,
  transferred_objects INTEGER NOT NULL,
  failed_objects INTEGER NOT NULL,
  skipped_objects INTEGER NOT NULL,
  total_size INTEGER NOT NULL,
  transferred_size INTEGER NOT NULL,
  average_speed REAL NOT NULL,
  error_message TEXT,
  name TEXT NOT NULL
) STRICT;

CREATE INDEX history_of_account ON history (account_id, start_date, id, origin, transfer_status, direction);
CREATE INDEX history_of_user ON history (account_id, user_id, start_date, id, origin, transfer_status, direction);

CREATE TABLE history_counts (
  account_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  origin INTEGER NOT NULL,
  direction INTEGER NOT NULL,
  transfer_status INTEGER NOT NULL,
  records INTEGER NOT NULL,
  PRIMARY KEY (account_id, user_id, origin, direction, transfer_status)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER history_counts_up AFTER INSERT ON history BEGIN
  INSERT INTO history_counts VALUES (new.account_id, new.user_id, new.origin, new.direction, new.transfer_status, 1)
  ON CONFLICT DO UPDATE SET records = records + 1;
END;

CREATE TRIGGER history_counts_down AFTER DELETE ON history BEGIN
  UPDATE history_counts SET records = records - 1
  WHERE account_id = old.account_id AND user_id = old.user_id AND origin = old.origin AND direction = old.direction
    AND transfer_status = old.transfer_status;
END;
`;
