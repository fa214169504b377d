// Owns the shared cloud drives of an account (sharedclouddrive.md).
import { randomUUID } from 'node:crypto';
import type { FilledSchema, Schema } from '@click-kit/contract';
import type { CloudAccountStore } from '../../store/cloud-account-store.ts';
import type { sharedDriveEntity } from '../../store/directory-entities.ts';
import type { SharedDriveRow } from '../../store/directory-rows.ts';
import type { NamedStore } from '../../store/named-store.ts';
import type { Caller } from '../caller.ts';
import { refusal } from '../failure.ts';
import { collectionOf } from '../paging.ts';
import { userOf } from '../users.ts';
import type { Assignments } from './assignments.ts';
import { driveFieldsOf } from './drive-fields.ts';
import { type NamedListQuery, NamedThings } from './named-things.ts';
import type { DirectoryPermissions } from './permission-kinds.ts';
import { sharedDriveOf, userGroupOf } from './views.ts';

export interface SharedDriveDependencies {
  readonly store: NamedStore<SharedDriveRow, typeof sharedDriveEntity.sorts>;
  readonly cloudAccounts: Pick<CloudAccountStore, 'find'>;
  readonly permissions: Pick<DirectoryPermissions, 'userSharedDrive' | 'userGroupSharedDrive'>;
  readonly assignments: Assignments;
  readonly now: () => number;
  readonly max: number;
  readonly newId?: () => string;
}

export class SharedDrives {
  readonly #things: NamedThings<SharedDriveRow, typeof sharedDriveEntity.sorts>;
  readonly #parts: SharedDriveDependencies;

  constructor(parts: SharedDriveDependencies) {
    this.#things = new NamedThings(parts.store, 'shared cloud drive', parts.max);
    this.#parts = parts;
  }

  list(caller: Caller, query: NamedListQuery): Schema<'SharedCloudDriveCollection'> {
    return collectionOf(this.#things.page(caller, query), query, sharedDriveOf);
  }

  listWithDetails(caller: Caller, query: NamedListQuery): Schema<'SharedCloudDriveWithDetailsCollection'> {
    const { permissions, assignments } = this.#parts;
    const page = this.#things.page(caller, query);
    const ids = page.rows.map(({ id }) => id);
    const projects = assignments.projectsInlined(caller, ids);
    const users = permissions.userSharedDrive.inlined(caller, ids, ({ left }, permission) => ({ user: userOf(left), permission }));
    const groups = permissions.userGroupSharedDrive.inlined(caller, ids, ({ left }, permission) => ({
      userGroup: userGroupOf(left),
      permission,
    }));
    return collectionOf(page, query, (row) => ({
      ...sharedDriveOf(row),
      projectsData: projects(row.id),
      usersData: users(row.id),
      groupsData: groups(row.id),
    }));
  }

  insert(caller: Caller, body: FilledSchema<'InsertSharedCloudDriveRequest'>): Schema<'SharedCloudDrive'> {
    const { now, newId = randomUUID } = this.#parts;
    const fields = driveFieldsOf(body);
    this.#needsCloudAccount(caller, fields.cloudAccountId);
    const own = { id: newId(), accountId: caller.accountId, creatorUserId: caller.userId, createDate: now() };
    return sharedDriveOf(this.#things.insert({ ...own, ...fields }));
  }

  /** What is left out stays as it is (chosen). */
  update(caller: Caller, { id, ...body }: Schema<'UpdateSharedCloudDriveRequest'>): Schema<'SharedCloudDrive'> {
    const changed = this.#things.change(caller, id, (row) => {
      const fields = driveFieldsOf({ ...sharedDriveOf(row), ...body });
      this.#needsCloudAccount(caller, fields.cloudAccountId);
      return { ...row, ...fields };
    });
    return sharedDriveOf(changed);
  }

  remove(caller: Caller, id: string): void {
    this.#things.remove(caller, id);
  }

  #needsCloudAccount({ accountId }: Caller, id: string): void {
    if (this.#parts.cloudAccounts.find(id, accountId) === undefined) throw refusal('NOT_FOUND', 'There is no such cloud account.');
  }
}
