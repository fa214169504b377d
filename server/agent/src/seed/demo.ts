// Owns the demo seed: what a new data directory holds so that every operation has something to show.
import { CloudType, UserStatus, UserType } from '@click-kit/contract';
import { sealKeys } from '../account/cloud-accounts.ts';
import { hashPassword, type PasswordCost } from '../account/password.ts';
import type { SecretBox } from '../account/secret-box.ts';
import { mfaSecretPlace } from '../account/sessions.ts';
import { AccountStore } from '../store/account-store.ts';
import { CloudAccountStore } from '../store/cloud-account-store.ts';
import type { Database } from '../store/database.ts';
import { HistoryStore } from '../store/history-store.ts';
import { UserStore } from '../store/user-store.ts';
import { seedDirectory } from './demo-directory.ts';
import { insertDemoGroups } from './demo-groups.ts';
import { demoHistory } from './demo-history.ts';
import { seedId } from './ids.ts';

export const demoPassword = 'click-demo';
export const demoMfaSecret = 'JBSWY3DPEHPK3PXP';
const keys = { accessKey: 'demo', secretKey: 'demo-secret' };
const day = 86_400_000;

const people = [
  { username: 'admin@example.com', firstname: 'Jane', lastname: 'Doe', userType: UserType.DesktopAdmin, owner: 1, mfa: false },
  { username: 'user@example.com', firstname: 'John', lastname: 'Doe', userType: UserType.DesktopStandardUser, owner: 0, mfa: false },
  { username: 'mfa@example.com', firstname: 'Joan', lastname: 'Doe', userType: UserType.DesktopAdmin, owner: 0, mfa: true },
] as const;

export interface DemoSeed {
  readonly database: Database;
  readonly secretBox: SecretBox;
  /** Where the cloud accounts point. */
  readonly objectServer: string;
  readonly now: () => number;
  readonly passwordCost?: PasswordCost;
}

/** Another account, with nothing in it that the first one may see. */
const stranger = {
  username: 'owner@example.org',
  firstname: 'Jack',
  lastname: 'Roe',
  userType: UserType.DesktopAdmin,
  owner: 1,
  mfa: false,
} as const;

type Person = (typeof people)[number] | typeof stranger;

/** Seeds a new data directory, whole or not at all; false when there is something in it already. */
export async function seedDemo({ database, secretBox, objectServer, now, passwordCost }: DemoSeed): Promise<boolean> {
  const accounts = new AccountStore(database);
  if (!accounts.isEmpty()) return false;
  // One after the other: each hash takes 16 MiB of memory.
  const hashes: string[] = [];
  for (const _person of [...people, stranger]) hashes.push(await hashPassword(demoPassword, passwordCost));
  const time = now();
  database.transaction(() => {
    const accountId = seedId('Example Org');
    accounts.insert({ id: accountId, name: 'Example Org', createDate: time - 30 * day });
    const users = new UserStore(database);
    insertPeople({ users, secretBox, accountId, persons: people, hashes, time });
    insertDemoGroups(database, accountId, hashes[1] ?? '', time);
    const other = seedId('Example Studio');
    accounts.insert({ id: other, name: 'Example Studio', createDate: time - 20 * day });
    insertPeople({ users, secretBox, accountId: other, persons: [stranger], hashes: hashes.slice(people.length), time });
    insertCloudAccounts(new CloudAccountStore(database), secretBox, accountId, objectServer, time);
    seedDirectory({ database, secretBox, objectServer, time });
    let record = 0;
    const history = new HistoryStore(database, () => seedId(`history ${record++}`));
    for (const entry of demoHistory(accountId, time)) history.record(entry);
  })();
  return true;
}

interface NewPeople {
  readonly users: UserStore;
  readonly secretBox: SecretBox;
  readonly accountId: string;
  readonly persons: readonly Person[];
  readonly hashes: readonly string[];
  readonly time: number;
}

function insertPeople({ users, secretBox, accountId, persons, hashes, time }: NewPeople): void {
  for (const [index, { username, mfa, ...person }] of persons.entries()) {
    const id = seedId(username);
    users.insert({
      ...person,
      id,
      accountId,
      username,
      email: username,
      status: UserStatus.Active,
      passwordHash: hashes[index] ?? '',
      mfaSecret: mfa ? secretBox.seal(demoMfaSecret, mfaSecretPlace(id)) : null,
      authProvider: 0,
      createDate: time - (30 - index) * day,
    });
  }
}

/** Not verified, because the object server may start after the agent. */
function insertCloudAccounts(store: CloudAccountStore, secretBox: SecretBox, accountId: string, objectServer: string, time: number): void {
  const accounts = [
    { name: 'Local storage', cloudType: CloudType.LocalHttp },
    { name: 'Fastr server', cloudType: CloudType.FastrServer },
  ];
  for (const { name, cloudType } of accounts) {
    const id = seedId(name);
    const owned = { id, accountId, ownerId: seedId('admin@example.com'), name, cloudType, keys: sealKeys(secretBox, id, keys) };
    const outcome = store.insert(
      { ...owned, region: '', endpoint: '', serviceUrl: objectServer, shared: 1, createDate: time - day },
      accounts.length,
    );
    if (outcome !== 'stored') throw new Error(`The demo cloud account ${name} cannot be stored: ${outcome}.`);
  }
}
