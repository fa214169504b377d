// Owns the cloud accounts of an account: who sees them, who may change them, and their credentials (cloud.md, 1-5).
import { randomUUID } from 'node:crypto';
import type { Schema } from '@click-kit/contract';
import type { AccessTokens, ProviderAccount } from '../providers/provider.ts';
import type { CloudAccountRow, CloudAccountStore } from '../store/cloud-account-store.ts';
import type { Caller } from './caller.ts';
import { type CloudAccountFields, nameOf, providerAccountOf } from './cloud-account-input.ts';
import { refusal, unauthenticated } from './failure.ts';
import type { ManagedConnections } from './managed-storage/connections.ts';
import { isObfuscated, obfuscate, stars } from './obfuscate.ts';
import type { SecretBox } from './secret-box.ts';

export interface CloudAccountSettings {
  readonly maxPerAccount: number;
  /** How long the provider may take to accept or refuse new credentials. */
  readonly verifyTimeoutMs: number;
}

export const defaultCloudAccountSettings: CloudAccountSettings = { maxPerAccount: 1000, verifyTimeoutMs: 15_000 };

export interface CloudAccountDependencies {
  readonly store: CloudAccountStore;
  readonly secretBox: SecretBox;
  /** Rejects with a `ProviderError` when the provider does not accept the credentials. */
  readonly verify: (account: ProviderAccount, signal: AbortSignal) => Promise<void>;
  /** The access tokens of an account that was linked by OAuth. */
  readonly tokensOf?: (id: string, cloudType: number) => AccessTokens | undefined;
  /** For the accounts that are managed storage; their connection is not theirs, and no row holds it. */
  readonly managed?: ManagedConnections;
  readonly now: () => number;
  readonly newId?: () => string;
  readonly settings?: CloudAccountSettings;
}

/** A cloud account inside a request: anything from its `id` alone to a full one with keys. */
export interface CloudAccountReference extends CloudAccountFields {
  readonly id?: string | undefined;
}

/** Ready for a provider; `id` is null for credentials that came with the request and are stored nowhere. */
export interface ResolvedAccount {
  readonly account: ProviderAccount;
  readonly id: string | null;
}

/** Where the keys of a cloud account are sealed to. */
export const keysPlace = (id: string): string => `cloud_accounts/${id}/keys`;
export const sealKeys = (box: SecretBox, id: string, { accessKey, secretKey }: Pick<ProviderAccount, 'accessKey' | 'secretKey'>): string =>
  box.seal(JSON.stringify({ accessKey, secretKey }), keysPlace(id));

const notFound = (): Error => refusal('NOT_FOUND', 'There is no such cloud account.');

export class CloudAccounts {
  readonly #store: CloudAccountStore;
  readonly #secretBox: SecretBox;
  readonly #verify: CloudAccountDependencies['verify'];
  readonly #tokensOf: NonNullable<CloudAccountDependencies['tokensOf']>;
  readonly #managed: ManagedConnections;
  readonly #now: () => number;
  readonly #newId: () => string;
  readonly #settings: CloudAccountSettings;

  constructor(dependencies: CloudAccountDependencies) {
    const { store, secretBox, verify, tokensOf = () => undefined, managed = () => undefined, now, newId = randomUUID } = dependencies;
    this.#store = store;
    this.#managed = managed;
    this.#secretBox = secretBox;
    this.#verify = verify;
    this.#tokensOf = tokensOf;
    this.#now = now;
    this.#newId = newId;
    this.#settings = dependencies.settings ?? defaultCloudAccountSettings;
  }

  list(caller: Caller): Schema<'CloudAccount'>[] {
    return this.#store.visible(caller.accountId, caller.userId).map((row) => this.#shown(row));
  }

  get(caller: Caller, id: string): Schema<'CloudAccount'> {
    return this.#shown(this.#visible(caller, id));
  }

  /** Undefined for an account that is gone, or that the caller does not see. */
  find(caller: Caller, id: string): Schema<'CloudAccount'> | undefined {
    const row = this.#seen(caller, id);
    return row === undefined ? undefined : this.#shown(row);
  }

