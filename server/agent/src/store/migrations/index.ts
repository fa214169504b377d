// Owns the order of migrations: append only, never edit one that was released.
import { accounts } from './0001-accounts.ts';
import { transfers } from './0002-transfers.ts';
import { history } from './0003-history.ts';
import { directory } from './0004-directory.ts';
import { identity } from './0005-identity.ts';
import { sso } from './0010-sso.ts';

export const migrations: readonly string[] = [accounts, transfers, history, directory, identity, sso];
