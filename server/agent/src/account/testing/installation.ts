// Owns a small installation for tests: a real data directory with a real database, cheap passwords and a clock that tests turn.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProviderAccount } from '../../providers/provider.ts';
import { AccountStore } from '../../store/account-store.ts';
import { CloudAccountStore } from '../../store/cloud-account-store.ts';
import { openDatabase } from '../../store/database.ts';
import { HistoryStore } from '../../store/history-store.ts';
import { LoginFailureStore } from '../../store/login-failure-store.ts';
import { MembershipStore } from '../../store/membership-store.ts';
import { SessionStore } from '../../store/session-store.ts';
import { UserGroupStore } from '../../store/user-group-store.ts';
import { type UserRow, UserStore } from '../../store/user-store.ts';
import { openUserServices } from '../../user-services.ts';
import type { PlanLimits } from '../users/plan.ts';
import { type Caller, callerOf } from '../caller.ts';
import { CloudAccounts, type CloudAccountDependencies } from '../cloud-accounts.ts';
import { defaultLoginSettings, LoginGate, type LoginSettings } from '../login-gate.ts';
import { hashPassword } from '../password.ts';
import { openSecretBox } from '../secret-box.ts';
import { defaultSessionSettings, mfaSecretPlace, Sessions, type SessionSettings } from '../sessions.ts';
import { openOneTimePasswords } from '../../identity-services.ts';
import { openTokens } from '../tokens.ts';
import { TransferHistoryService } from '../transfer-history.ts';

const seats = { adminUsers: 100, creativeUsers: 100, standardUsers: 100 };
const roomyPlan: PlanLimits = {
  ...seats,
  storage: 100,
  connections: 100,
  projects: 100,
  teams: 100,
  drives: 100,
  syncs: 100,
  logs: true,
  sso: true,
};

export const cheap = { N: 16, r: 1, p: 1 };

export interface InstallationOptions {
  readonly sessionSettings?: Partial<SessionSettings>;
  readonly loginSettings?: Partial<LoginSettings>;
  readonly cloudAccounts?: Pick<Partial<CloudAccountDependencies>, 'verify' | 'settings'>;
  readonly plan?: Partial<PlanLimits>;
}

export interface NewUser extends Partial<Omit<UserRow, 'passwordHash' | 'mfaSecret'>> {
  readonly username: string;
  readonly password?: string;
  readonly mfaSecret?: string;
}

export function installation({ sessionSettings, loginSettings, cloudAccounts, plan }: InstallationOptions = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'click-agent-'));
  const database = openDatabase(join(dataDir, 'agent.db'));
  const clock = { time: Date.parse('2026-03-01T12:00:00Z') };
  const now = (): number => clock.time;
  const secretBox = openSecretBox(dataDir);
  const tokens = openTokens(dataDir, now);
  const accounts = new AccountStore(database);
  const users = new UserStore(database);
  const store = new CloudAccountStore(database);
  const history = new HistoryStore(database);
  const oneTime = openOneTimePasswords({ database, users, secretBox, now });
  const gate = new LoginGate(users, new LoginFailureStore(database), oneTime, now, { ...defaultLoginSettings, ...loginSettings });
  const settings = { ...defaultSessionSettings, ...sessionSettings };
  const verified: ProviderAccount[] = [];
  const verify = (account: ProviderAccount): Promise<void> => {
    verified.push(account);
    return Promise.resolve();
  };
  return {
    dataDir,
    database,
    clock,
    now,
    secretBox,
    tokens,
    accountStore: accounts,
    userStore: users,
    userGroupStore: new UserGroupStore(database),
    membershipStore: new MembershipStore(database),
    historyStore: history,
    cloudAccountStore: store,
    verified,
    gate,
    oneTime,
    sessions: new Sessions({ users, sessions: new SessionStore(database), gate, tokens, secretBox, now, settings }),
    ...openUserServices({ database, now, limits: { ...roomyPlan, ...plan } }),
    history: new TransferHistoryService(history),
    cloudAccounts: new CloudAccounts({ store, secretBox, verify, now, ...cloudAccounts }),
    addAccount(name: string): string {
      const id = randomUUID();
      accounts.insert({ id, name, createDate: clock.time });
      return id;
    },
    async addUser({ password = 'right', mfaSecret, ...given }: NewUser): Promise<UserRow> {
      const id = given.id ?? randomUUID();
      const row: UserRow = {
        accountId: given.accountId ?? this.addAccount('Example Org'),
        email: given.username,
        firstname: 'Jane',
        lastname: 'Doe',
        userType: 16,
        status: 1,
        owner: 0,
        createDate: clock.time,
        ...given,
        id,
        passwordHash: await hashPassword(password, cheap),
        authProvider: 0,
        mfaSecret: mfaSecret === undefined ? null : secretBox.seal(mfaSecret, mfaSecretPlace(id)),
      };
      users.insert(row);
      return row;
    },
    close(): void {
      database.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export type Installation = ReturnType<typeof installation>;

export const asCaller = ({ id, accountId, userType }: UserRow): Caller => callerOf({ userId: id, accountId, userType, sessionId: 'test' });
