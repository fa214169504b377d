// Owns the order of migrations: append only, never edit one that was released.
import { accounts } from './0001-accounts.ts';
import { transfers } from './0002-transfers.ts';
import { history } from './0003-history.ts';
import { directory } from './0004-directory.ts';
import { identity } from './0005-identity.ts';
import { activation } from './0006-activation.ts';
import { userIndexes } from './0007-user-indexes.ts';
import { managedStorage } from './0009-managed-storage.ts';
import { sso } from './0010-sso.ts';
import { oauthAndTokens } from './0011-oauth-and-tokens.ts';
import { settings } from './0012-settings.ts';
import { p2pTransfers } from './0013-p2p-transfers.ts';
import { transferEngine } from './0014-transfer-engine.ts';
import { historyVerification } from './0015-history-verification.ts';
import { cloudTransferList } from './0016-cloud-transfer-list.ts';
import { namesAlike } from './0017-names-alike.ts';
import { publishedItems } from './0018-published-items.ts';

export const migrations: readonly string[] = [
  accounts,
  transfers,
  history,
  directory,
  identity,
  activation,
  userIndexes,
  managedStorage,
  sso,
  oauthAndTokens,
  settings,
  p2pTransfers,
  transferEngine,
  historyVerification,
  cloudTransferList,
  namesAlike,
  publishedItems,
];
