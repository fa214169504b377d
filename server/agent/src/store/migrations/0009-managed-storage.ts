// Owns the tables of Amove-managed storage: storages, their buckets and keys, work at the endpoint that is under way, usage.

// family: 'storj' is the section of that name, 'amove' the one whose paths begin with idrive_ (cloud.md).
// A bucket name is taken once on an endpoint, so once in the whole table. Work is kept until both sides agree.
export const managedStorage = `
CREATE TABLE managed_storages (
  cloud_account_id TEXT PRIMARY KEY REFERENCES cloud_accounts (id) ON DELETE CASCADE,
  family TEXT NOT NULL CHECK (family IN ('storj', 'amove')),
  storage_tier INTEGER NOT NULL CHECK (storage_tier IN (0, 1, 2, 4, 8, 16))
) STRICT;

CREATE TABLE managed_buckets (
  id TEXT PRIMARY KEY,
  cloud_account_id TEXT NOT NULL REFERENCES managed_storages (cloud_account_id) ON DELETE CASCADE,
  name TEXT NOT NULL UNIQUE,
  is_public INTEGER NOT NULL CHECK (is_public IN (0, 1)),
  is_encrypted INTEGER NOT NULL CHECK (is_encrypted IN (0, 1)),
  versioning_enabled INTEGER NOT NULL CHECK (versioning_enabled IN (0, 1)),
  object_lock_enabled INTEGER NOT NULL CHECK (object_lock_enabled IN (0, 1)),
  create_date INTEGER NOT NULL
) STRICT;

CREATE INDEX managed_buckets_storage ON managed_buckets (cloud_account_id, name);

-- There is no secret: the endpoint alone has it. buckets is a JSON array, null for every bucket of the storage.
CREATE TABLE storage_keys (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  cloud_account_id TEXT NOT NULL REFERENCES managed_storages (cloud_account_id) ON DELETE CASCADE,
  user_id TEXT REFERENCES users (id) ON DELETE SET NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  access_key TEXT NOT NULL UNIQUE,
  region TEXT NOT NULL,
  storage_dn TEXT NOT NULL,
  storage_tier INTEGER NOT NULL,
  permission INTEGER NOT NULL CHECK (permission IN (0, 1, 2)),
  buckets TEXT,
  create_date INTEGER NOT NULL,
  UNIQUE (account_id, name_key)
) STRICT;

CREATE INDEX storage_keys_account ON storage_keys (account_id, create_date, id);
CREATE INDEX storage_keys_storage ON storage_keys (cloud_account_id);
CREATE INDEX storage_keys_user ON storage_keys (user_id);

-- subject is the bucket or the access key, owner the cloud account, which need not be there yet.
CREATE TABLE storage_work (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('create-bucket', 'remove-bucket', 'create-key', 'remove-key')),
  subject TEXT NOT NULL UNIQUE,
  owner TEXT NOT NULL,
  begun_at INTEGER NOT NULL
) STRICT;

-- Outlives its bucket: what was stored yesterday stays so. day is YYYY-MM-DD in UTC.
CREATE TABLE usage_samples (
  bucket_id TEXT NOT NULL,
  day TEXT NOT NULL,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  family TEXT NOT NULL,
  storage_tier INTEGER NOT NULL,
  largest_bytes INTEGER NOT NULL,
  last_bytes INTEGER NOT NULL,
  PRIMARY KEY (bucket_id, day)
) STRICT, WITHOUT ROWID;

CREATE INDEX usage_samples_account ON usage_samples (account_id, family, bucket_id, day);
CREATE INDEX usage_samples_day ON usage_samples (day);
`;