  /** Stores the account once the provider has accepted its credentials. A name is taken once per account (errors.md, DUPLICATE; chosen). */
  async insert(caller: Caller, fields: CloudAccountFields, signal: AbortSignal): Promise<Schema<'CloudAccount'>> {
    const name = nameOf(fields);
    const account = providerAccountOf(fields);
    if (isObfuscated(account.accessKey) || isObfuscated(account.secretKey))
      throw refusal('DEFAULT', 'The keys are obfuscated. Send them in clear.');
    if (this.#store.isNameTaken(caller.accountId, name)) throw duplicate(name);
    await this.#prove(account, signal);
    const id = this.#newId();
    const row: CloudAccountRow = {
      id,
      accountId: caller.accountId,
      ownerId: caller.userId,
      name,
      cloudType: account.cloudType,
      region: account.region,
      endpoint: account.endpoint,
      serviceUrl: account.serviceUrl,
      keys: sealKeys(this.#secretBox, id, account),
      shared: fields.shared === true ? 1 : 0,
      createDate: this.#now(),
    };
    const outcome = this.#store.insert(row, this.#settings.maxPerAccount);
    if (outcome === 'duplicate') throw duplicate(name);
    if (outcome === 'full') throw refusal('DB_INSERT', `An account holds at most ${this.#settings.maxPerAccount} cloud accounts.`);
    return this.#shown(row);
  }

  async #prove(account: ProviderAccount, signal: AbortSignal): Promise<void> {
    const deadline = AbortSignal.timeout(this.#settings.verifyTimeoutMs);
    try {
      await this.#verify(account, AbortSignal.any([signal, deadline]));
    } catch (error) {
      if (deadline.aborted && !signal.aborted)
        throw refusal('DEFAULT', 'The provider did not answer in time, so the credentials could not be checked.', error);
      throw error;
    }
  }

  /** Nothing but the sharing state is stored (cloud.md, Manage Shared Cloud Account). */
  manageShare(caller: Caller, id: string, shared: boolean): void {
    const row = this.#manageable(caller, id);
    if (!this.#store.share(row.id, caller.accountId, shared)) throw notFound();
  }

  remove(caller: Caller, id: string): void {
    const row = this.#manageable(caller, id);
    if (!this.#store.remove(row.id, caller.accountId)) throw notFound();
  }

  /** The account that a request refers to, with its keys; without a caller only one that the request brings whole. */
  resolve(caller: Caller | undefined, reference: CloudAccountReference): ResolvedAccount {
    if (!reference.id) return { id: null, account: inlineAccount(reference) };
    if (caller === undefined) throw unauthenticated('TOKEN', 'A token is required to use a stored cloud account.');
    const row = this.#visible(caller, reference.id);
    const stored = this.#opened(row);
    // Stored keys go where they were stored for and nowhere else: an address in the request counts only with keys of its own.
    if (!hasOwnKeys(reference)) return { id: row.id, account: stored };
    return { id: row.id, account: providerAccountOf({ ...stored, ...withoutBlanks(reference) }) };
  }

  /** The stored account, for work that goes on without its caller: transfers outlive a session and a restart. */
  stored(accountId: string, id: string): ProviderAccount {
    const row = this.#store.find(id.toLowerCase(), accountId);
    if (row === undefined) throw notFound();
    return this.#opened(row);
  }

  /** Throws `ACCESS` unless the caller may let the stored keys of the account out of the agent, to a server that knows them then. */
  checkHandOver(caller: Caller, id: string): void {
    const row = this.#visible(caller, id);
    if (row.ownerId !== caller.userId && !caller.isAdmin)
      throw refusal('ACCESS', 'Only its owner or an administrator may have the keys of this cloud account given to another server.');
  }

  #visible(caller: Caller, id: string): CloudAccountRow {
    const row = this.#seen(caller, id);
    if (row === undefined) throw notFound();
    return row;
  }

  #seen(caller: Caller, id: string): CloudAccountRow | undefined {
    const row = this.#store.find(id.toLowerCase(), caller.accountId);
    return row !== undefined && (row.ownerId === caller.userId || row.shared === 1) ? row : undefined;
  }

  /** Owners and administrators. Whoever only sees the account is denied; for whoever does not, it does not exist. */
  #manageable(caller: Caller, id: string): CloudAccountRow {
    const row = this.#store.find(id.toLowerCase(), caller.accountId);
    if (row !== undefined && (row.ownerId === caller.userId || caller.isAdmin)) return row;
    if (row?.shared === 1) throw refusal('ACCESS', 'Only its owner or an administrator may change this cloud account.');
    throw notFound();
  }

  #opened({ id, cloudType, region, endpoint, serviceUrl, keys }: CloudAccountRow): ProviderAccount {
    const managed = this.#managed(id);
    if (managed !== undefined) return managed;
    const { accessKey, secretKey } = JSON.parse(this.#secretBox.open(keys, keysPlace(id))) as Pick<
      ProviderAccount,
      'accessKey' | 'secretKey'
    >;
    const tokens = this.#tokensOf(id, cloudType);
    return { cloudType, region, endpoint, accessKey, secretKey, serviceUrl, ...(tokens !== undefined && { tokens }) };
  }

  #shown(row: CloudAccountRow): Schema<'CloudAccount'> {
    const { cloudType, endpoint, accessKey, secretKey, serviceUrl, buckets } = this.#opened(row);
    // The keys of the endpoint are not the account's: nothing of them is shown.
    const keyShown = buckets === undefined ? obfuscate : (): string => stars;
    return {
      id: row.id,
      name: row.name,
      cloudType: cloudType as Schema<'CloudType'>,
      region: row.region,
      endpoint,
      accessKey: keyShown(accessKey),
      secretKey: keyShown(secretKey),
      serviceUrl,
      shared: row.shared === 1,
    };
  }
}

const duplicate = (name: string): Error => refusal('DUPLICATE', `A cloud account with the name ${JSON.stringify(name)} already exists.`);
const isKey = (value: string | undefined): boolean => value !== undefined && value.trim() !== '' && !isObfuscated(value.trim());
const hasOwnKeys = ({ accessKey, secretKey }: CloudAccountFields): boolean => isKey(accessKey) && isKey(secretKey);

function inlineAccount(reference: CloudAccountReference): ProviderAccount {
  if (hasOwnKeys(reference)) return providerAccountOf(reference);
  throw refusal('DEFAULT', 'The cloud account needs the id of a stored one, or cloudType, accessKey and secretKey in clear.');
}

/** Clients send empty strings for what they do not mean to say. */
const withoutBlanks = (fields: CloudAccountReference): CloudAccountFields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== '' && value !== null));
