// Owns how a managed storage is opened as a cloud account: the endpoint's connection, narrowed to the buckets of the storage.
import type { ProviderAccount } from '../../providers/provider.ts';
import type { ManagedStorageStore } from '../../store/managed-storage-store.ts';

/** The connection of a cloud account that is managed storage, undefined for every other one. */
export type ManagedConnections = (cloudAccountId: string) => ProviderAccount | undefined;

/** The keys of the endpoint open everything on it; that a storage shows no bucket of another one is seen to here, for every provider. */
export const managedConnections =
  (store: ManagedStorageStore, connection: ProviderAccount): ManagedConnections =>
  (cloudAccountId) =>
    store.find(cloudAccountId) === undefined
      ? undefined
      : { ...connection, buckets: store.bucketsOf(cloudAccountId).map(({ name }) => name) };
