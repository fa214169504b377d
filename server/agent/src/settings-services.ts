// Owns the parts of the settings of an account: Fastr settings, and the log setting with the forwarding behind it.
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { CloudAccounts } from './account/cloud-accounts.ts';
import { FastrSettings } from './account/fastr-settings/fastr-settings.ts';
import { FastrTransferLimits } from './account/fastr-settings/transfer-limits.ts';
import { AccountLog } from './account/log-forwarding/account-log.ts';
import { baseUrlOf } from './account/log-forwarding/destination.ts';
import { defaultForwarderSettings, LogForwarder } from './account/log-forwarding/forwarder.ts';
import { AccountLogSettings, ingestTokenPlace } from './account/log-forwarding/log-settings.ts';
import { hecPost, hecText } from './account/log-forwarding/splunk-hec.ts';
import type { SecretBox } from './account/secret-box.ts';
import type { Config } from './config.ts';
import type { Database } from './store/database.ts';
import { FastrSettingsStore } from './store/fastr-settings-store.ts';
import { LogOutboxStore } from './store/log-outbox-store.ts';
import { LogTargetStore } from './store/log-target-store.ts';
import { UserStore } from './store/user-store.ts';

/** What sign-ins are told to, before anything that needs sessions or cloud accounts is made. */
export interface LogServices {
  readonly accountLog: AccountLog;
  readonly logForwarder: LogForwarder;
  readonly logSettings: AccountLogSettings;
}

export interface FastrServices {
  readonly fastrSettings: FastrSettings;
  readonly fastrLimits: FastrTransferLimits;
}

export interface LogServiceOptions {
  readonly config: Pick<Config, 'logScheme' | 'logQueue' | 'logTimeoutMs'>;
  readonly database: Database;
  readonly secretBox: SecretBox;
  readonly now: () => number;
  readonly log: Logger;
}

export function openLogServices({ config, database, secretBox, now, log }: LogServiceOptions): LogServices {
  const targets = new LogTargetStore(database);
  const host = hostname();
  const logForwarder = new LogForwarder({
    targets,
    outbox: new LogOutboxStore(database),
    open: (row) => ({
      baseUrl: baseUrlOf(row, config.logScheme),
      token: secretBox.open(row.token, ingestTokenPlace(row.id)),
      channel: row.id,
    }),
    post: hecPost(config.logTimeoutMs, now),
    droppedText: (count) => hecText({ event: 'dropped', count }, now(), host),
    settings: { ...defaultForwarderSettings, maxEvents: config.logQueue },
    complain: (accountId, reason) => log.warn({ accountId, reason }, 'events of an account are not delivered'),
  });
  return {
    logForwarder,
    accountLog: new AccountLog({ forwarder: logForwarder, users: new UserStore(database), now, host }),
    logSettings: new AccountLogSettings({ store: targets, secretBox, changed: (accountId) => logForwarder.changed(accountId) }),
  };
}

export function openFastrServices(database: Database, cloudAccounts: CloudAccounts): FastrServices {
  const store = new FastrSettingsStore(database);
  const fastrLimits = new FastrTransferLimits(store);
  return { fastrLimits, fastrSettings: new FastrSettings({ store, users: new UserStore(database), cloudAccounts, limits: fastrLimits }) };
}
