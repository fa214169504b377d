// Owns the Storage operations (storage.md).
import type { ManagedBuckets } from '../account/managed-storage/managed-buckets.ts';
import type { StorageKeys } from '../account/managed-storage/storage-keys.ts';
import type { Controller } from '../http/handler.ts';

export interface StorageControllerDependencies {
  readonly managedBuckets: ManagedBuckets;
  readonly storageKeys: StorageKeys;
}

export const storage = ({ managedBuckets, storageKeys }: StorageControllerDependencies): Controller<'Storage'> => ({
  getStorageKeys: ({ caller, query }) => ({ status: 200, body: storageKeys.list(caller, query) }),

  createStorageKey: async ({ caller, body, signal }) => ({ status: 200, body: await storageKeys.create(caller, body, signal) }),

  async deleteStorageKey({ caller, query, signal }) {
    await storageKeys.remove(caller, query.id, signal);
    return { status: 200 };
  },

  async createStorageBucket({ caller, body, signal }) {
    await managedBuckets.createAmove(caller, body, signal);
    return { status: 200 };
  },

  getStorageBucketStatus: async ({ caller, body, signal }) => ({ status: 200, body: await managedBuckets.status(caller, body, signal) }),

  async updateStorageBucket({ caller, body, signal }) {
    await managedBuckets.update(caller, body, signal);
    return { status: 200 };
  },

  async deleteStorageBucket({ caller, query: { cloudAccountId, bucketName }, signal }) {
    await managedBuckets.removeAmove(caller, { cloudAccountId, bucketName }, signal);
    return { status: 200 };
  },
});
