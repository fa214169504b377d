// Owns the groups, projects, shared drives and permissions of the demo seed: each way to a drive at least once.
import { CloudType, PermissionType } from '@click-kit/contract';
import { sealKeys } from '../account/cloud-accounts.ts';
import type { SecretBox } from '../account/secret-box.ts';
import { CloudAccountStore } from '../store/cloud-account-store.ts';
import type { Database } from '../store/database.ts';
import { linkSources } from '../store/link-sources.ts';
import { type Level, LinkStore } from '../store/link-store.ts';
import { projectSource, sharedDriveSource } from '../store/named-sources.ts';
import { NamedStore } from '../store/named-store.ts';
import { seedId } from './ids.ts';

const { Read, ReadWrite } = PermissionType;
const day = 86_400_000;

export interface DemoDirectory {
  readonly database: Database;
  readonly secretBox: SecretBox;
  readonly objectServer: string;
  readonly time: number;
}

interface DemoAccount {
  readonly account: string;
  readonly owner: string;
  /** Group to members. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
  /** Project to its description. */
  readonly projects: Readonly<Record<string, string>>;
  /** Drive to its cloud account, bucket and prefix. */
  readonly drives: Readonly<Record<string, readonly [cloudAccount: string, storageName: string, prefix: string]>>;
  readonly links: readonly (readonly [keyof typeof linkSources, left: string, right: string, level?: Level])[];
}

// The standard user reaches Renders directly, Creative through a group, Campaign 2026 and its Footage through a project, and Finance not at all.
const exampleOrg: DemoAccount = {
  account: 'Example Org',
  owner: 'admin@example.com',
  groups: { Editors: ['user@example.com'], 'Finance team': ['admin@example.com', 'mfa@example.com'] },
  projects: { 'Campaign 2026': 'Q1 creative campaign', 'Annual report': 'Figures and layout' },
  drives: {
    Creative: ['Local storage', 'demo-bucket', 'projects/creative/'],
    Footage: ['Local storage', 'demo-bucket', 'footage/'],
    Renders: ['Fastr server', 'demo-target', ''],
    Finance: ['Local storage', 'demo-bucket', 'finance/'],
  },
  links: [
    ['userSharedDrive', 'user@example.com', 'Renders', Read],
    ['userGroupSharedDrive', 'Editors', 'Creative', ReadWrite],
    ['userGroupSharedDrive', 'Finance team', 'Finance', ReadWrite],
    ['userGroupProject', 'Editors', 'Campaign 2026', ReadWrite],
    ['userProject', 'mfa@example.com', 'Annual report', ReadWrite],
    ['projectSharedDrive', 'Campaign 2026', 'Footage'],
    ['projectSharedDrive', 'Annual report', 'Finance'],
  ],
};

const exampleStudio: DemoAccount = {
  account: 'Example Studio',
  owner: 'owner@example.org',
  groups: { 'Studio crew': ['owner@example.org'] },
  projects: { Showreel: 'The best of last year' },
  drives: { 'Studio library': ['Studio storage', 'demo-bucket', 'studio/'] },
  links: [
    ['userGroupProject', 'Studio crew', 'Showreel', ReadWrite],
    ['projectSharedDrive', 'Showreel', 'Studio library'],
  ],
};

/** Part of the transaction of the demo seed; the accounts, users and cloud accounts of Example Org are there already. */
export function seedDirectory(demo: DemoDirectory): void {
  insertStudioStorage(demo);
  for (const account of [exampleOrg, exampleStudio]) {
    insertGroups(demo, account);
    insertProjects(demo, account);
    insertDrives(demo, account);
    insertLinks(demo, account);
  }
}

function insertStudioStorage({ database, secretBox, objectServer, time }: DemoDirectory): void {
  const id = seedId('Studio storage');
  const owned = { id, accountId: seedId(exampleStudio.account), ownerId: seedId(exampleStudio.owner), name: 'Studio storage' };
  const keys = sealKeys(secretBox, id, { accessKey: 'demo', secretKey: 'demo-secret' });
  const place = { cloudType: CloudType.LocalHttp, region: '', endpoint: '', serviceUrl: objectServer, keys } as const;
  new CloudAccountStore(database).insert({ ...owned, ...place, shared: 1, createDate: time - day }, 1);
}

function insertGroups({ database, time }: DemoDirectory, { account, groups }: DemoAccount): void {
  const insert = database.prepare(`INSERT INTO user_groups (id, account_id, name, name_key, description, active, create_date)
    VALUES (@id, @accountId, @name, @nameKey, '', 1, @time)`);
  const join = database.prepare('INSERT INTO user_group_members (id, user_id, user_group_id) VALUES (?, ?, ?)');
  for (const [name, members] of Object.entries(groups)) {
    const id = seedId(name);
    insert.run({ id, accountId: seedId(account), name, nameKey: name.toLowerCase(), time: time - day });
    for (const member of members) join.run(seedId(`${member} in ${name}`), seedId(member), id);
  }
}

function insertProjects({ database, time }: DemoDirectory, { account, projects }: DemoAccount): void {
  const store = new NamedStore(database, projectSource);
  const own = { accountId: seedId(account), active: 1, createDate: time - day } as const;
  for (const [name, description] of Object.entries(projects))
    store.insert({ ...own, id: seedId(name), name, description }, Object.keys(projects).length);
}

function insertDrives({ database, time }: DemoDirectory, { account, owner, drives }: DemoAccount): void {
  const store = new NamedStore(database, sharedDriveSource);
  const own = { accountId: seedId(account), creatorUserId: seedId(owner), createDate: time - day } as const;
  const usual = { storageId: '', prefixId: '', objectsPerFolder: 10_000, driveType: 1, syncType: 1, active: 1 } as const;
  const off = { allowDelete: 0, localCacheEncrypted: 0, cloudObjectsEncrypted: 0 } as const;
  for (const [name, [cloudAccount, storageName, prefix]] of Object.entries(drives)) {
    const place = { cloudAccountId: seedId(cloudAccount), storageName, prefix };
    store.insert({ ...own, ...usual, ...off, ...place, id: seedId(name), name }, Object.keys(drives).length);
  }
}

function insertLinks({ database }: DemoDirectory, { account, links }: DemoAccount): void {
  for (const [kind, left, right, level = Read] of links) {
    const link = { id: seedId(`${left} - ${right}`), leftId: seedId(left), rightId: seedId(right), level };
    if (!new LinkStore(database, linkSources[kind]).put(seedId(account), link))
      throw new Error(`The demo seed cannot tie ${left} to ${right}.`);
  }
}
