// Owns the parts of the transfer side: the engine on its ledger, and the files that wait for their upload.
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { CloudAccounts } from './account/cloud-accounts.ts';
import { openSecretBox } from './account/secret-box.ts';
import { Failure } from './account/failure.ts';
import { CloudTransfers } from './account/cloud-transfers/cloud-transfers.ts';
import type { Config } from './config.ts';
import { httpObjectProvider } from './providers/http-object.ts';
import { ProviderCache } from './providers/provider-cache.ts';
import type { Provider, ProviderAccount } from './providers/provider.ts';
import { CloudTransferList } from './store/cloud-transfer-list.ts';
import type { Database } from './store/database.ts';
import type { HistoryStore } from './store/history-store.ts';
import type { TransferPolicies } from './transfers/policies.ts';
import { TransferStore } from './store/transfer-store.ts';
import { TransferEngine } from './transfers/engine.ts';
import { AccountGone, isExplained } from './transfers/errors.ts';
import { defaultSettings } from './transfers/settings.ts';
import { Staging } from './transfers/staging.ts';

export interface TransferServiceOptions {
  readonly config: Config;
  readonly database: Database;
  readonly now: () => number;
  readonly log: Logger;
  readonly cloudAccounts: CloudAccounts;
  readonly history: HistoryStore;
  readonly fastrLimits: TransferPolicies;
  readonly providerFor: (account: ProviderAccount) => Provider;
}

export interface TransferServices {
  readonly transfers: TransferEngine;
  readonly cloudTransfers: CloudTransfers;
  readonly staging: Staging;
}

export async function openTransferServices(options: TransferServiceOptions): Promise<TransferServices> {
  const { config, database, now, log, cloudAccounts, history, fastrLimits, providerFor } = options;
  const report = (error: unknown): void => {
    // A target that is gone cannot be cleaned up now; that is nobody's defect, and it is tried again at the next start.
    if (isExplained(error)) log.warn({ reason: error.message }, 'the clean-up of a transfer has to wait');
    else log.error({ err: error }, 'transfer engine');
  };
  const secretBox = openSecretBox(config.dataDir);
  const ledger = new TransferStore(database, {
    seal: (session, place) => secretBox.seal(session, place),
    open: (sealed, place) => secretBox.open(sealed, place),
  });
  const providers = new ProviderCache(providerFor);
  const transfers = new TransferEngine({
    ledger,
    history,
    now,
    report,
    endpoints: {
      async resolve(ref, { accountId }) {
        if (ref.cloudAccountId !== null)
          return providers.of(ref.cloudAccountId, () => storedAccount(cloudAccounts, accountId, ref.cloudAccountId ?? ''));
        return httpObjectProvider({ serviceUrl: ref.serverUrl ?? '', accessKey: '', secretKey: '' });
      },
    },
    policies: fastrLimits,
    settings: {
      chunkBytes: config.chunkBytes,
      objectsAtOnce: config.objectsAtOnce,
      failuresInRow: config.failuresInRow,
      maxLanes: config.maxLanes,
      startLanes: Math.min(defaultSettings.startLanes, config.maxLanes),
      maxConcurrent: config.maxTransfers,
      maxSlabs: 2 * config.maxTransfers,
      maxQueued: config.maxQueuedTransfers,
      retry: { ...defaultSettings.retry, maxAttempts: config.transferAttempts },
    },
  });
  const staging = new Staging(join(config.dataDir, 'tmp'), report);
  transfers.events.onProgress((event) => staging.onProgress(event));
  await staging.recover(transfers.list({ kind: 'client' }));
  const cloudTransfers = new CloudTransfers({ cloudAccounts, transfers, list: new CloudTransferList(database), now });
  return { transfers, cloudTransfers, staging };
}

/** What the engine has to know of a refusal is only that the account is gone. */
export function storedAccount(cloudAccounts: Pick<CloudAccounts, 'stored'>, accountId: string, id: string): ProviderAccount {
  try {
    return cloudAccounts.stored(accountId, id);
  } catch (error) {
    throw error instanceof Failure && error.code === 'NOT_FOUND' ? new AccountGone() : error;
  }
}
