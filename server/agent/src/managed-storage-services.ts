// Owns the parts of Amove-managed storage: its endpoint, the services on top of it, and what goes on beside the requests.
import { CloudType } from '@click-kit/contract';
import type { Logger } from 'pino';
import { Endpoint } from './account/managed-storage/endpoint.ts';
import { type ManagedConnections, managedConnections } from './account/managed-storage/connections.ts';
import { ManagedBuckets } from './account/managed-storage/managed-buckets.ts';
import { ManagedStorages } from './account/managed-storage/managed-storages.ts';
import { RemoteWork } from './account/managed-storage/remote-work.ts';
import { StorageKeys } from './account/managed-storage/storage-keys.ts';
import { StorageUsage } from './account/managed-storage/storage-usage.ts';
import { Upkeep } from './account/managed-storage/upkeep.ts';
import type { Config } from './config.ts';
import type { Provider, ProviderAccount } from './providers/provider.ts';
import { CloudAccountStore } from './store/cloud-account-store.ts';
import type { Database } from './store/database.ts';
import { ManagedStorageStore } from './store/managed-storage-store.ts';
import { StorageKeyStore } from './store/storage-key-store.ts';
import { StorageWorkStore } from './store/storage-work-store.ts';
import { UsageStore } from './store/usage-store.ts';
import { isExplained } from './transfers/errors.ts';

export interface ManagedStorageServices {
  readonly managedStorages: ManagedStorages;
  readonly managedBuckets: ManagedBuckets;
  readonly storageKeys: StorageKeys;
  readonly storageUsage: StorageUsage;
  readonly storageUpkeep: Upkeep;
}

export interface ManagedStorageOptions {
  readonly config: Config;
  readonly database: Database;
  readonly now: () => number;
  readonly log: Logger;
  readonly providerFor: (account: ProviderAccount) => Provider;
}

const maxBucketsPerStorage = 100;
const maxKeysPerStorage = 100;

export function openManagedStorage({ config, database, now, log, providerFor }: ManagedStorageOptions): ManagedStorageServices {
  const report = (error: unknown): void => {
    if (isExplained(error)) log.warn({ reason: error.message }, 'work at the storage endpoint has to wait');
    else log.error({ err: error }, 'managed storage');
  };
  const endpoint = new Endpoint({ connection: connectionOf(config), providerFor, timeoutMs: config.managedStorageTimeoutMs });
  const store = new ManagedStorageStore(database);
  const keys = new StorageKeyStore(database);
  const usage = new UsageStore(database);
  const storageUsage = new StorageUsage({
    storages: store,
    store: usage,
    endpoint,
    now,
    report,
    quotaBytes: config.managedStorageQuotaBytes,
  });
  const work = new RemoteWork({
    store: new StorageWorkStore(database),
    endpoint,
    now,
    report,
    forget: {
      bucket(name) {
        const row = store.findBucket(name);
        if (row !== undefined) storageUsage.recordGone(row);
        store.removeBucket(name);
      },
      key: (accessKey) => keys.remove(accessKey),
    },
  });
  return {
    managedStorages: new ManagedStorages({
      store,
      keys,
      endpoint,
      work,
      now,
      cloudAccounts: new CloudAccountStore(database),
      regions: config.managedStorageRegions,
      maxCloudAccounts: config.maxCloudAccounts,
    }),
    managedBuckets: new ManagedBuckets({ store, endpoint, work, now, maxPerStorage: maxBucketsPerStorage }),
    storageKeys: new StorageKeys({ store: keys, storages: store, endpoint, work, now, maxPerStorage: maxKeysPerStorage }),
    storageUsage,
    storageUpkeep: new Upkeep({ work, usage: storageUsage }),
  };
}

/** How cloud accounts that are managed storage are opened. */
export const openManagedConnections = (config: Config, database: Database): ManagedConnections =>
  managedConnections(new ManagedStorageStore(database), connectionOf(config));

function connectionOf(config: Config): ProviderAccount {
  const { managedStorageEndpoint: address, managedStorageAccessKey: accessKey, managedStorageSecretKey: secretKey } = config;
  const region = config.managedStorageSigningRegion;
  return config.managedStorageProtocol === 'S3'
    ? { cloudType: CloudType.S3Generic, region, endpoint: address, serviceUrl: '', accessKey, secretKey }
    : { cloudType: CloudType.LocalHttp, region: '', endpoint: '', serviceUrl: address, accessKey, secretKey };
}
