// Owns the Cloud controller: its operations stand in one file per section of the documentation's page.
import type { Controller } from '../../http/handler.ts';
import { type ClientTransferDependencies, clientTransferOperations } from './client-transfers.ts';
import { type CloudAccountDependencies, cloudAccountOperations } from './accounts.ts';
import { type OAuthDependencies, oauthOperations } from './oauth.ts';
import { amoveStorageOperations, type ManagedStorageDependencies, storjOperations } from './managed-storage.ts';
import { type P2PTransferDependencies, p2pTransferOperations } from './p2p-transfers.ts';
import { type ServerTransferDependencies, serverTransferOperations } from './server-transfers.ts';
import { type StorageDependencies, storageOperations } from './storage-operations.ts';
import { type UploadAndDownloadDependencies, uploadsAndDownloads } from './uploads-and-downloads.ts';

export type CloudDependencies = CloudAccountDependencies &
  StorageDependencies &
  ManagedStorageDependencies &
  UploadAndDownloadDependencies &
  ServerTransferDependencies &
  P2PTransferDependencies &
  OAuthDependencies &
  ClientTransferDependencies;

export const cloud = (dependencies: CloudDependencies): Controller<'Cloud'> => ({
  ...cloudAccountOperations(dependencies),
  ...storageOperations(dependencies),
  ...oauthOperations(dependencies),
  ...storjOperations(dependencies),
  ...amoveStorageOperations(dependencies),
  ...uploadsAndDownloads(dependencies),
  ...serverTransferOperations(dependencies),
  ...p2pTransferOperations(dependencies),
  ...clientTransferOperations(dependencies),
});
