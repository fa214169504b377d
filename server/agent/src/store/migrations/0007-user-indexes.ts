// Owns what makes the two long lists fast: users and transfer history, sorted by any field and filtered, at 200,000 rows.

// Each sort field has a covering index that ends in the columns of the filters: a page walks it and reads nothing but its own rows.
// Counts and versions are kept by triggers, so that `total` costs the same at any size. See docs/decisions, long lists.

const userOrders = {
  created: 'create_date',
  firstname: 'firstname COLLATE NOCASE',
  lastname: 'lastname COLLATE NOCASE',
  username: 'username_key',
  email: 'email COLLATE NOCASE',
  type: 'user_type',
  status: 'status',
  owner: 'owner',
  mfa: '(mfa_secret IS NOT NULL)',
};

const historyOrders = {
  start_date: 'start_date',
  end_date: 'end_date',
  name: 'name COLLATE NOCASE',
  origin: 'origin',
  direction: 'direction',
  transfer_status: 'transfer_status',
  total_objects: 'total_objects',
  transferred_objects: 'transferred_objects',
  failed_objects: 'failed_objects',
  skipped_objects: 'skipped_objects',
  total_size: 'total_size',
  transferred_size: 'transferred_size',
  average_speed: 'average_speed',
  error_message: 'error_message',
  source_bucket: 'source_bucket',
  source_path: 'source_path',
  source_cloud_provider: 'source_cloud_provider',
  destination_bucket: 'destination_bucket',
  destination_path: 'destination_path',
  destination_cloud_provider: 'destination_cloud_provider',
};

const indexes = (orders: Readonly<Record<string, string>>, index: (name: string, expression: string) => string): string =>
  Object.entries(orders)
    .map(([name, expression]) => `CREATE INDEX ${index(name, expression)};`)
    .join('\n');

const users = `
DROP INDEX users_account;
${indexes(userOrders, (name, by) => `users_by_${name} ON users (account_id, ${by}, id, status, user_type, username_key)`)}
CREATE INDEX users_of_kind ON users (account_id, status, user_type, id);

CREATE TABLE user_counts (
  account_id TEXT NOT NULL,
  status INTEGER NOT NULL,
  user_type INTEGER NOT NULL,
  records INTEGER NOT NULL,
  PRIMARY KEY (account_id, status, user_type)
) STRICT, WITHOUT ROWID;

INSERT INTO user_counts SELECT account_id, status, user_type, count(*) FROM users GROUP BY account_id, status, user_type;

-- What was read of the users of an account stays true until its version changes.
CREATE TABLE user_versions (account_id TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TRIGGER user_lists_insert AFTER INSERT ON users BEGIN
  INSERT INTO user_counts VALUES (new.account_id, new.status, new.user_type, 1) ON CONFLICT DO UPDATE SET records = records + 1;
  INSERT INTO user_versions VALUES (new.account_id, 1) ON CONFLICT DO UPDATE SET version = version + 1;
END;

CREATE TRIGGER user_lists_delete AFTER DELETE ON users BEGIN
  UPDATE user_counts SET records = records - 1
  WHERE account_id = old.account_id AND status = old.status AND user_type = old.user_type;
  UPDATE user_versions SET version = version + 1 WHERE account_id = old.account_id;
END;

CREATE TRIGGER user_lists_update AFTER UPDATE OF username, email, firstname, lastname, user_type, status, owner, mfa_secret ON users BEGIN
  UPDATE user_counts SET records = records - 1
  WHERE account_id = old.account_id AND status = old.status AND user_type = old.user_type;
  INSERT INTO user_counts VALUES (new.account_id, new.status, new.user_type, 1) ON CONFLICT DO UPDATE SET records = records + 1;
  INSERT INTO user_versions VALUES (new.account_id, 1) ON CONFLICT DO UPDATE SET version = version + 1;
END;
`;

// Owners and cloud accounts have small numbers here: an index entry of 200,000 holds two bytes in place of two uuids. Their names stand once,
// follow the users and the cloud accounts, and stay as they last were when those are gone. No foreign keys to users and accounts: history
// outlives them. The owner whose user_id is empty stands for the account; the cloud whose id is empty for a local file.
const historyTables = `
CREATE TABLE history_owners (
  no INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  UNIQUE (account_id, user_id)
) STRICT;

CREATE INDEX history_owners_by_email ON history_owners (account_id, email COLLATE NOCASE, no);
CREATE INDEX history_owners_by_name ON history_owners (account_id, name COLLATE NOCASE, no);
CREATE INDEX history_owners_user ON history_owners (user_id);

CREATE TABLE history_clouds (
  no INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL,
  cloud_account_id TEXT NOT NULL,
  name TEXT,
  UNIQUE (account_id, cloud_account_id)
) STRICT;

CREATE INDEX history_clouds_by_name ON history_clouds (account_id, name COLLATE NOCASE, no);
CREATE INDEX history_clouds_account ON history_clouds (cloud_account_id);

CREATE TABLE numbered_history (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  transfer_id TEXT NOT NULL,
  account INTEGER NOT NULL,
  owner INTEGER NOT NULL,
  origin INTEGER NOT NULL,
  direction INTEGER NOT NULL,
  transfer_status INTEGER NOT NULL,
  start_date INTEGER NOT NULL,
  end_date INTEGER NOT NULL,
  source INTEGER NOT NULL,
  source_cloud_provider INTEGER,
  source_bucket TEXT NOT NULL,
  source_path TEXT NOT NULL,
  destination INTEGER NOT NULL,
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
`;

