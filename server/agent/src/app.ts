// Owns the composition of the agent: reads like a parts list.
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { isApiToken } from './account/api-tokens/api-tokens.ts';
import { openAccountServices } from './account-services.ts';
import { Hub } from './channels/hub.ts';
import { NotificationChannel, type NotificationFrame } from './channels/notification.ts';
import { StateChangeChannel, type StateChangeFrame } from './channels/state-change.ts';
import { serveUpgrades } from './channels/upgrade.ts';
import type { Config } from './config.ts';
import { controllers } from './controllers/index.ts';
import { application } from './http/application.ts';
import { compileSchemas } from './http/compile-schemas.ts';
import type { Validation } from './http/guard.ts';
import { listen } from './http/listener.ts';
import { localOnly } from './http/local-only.ts';
import { openManagedStorage } from './managed-storage-services.ts';
import { openP2PTransfers } from './p2p-services.ts';
import { providerFor, trackable } from './providers/index.ts';
import { openDatabase } from './store/database.ts';
import { openTransferServices } from './transfer-services.ts';

export interface Agent {
  readonly url: string;
  /** Finishes requests in flight, suspends transfers so that they go on at the next start, closes channels with 1000. */
  close(): Promise<void>;
}

export interface AgentOptions {
  readonly log: Logger;
  readonly now?: () => number;
  /** Benchmarks measure what validation costs by leaving it out; everybody else leaves it alone. */
  readonly validation?: Validation;
}

const shutdownDeadlineMs = 5_000;
const logDeadlineMs = 2_000;
const require = createRequire(import.meta.url);

export async function startAgent(config: Config, { log, now = Date.now, validation }: AgentOptions): Promise<Agent> {
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const database = openDatabase(join(config.dataDir, 'agent.db'));
  try {
    const document = JSON.parse(await readFile(require.resolve('@click-kit/contract/click/openapi.json'), 'utf8')) as object;
    compileSchemas(document);
    const accounts = await openAccountServices({ config, database, now, log, providerFor });
    const managed = openManagedStorage({ config, database, now, log, providerFor });
    const notificationHub = new Hub<NotificationFrame>();
    const stateChangeHub = new Hub<StateChangeFrame>();
    const notification = new NotificationChannel(notificationHub);
    const stateChange = new StateChangeChannel(stateChangeHub);
    const { transfers, cloudTransfers, staging } = await openTransferServices({ config, database, now, log, providerFor, ...accounts });
    transfers.events.onProgress((event) => notification.progress(event));
    transfers.events.onProgress((event) => stateChange.transfer(event));
    transfers.events.onProgress((event) => accounts.accountLog.transfer(event, (id) => transfers.get(id)?.plan));
    const p2pTransfers = openP2PTransfers({ config, database, now, log, ...accounts });
    p2pTransfers.events.onProgress((event) => notification.progress(event));
    p2pTransfers.events.onProgress((event) => stateChange.transfer(event));
    p2pTransfers.events.onProgress((event) => accounts.accountLog.transfer(event, (id) => p2pTransfers.get(id)?.plan));
    const local = localOnly(config.allowedOrigins);
    const app = application({
      document,
      validation: validation ?? (config.validateResponses ? 'both' : 'requests'),
      authenticate: (token) => (isApiToken(token) ? accounts.apiTokens : accounts.sessions).authenticate(token),
      handlers: controllers({ ...accounts, ...managed, transfers, cloudTransfers, p2pTransfers, staging, providerFor, trackable }),
      currentUser: () => accounts.sessions.currentUser(),
      formDirectory: staging.incoming,
      formLimits: { maxFileBytes: config.formBytes, maxFieldBytes: config.bodyBytes, maxFields: 20 },
      localOnly: local,
      maxJsonBytes: config.bodyBytes,
      onCall: (call) => {
        notification.restCall(call);
        accounts.accountLog.call(call);
      },
      log,
    });
    const listener = await listen(app, config.port);
    for (const server of listener.servers)
      serveUpgrades(server, { notification: notificationHub, stateChange: stateChangeHub }, local.refusal);
    // What was under way goes on once somebody can watch it.
    transfers.recover();
    p2pTransfers.recover();
    accounts.mailQueue.start();
    accounts.logForwarder.start();
    managed.storageUpkeep.start();
    return {
      url: `http://localhost:${listener.port}`,
      async close() {
        await Promise.all([
          transfers.shutdown(),
          p2pTransfers.shutdown(),
          managed.storageUpkeep.close(),
          notificationHub.close(),
          stateChangeHub.close(),
          listener.close(shutdownDeadlineMs),
        ]);
        await accounts.mailQueue.close();
        await accounts.oauthTokens.settled(shutdownDeadlineMs);
        // After everything that has something to tell.
        await accounts.logForwarder.close(logDeadlineMs);
        database.close();
      },
    };
  } catch (error) {
    database.close();
    throw error;
  }
}
