// Owns an installation with projects, shared drives and permissions for tests: the services, and rows that other services make.
import { randomUUID } from 'node:crypto';
import { openDirectoryServices } from '../../directory-services.ts';
import { UserType } from '@click-kit/contract';
import type { Caller } from '../caller.ts';
import { asCaller, installation } from './installation.ts';

export interface DirectoryLimits {
  readonly maxProjects?: number;
  readonly maxSharedDrives?: number;
  readonly maxAssignments?: number;
}

export const byName = { page: 1, pagesize: 50, sortfield: 'Name', descending: false };
export const by = (sortfield: string) => ({ ...byName, sortfield });

export function directory(limits: DirectoryLimits = {}) {
  const base = installation();
  const { database, now } = base;
  const most = { maxProjects: 100, maxSharedDrives: 100, maxAssignments: 100, ...limits };
  const services = openDirectoryServices({ database, now, limits: most });
  return {
    ...base,
    ...services,
    async addCaller(accountId: string, kind: 'admin' | 'member', username = `${randomUUID()}@example.com`): Promise<Caller> {
      const userType = kind === 'admin' ? UserType.DesktopAdmin : UserType.DesktopStandardUser;
      return asCaller(await base.addUser({ accountId, username, userType }));
    },
    addGroup(accountId: string, name: string, { active = true, members = [] as readonly Caller[] } = {}): string {
      const id = randomUUID();
      database
        .prepare('INSERT INTO user_groups (id, account_id, name, name_key, description, active, create_date) VALUES (?, ?, ?, ?, ?, ?, ?)')
        .run(id, accountId, name, name.toLowerCase(), '', active ? 1 : 0, now());
      const join = database.prepare('INSERT INTO user_group_members (id, user_id, user_group_id) VALUES (?, ?, ?)');
      for (const { userId } of members) join.run(randomUUID(), userId, id);
      return id;
    },
    addCloudAccount({ accountId, userId }: Caller): string {
      const id = randomUUID();
      const place = { region: '', endpoint: '', serviceUrl: '', keys: '', shared: 0, createDate: now() } as const;
      base.cloudAccountStore.insert({ id, accountId, ownerId: userId, name: id, cloudType: 2048, ...place }, 1000);
      return id;
    },
    addProject(admin: Caller, name: string, active = true): string {
      return services.projects.insert(admin, { name, description: '', active }).id;
    },
    addDrive(admin: Caller, cloudAccountId: string, name: string, active = true): string {
      return services.sharedDrives.insert(admin, { ...driveDefaults, cloudAccountId, name, active }).id;
    },
  };
}

export type Directory = ReturnType<typeof directory>;

/** What the guard fills in. */
export const driveDefaults = {
  storageName: 'bucket',
  prefix: '',
  prefixId: '',
  storageId: '',
  objectsPerFolder: 10_000,
  allowDelete: false,
  localCacheEncrypted: false,
  cloudObjectsEncrypted: false,
  driveType: 1,
  syncType: 1,
  active: true,
} as const;
