// Owns the log setting of an account: one at most, its token sealed, obfuscated in answers (accountlogsetting.md).
import { randomUUID } from 'node:crypto';
import type { FilledSchema, Schema } from '@click-kit/contract';
import type { LogTargetRow, LogTargetStore } from '../../store/log-target-store.ts';
import type { Caller } from '../caller.ts';
import { refusal } from '../failure.ts';
import { isObfuscated, obfuscate } from '../obfuscate.ts';
import type { SecretBox } from '../secret-box.ts';
import { ingestTokenOf, serverAddressOf, servicePortOf } from './destination.ts';

export interface AccountLogSettingDependencies {
  readonly store: LogTargetStore;
  readonly secretBox: SecretBox;
  /** Told after each change of the account's setting, its deletion included. */
  readonly changed: (accountId: string) => void;
  readonly newId?: () => string;
}

/** Where the token of a log setting is sealed to. */
export const ingestTokenPlace = (id: string): string => `log_targets/${id}/token`;

const none = (): Error => refusal('NOT_FOUND', 'The account has no log setting.');

export class AccountLogSettings {
  readonly #store: LogTargetStore;
  readonly #secretBox: SecretBox;
  readonly #changed: (accountId: string) => void;
  readonly #newId: () => string;

  constructor({ store, secretBox, changed, newId = randomUUID }: AccountLogSettingDependencies) {
    this.#store = store;
    this.#secretBox = secretBox;
    this.#changed = changed;
    this.#newId = newId;
  }

  setup({ accountId }: Caller, setting: FilledSchema<'SetupAccountLogSettingRequest'>): Schema<'AccountLogSetting'> {
    if (isObfuscated(setting.token)) throw refusal('DEFAULT', 'The token is obfuscated. Send it in clear.');
    const id = this.#newId();
    const row: LogTargetRow = {
      id,
      accountId,
      provider: setting.provider,
      token: this.#secretBox.seal(ingestTokenOf(setting.token), ingestTokenPlace(id)),
      serverAddress: serverAddressOf(setting.serverAddress),
      servicePort: servicePortOf(setting.servicePort),
      active: setting.active ? 1 : 0,
    };
    if (!this.#store.insert(row)) throw refusal('DUPLICATE', 'The account has a log setting already. Update it instead.');
    this.#changed(accountId);
    return this.#shown(row);
  }

  get({ accountId }: Caller): Schema<'AccountLogSetting'> {
    return this.#shown(this.#existing(accountId));
  }

  /** A field that is left out keeps its value, and so does the token when it comes back obfuscated. */
  update({ accountId }: Caller, change: Schema<'UpdateAccountLogSettingRequest'>): Schema<'AccountLogSetting'> {
    const stored = this.#existing(accountId);
    if (change.id !== undefined && change.id.toLowerCase() !== stored.id) throw none();
    const { token, serverAddress, servicePort, active, provider } = change;
    const keepsToken = token === undefined || token === obfuscate(this.#tokenOf(stored));
    if (!keepsToken && isObfuscated(token)) throw refusal('DEFAULT', 'The token is obfuscated, and not as it was answered.');
    const row: LogTargetRow = {
      ...stored,
      ...(provider !== undefined && { provider }),
      ...(!keepsToken && { token: this.#secretBox.seal(ingestTokenOf(token), ingestTokenPlace(stored.id)) }),
      ...(serverAddress !== undefined && { serverAddress: serverAddressOf(serverAddress) }),
      ...(servicePort !== undefined && { servicePort: servicePortOf(servicePort) }),
      ...(active !== undefined && { active: active ? (1 as const) : (0 as const) }),
    };
    this.#store.update(row);
    this.#changed(accountId);
    return this.#shown(row);
  }

  remove({ accountId }: Caller): void {
    if (!this.#store.remove(accountId)) throw none();
    this.#changed(accountId);
  }

  #existing(accountId: string): LogTargetRow {
    const row = this.#store.ofAccount(accountId);
    if (row === undefined) throw none();
    return row;
  }

  #tokenOf({ id, token }: LogTargetRow): string {
    return this.#secretBox.open(token, ingestTokenPlace(id));
  }

  #shown(row: LogTargetRow): Schema<'AccountLogSetting'> {
    return {
      id: row.id,
      token: obfuscate(this.#tokenOf(row)),
      serverAddress: row.serverAddress,
      servicePort: row.servicePort,
      active: row.active === 1,
      provider: row.provider as Schema<'LogProvider'>,
    };
  }
}
