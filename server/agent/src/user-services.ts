// Owns the parts of users and user groups: their stores, and the services on top of them.
import { Memberships } from './account/groups/memberships.ts';
import { UserGroups } from './account/groups/user-groups.ts';
import { type Invite, UserImport } from './account/groups/user-import.ts';
import { Plan, type PlanLimits } from './account/users/plan.ts';
import { UserChanges } from './account/users/user-changes.ts';
import { Users } from './account/users.ts';
import type { SettingValues } from './config-settings.ts';
import type { Database } from './store/database.ts';
import { MembershipStore } from './store/membership-store.ts';
import { PlanStore } from './store/plan-store.ts';
import { UserChangeStore } from './store/user-change-store.ts';
import { UserDetailStore } from './store/user-detail-store.ts';
import { UserGroupDetailStore } from './store/user-group-detail-store.ts';
import { UserGroupStore } from './store/user-group-store.ts';
import { UserList } from './store/user-list.ts';
import { UserStore } from './store/user-store.ts';

export interface UserServices {
  readonly users: Users;
  readonly userChanges: UserChanges;
  readonly plan: Plan;
  readonly userGroups: UserGroups;
  readonly memberships: Memberships;
  readonly userImport: UserImport;
}

export interface UserServiceOptions {
  readonly database: Database;
  readonly now: () => number;
  readonly limits: PlanLimits;
  readonly invite?: Invite;
  readonly storedBytes?: (accountId: string) => number;
}

export function openUserServices({ database, now, limits, invite, storedBytes }: UserServiceOptions): UserServices {
  const users = new UserStore(database);
  const groups = new UserGroupStore(database);
  const memberships = new MembershipStore(database);
  const plan = new Plan({ store: new PlanStore(database), limits, ...(storedBytes && { storedBytes }) });
  const userGroups = new UserGroups({ groups, memberships, details: new UserGroupDetailStore(database), plan, now });
  return {
    users: new Users(new UserList(database), new UserDetailStore(database)),
    userChanges: new UserChanges({ users, changes: new UserChangeStore(database), plan }),
    plan,
    userGroups,
    memberships: new Memberships({ users, groups, memberships }),
    userImport: new UserImport({ users, groupStore: groups, groups: userGroups, memberships, plan, now, ...(invite && { invite }) }),
  };
}

/** The limits that have a setting of their own elsewhere count here too. */
export const planLimitsOf = (config: SettingValues): PlanLimits => ({
  adminUsers: config.planAdminUsers,
  creativeUsers: config.planCreativeUsers,
  standardUsers: config.planStandardUsers,
  storage: config.planStorageGB,
  connections: config.maxCloudAccounts,
  projects: config.maxProjects,
  teams: config.planTeams,
  drives: config.maxSharedDrives,
  syncs: config.planSyncs,
  logs: config.planLogs === 'yes',
  sso: config.planSso === 'yes',
});