const historyCopy = `
INSERT INTO history_owners (account_id, user_id, email, name) SELECT DISTINCT account_id, '', '', '' FROM history;
INSERT INTO history_owners (account_id, user_id, email, name)
  SELECT h.account_id, h.user_id, COALESCE(u.email, max(h.user_email)), COALESCE(trim(u.firstname || ' ' || u.lastname), max(h.user_name))
  FROM history h LEFT JOIN users u ON u.id = h.user_id AND u.account_id = h.account_id GROUP BY h.account_id, h.user_id;
INSERT INTO history_clouds (account_id, cloud_account_id, name) SELECT DISTINCT account_id, '', NULL FROM history;
INSERT INTO history_clouds (account_id, cloud_account_id, name)
  SELECT h.account_id, h.id, COALESCE(c.name, max(h.name)) FROM (
    SELECT account_id, source_cloud_account_id AS id, source_cloud_account_name AS name FROM history WHERE source_cloud_account_id IS NOT NULL
    UNION ALL
    SELECT account_id, destination_cloud_account_id, destination_cloud_account_name FROM history
    WHERE destination_cloud_account_id IS NOT NULL
  ) h LEFT JOIN cloud_accounts c ON c.id = h.id AND c.account_id = h.account_id GROUP BY h.account_id, h.id;
INSERT INTO numbered_history (id, transfer_id, account, owner, origin, direction, transfer_status, start_date, end_date,
  source, source_cloud_provider, source_bucket, source_path, destination, destination_cloud_provider, destination_bucket, destination_path,
  total_objects, transferred_objects, failed_objects, skipped_objects, total_size, transferred_size, average_speed, error_message, name)
SELECT h.id, h.transfer_id, a.no, o.no, h.origin, h.direction, h.transfer_status, h.start_date, h.end_date,
  s.no, h.source_cloud_provider, h.source_bucket, h.source_path, d.no, h.destination_cloud_provider, h.destination_bucket,
  h.destination_path, h.total_objects, h.transferred_objects, h.failed_objects, h.skipped_objects, h.total_size, h.transferred_size,
  h.average_speed, h.error_message, h.name
FROM history h
JOIN history_owners a ON a.account_id = h.account_id AND a.user_id = ''
JOIN history_owners o ON o.account_id = h.account_id AND o.user_id = h.user_id
JOIN history_clouds s ON s.account_id = h.account_id AND s.cloud_account_id = COALESCE(h.source_cloud_account_id, '')
JOIN history_clouds d ON d.account_id = h.account_id AND d.cloud_account_id = COALESCE(h.destination_cloud_account_id, '')
ORDER BY h.rowid;
DROP TABLE history;
DROP TABLE history_counts;
ALTER TABLE numbered_history RENAME TO history;
`;

const filters = 'origin, direction, transfer_status';
const historyIndexes = `
${indexes(historyOrders, (name, by) => `history_by_${name} ON history (account, ${by}, no, ${filters}, owner)`)}
CREATE INDEX history_of_kind ON history (account, ${filters}, no);
CREATE INDEX history_of_owner ON history (owner, start_date, no, ${filters});
CREATE INDEX history_of_source ON history (source, start_date, no, ${filters}, owner);
CREATE INDEX history_of_destination ON history (destination, start_date, no, ${filters}, owner);
`;

// One row for each combination of filters that occurs: for the whole account under its own number, and for each of its users.
const historyTriggers = `
CREATE TABLE history_counts (
  owner INTEGER NOT NULL,
  origin INTEGER NOT NULL,
  direction INTEGER NOT NULL,
  transfer_status INTEGER NOT NULL,
  records INTEGER NOT NULL,
  PRIMARY KEY (owner, origin, direction, transfer_status)
) STRICT, WITHOUT ROWID;

INSERT INTO history_counts SELECT account, ${filters}, count(*) FROM history GROUP BY account, ${filters};
INSERT INTO history_counts SELECT owner, ${filters}, count(*) FROM history GROUP BY owner, ${filters};

CREATE TRIGGER history_counts_up AFTER INSERT ON history BEGIN
  INSERT INTO history_counts VALUES (new.account, new.origin, new.direction, new.transfer_status, 1),
    (new.owner, new.origin, new.direction, new.transfer_status, 1)
  ON CONFLICT DO UPDATE SET records = records + 1;
END;

CREATE TRIGGER history_counts_down AFTER DELETE ON history BEGIN
  UPDATE history_counts SET records = records - 1
  WHERE owner IN (old.account, old.owner) AND origin = old.origin AND direction = old.direction
    AND transfer_status = old.transfer_status;
END;

CREATE TRIGGER history_owner_names AFTER UPDATE OF email, firstname, lastname ON users BEGIN
  UPDATE history_owners SET email = new.email, name = trim(new.firstname || ' ' || new.lastname)
  WHERE user_id = new.id AND account_id = new.account_id;
END;

CREATE TRIGGER history_cloud_names AFTER UPDATE OF name ON cloud_accounts BEGIN
  UPDATE history_clouds SET name = new.name WHERE cloud_account_id = new.id AND account_id = new.account_id;
END;
`;

export const userIndexes = [users, historyTables, historyCopy, historyIndexes, historyTriggers].join('\n');
