// Owns the parts of P2P transfers: their ledger, their history, and how the source servers are reached.
import type { Logger } from 'pino';
import type { CloudAccounts } from './account/cloud-accounts.ts';
import { openSecretBox } from './account/secret-box.ts';
import type { Config } from './config.ts';
import { httpPushServer } from './providers/http-push.ts';
import type { Database } from './store/database.ts';
import type { HistoryStore } from './store/history-store.ts';
import { P2PTransferStore } from './store/p2p-transfer-store.ts';
import { P2PTransfers } from './transfers/p2p/p2p-transfers.ts';
import type { SourceAddress } from './transfers/p2p/source-servers.ts';

export interface P2PServiceOptions {
  readonly config: Config;
  readonly database: Database;
  readonly now: () => number;
  readonly log: Logger;
  readonly cloudAccounts: CloudAccounts;
  readonly history: HistoryStore;
}

const keysPlace = (id: string): string => `p2p_transfers/${id}/source_keys`;

export function openP2PTransfers({ config, database, now, log, cloudAccounts, history }: P2PServiceOptions): P2PTransfers {
  const secretBox = openSecretBox(config.dataDir);
  return new P2PTransfers({
    ledger: new P2PTransferStore(database),
    history,
    now,
    report: (error) => log.error({ err: error }, 'P2P transfers'),
    seal: (id, { serviceUrl, accessKey, secretKey }) => secretBox.seal(JSON.stringify({ serviceUrl, accessKey, secretKey }), keysPlace(id)),
    addressOf({ id, plan, sourceKeys }) {
      if (sourceKeys !== null) return JSON.parse(secretBox.open(sourceKeys, keysPlace(id))) as SourceAddress;
      return cloudAccounts.stored(plan.accountId, plan.source.cloudAccountId ?? '');
    },
    connect: httpPushServer,
    settings: { maxOpen: config.maxQueuedTransfers },
  });
}
