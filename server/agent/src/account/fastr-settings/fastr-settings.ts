// Owns the Fastr settings of users: who may read and change whose (fastr_settings.md).
import { randomUUID } from 'node:crypto';
import type { FilledSchema, Schema } from '@click-kit/contract';
import type { FastrSettingsReach, FastrSettingsRow, FastrSettingsStore } from '../../store/fastr-settings-store.ts';
import type { UserStore } from '../../store/user-store.ts';
import type { Caller } from '../caller.ts';
import type { CloudAccounts } from '../cloud-accounts.ts';
import { refusal } from '../failure.ts';
import type { FastrTransferLimits } from './transfer-limits.ts';

export interface FastrSettingsDependencies {
  readonly store: FastrSettingsStore;
  readonly users: Pick<UserStore, 'findById'>;
  readonly cloudAccounts: Pick<CloudAccounts, 'get' | 'stored'>;
  /** Told of every change. */
  readonly limits: FastrTransferLimits;
  readonly newId?: () => string;
}

/** The caller's own records, or those of everybody in the caller's account. */
type Whose = 'own' | 'anyone';
type Values = Pick<
  FilledSchema<'InsertFastrSettingsRequest'>,
  | 'MaxUploadBytesPerSecond'
  | 'MaxDownloadBytesPerSecond'
  | 'MaxServerToServerBytesPerSecond'
  | 'VerifyChecksum'
  | 'FileExistsAction'
  | 'Active'
>;

const notFound = (what: string): Error => refusal('NOT_FOUND', `There is no such ${what}.`);
const reachOf = ({ accountId, userId }: Caller, whose: Whose): FastrSettingsReach => ({
  accountId,
  userId: whose === 'own' ? userId : null,
});

export class FastrSettings {
  readonly #store: FastrSettingsStore;
  readonly #users: FastrSettingsDependencies['users'];
  readonly #cloudAccounts: FastrSettingsDependencies['cloudAccounts'];
  readonly #limits: FastrTransferLimits;
  readonly #newId: () => string;

  constructor({ store, users, cloudAccounts, limits, newId = randomUUID }: FastrSettingsDependencies) {
    this.#store = store;
    this.#users = users;
    this.#cloudAccounts = cloudAccounts;
    this.#limits = limits;
    this.#newId = newId;
  }

  all({ userId }: Caller): Schema<'FastrSettingsCollection'> {
    return collectionOf(this.#store.ofUser(userId));
  }

  allOf(caller: Caller, userId: string): Schema<'FastrSettingsCollection'> {
    return collectionOf(this.#store.ofUser(this.#userOfAccount(caller, userId)));
  }

  /** Null when there is none, for whatever reason: the page knows no other answer. */
  byCloudAccount({ userId }: Caller, cloudAccountId: string): Schema<'FastrSettings'> | null {
    const row = this.#store.ofPair(userId, cloudAccountId.toLowerCase());
    return row === undefined ? null : shown(row);
  }

  /** Whatever user and account the body names, it is the caller's own record (as in the Web API). */
  insert(caller: Caller, settings: FilledSchema<'InsertFastrSettingsRequest'>): Schema<'FastrSettings'> {
    const { id } = this.#cloudAccounts.get(caller, settings.CloudAccountId);
    return this.#save(caller.accountId, caller.userId, id, settings);
  }

  /** For any cloud account of the account: an administrator may prepare what the user does not see yet. */
  insertFor(caller: Caller, settings: FilledSchema<'InsertFastrSettingsForUserRequest'>): Schema<'FastrSettings'> {
    const userId = this.#userOfAccount(caller, settings.UserId);
    const cloudAccountId = settings.CloudAccountId.toLowerCase();
    this.#cloudAccounts.stored(caller.accountId, cloudAccountId);
    return this.#save(caller.accountId, userId, cloudAccountId, settings);
  }

  /** A field that is left out keeps its value; whose and what for cannot be changed. */
  update(caller: Caller, whose: Whose, change: Schema<'UpdateFastrSettingsRequest'>): Schema<'FastrSettings'> {
    const row = this.#store.find(change.Id.toLowerCase(), reachOf(caller, whose));
    if (row === undefined) throw notFound('settings record');
    const { CloudAccountId: _cloudAccount, UserId: _user, AccountId: _account, ...values } = change;
    return this.#save(row.accountId, row.userId, row.cloudAccountId, { ...shown(row), ...values });
  }

  remove(caller: Caller, whose: Whose, id: string): void {
    const row = this.#store.remove(id.toLowerCase(), reachOf(caller, whose));
    if (row === undefined) throw notFound('settings record');
    this.#limits.changed(row);
  }

  #userOfAccount({ accountId }: Caller, userId: string): string {
    const user = this.#users.findById(userId.toLowerCase());
    if (user?.accountId !== accountId) throw notFound('user');
    return user.id;
  }

  #save(accountId: string, userId: string, cloudAccountId: string, values: Values): Schema<'FastrSettings'> {
    const saved = this.#store.save({
      id: this.#newId(),
      accountId,
      userId,
      cloudAccountId,
      maxUpload: values.MaxUploadBytesPerSecond,
      maxDownload: values.MaxDownloadBytesPerSecond,
      maxServerToServer: values.MaxServerToServerBytesPerSecond,
      verifyChecksum: values.VerifyChecksum ? 1 : 0,
      fileExistsAction: values.FileExistsAction,
      active: values.Active ? 1 : 0,
    });
    this.#limits.changed(saved);
    return shown(saved);
  }
}

const shown = (row: FastrSettingsRow): Schema<'FastrSettings'> => ({
  Id: row.id,
  CloudAccountId: row.cloudAccountId,
  UserId: row.userId,
  AccountId: row.accountId,
  MaxUploadBytesPerSecond: row.maxUpload,
  MaxDownloadBytesPerSecond: row.maxDownload,
  MaxServerToServerBytesPerSecond: row.maxServerToServer,
  VerifyChecksum: row.verifyChecksum === 1,
  FileExistsAction: row.fileExistsAction as Schema<'FileExistsAction'>,
  Active: row.active === 1,
});

const collectionOf = (rows: readonly FastrSettingsRow[]): Schema<'FastrSettingsCollection'> => ({
  data: rows.map(shown),
  total: rows.length,
});
