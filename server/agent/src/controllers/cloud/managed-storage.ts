// Owns the operations of the Cloud controller on Amove-managed storage (cloud.md, Storage Management and Amove Storage).
import type { CloudAccounts } from '../../account/cloud-accounts.ts';
import type { ManagedBuckets } from '../../account/managed-storage/managed-buckets.ts';
import type { ManagedStorages } from '../../account/managed-storage/managed-storages.ts';
import type { StorageUsage } from '../../account/managed-storage/storage-usage.ts';
import type { Handlers } from '../../http/handler.ts';

export interface ManagedStorageDependencies {
  readonly cloudAccounts: CloudAccounts;
  readonly managedStorages: ManagedStorages;
  readonly managedBuckets: ManagedBuckets;
  readonly storageUsage: StorageUsage;
}

type StorjOperation =
  | 'addStorjStorage'
  | 'deleteStorjStorage'
  | 'createStorjBucket'
  | 'deleteStorjBucket'
  | 'getStorjBucketInfo'
  | 'getStorjCloudInfo';

export const storjOperations = (dependencies: ManagedStorageDependencies): Pick<Handlers, StorjOperation> => {
  const { cloudAccounts, managedStorages, managedBuckets, storageUsage } = dependencies;
  return {
    async addStorjStorage({ caller, body, signal }) {
      return { status: 200, body: cloudAccounts.get(caller, await managedStorages.addStorj(caller, body, signal)) };
    },
    async deleteStorjStorage({ caller, query, signal }) {
      await managedStorages.remove(caller, query.id, 'storj', signal);
      return { status: 200, body: true };
    },
    async createStorjBucket({ caller, query, signal }) {
      await managedBuckets.createStorj(caller, query.bucketName, signal);
      return { status: 200 };
    },
    async deleteStorjBucket({ caller, query, signal }) {
      await managedBuckets.removeStorj(caller, query.bucketName, signal);
      return { status: 200 };
    },
    getStorjBucketInfo: async ({ caller, query, signal }) => ({
      status: 200,
      body: await storageUsage.bucketInfo(caller, query.bucketName, signal),
    }),
    getStorjCloudInfo: async ({ caller, signal }) => ({ status: 200, body: await storageUsage.cloudInfo(caller, signal) }),
  };
};

type AmoveOperation =
  | 'addAmoveStorage'
  | 'deleteAmoveStorage'
  | 'createAmoveBucket'
  | 'deleteAmoveBucket'
  | 'getAmoveRegions'
  | 'getAmoveDailyUsage'
  | 'getAmoveUsage';

export const amoveStorageOperations = (dependencies: ManagedStorageDependencies): Pick<Handlers, AmoveOperation> => {
  const { cloudAccounts, managedStorages, managedBuckets, storageUsage } = dependencies;
  return {
    async addAmoveStorage({ caller, body, signal }) {
      return { status: 200, body: cloudAccounts.get(caller, await managedStorages.addAmove(caller, body, signal)) };
    },
    async deleteAmoveStorage({ caller, query, signal }) {
      await managedStorages.remove(caller, query.id, 'amove', signal);
      return { status: 200, body: true };
    },
    async createAmoveBucket({ caller, query: { cloudAccountId, bucketName }, signal }) {
      await managedBuckets.createAmove(caller, { cloudAccountId, bucketName }, signal);
      return { status: 200 };
    },
    async deleteAmoveBucket({ caller, query: { cloudAccountId, bucketName }, signal }) {
      await managedBuckets.removeAmove(caller, { cloudAccountId, bucketName }, signal);
      return { status: 200 };
    },
    getAmoveRegions: () => ({ status: 200, body: managedStorages.regions() }),
    getAmoveDailyUsage: ({ caller, query }) => ({ status: 200, body: storageUsage.previousDay(caller, query.storageTier) }),
    getAmoveUsage: async ({ caller, query, signal }) => ({
      status: 200,
      body: await storageUsage.current(caller, query.storageTier, signal),
    }),
  };
};
