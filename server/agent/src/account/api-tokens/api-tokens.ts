// Owns API tokens: long-lived credentials of a user for automated callers, and who such a token stands for (apitoken.md).
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Schema } from '@click-kit/contract';
import type { ApiTokenRow, ApiTokenStore, LiveApiToken } from '../../store/api-token-store.ts';
import { type Caller, callerOf } from '../caller.ts';
import { refusal, unauthenticated } from '../failure.ts';
import type { SecretBox } from '../secret-box.ts';

export interface ApiTokenSettings {
  readonly maxPerUser: number;
}

export const defaultApiTokenSettings: ApiTokenSettings = { maxPerUser: 100 };

export interface ApiTokenDependencies {
  readonly store: ApiTokenStore;
  readonly secretBox: SecretBox;
  readonly now: () => number;
  readonly random?: (bytes: number) => Buffer;
  readonly settings?: ApiTokenSettings;
}

/** What no JWT begins with: one look tells which kind a token is, so neither is ever looked up as the other. The log knows it too. */
const prefix = 'clk_';
const secretBytes = 32;
const rememberedHashes = 1000;
const wellFormed = /^clk_[\w-]{43}$/;

export const isApiToken = (token: string): boolean => token.startsWith(prefix);

/** Where the value of a token is sealed to. */
const valuePlace = (id: string): string => `api_tokens/${id}/token`;
const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64url');

export class ApiTokens {
  readonly #store: ApiTokenStore;
  readonly #secretBox: SecretBox;
  readonly #now: () => number;
  readonly #random: (bytes: number) => Buffer;
  readonly #settings: ApiTokenSettings;
  /** Of tokens that were good once: hashing costs more than all the rest of an authentication. */
  readonly #hashes = new Map<string, string>();

  constructor({ store, secretBox, now, random = randomBytes, settings = defaultApiTokenSettings }: ApiTokenDependencies) {
    this.#store = store;
    this.#secretBox = secretBox;
    this.#now = now;
    this.#random = random;
    this.#settings = settings;
  }

  list(caller: Caller): Schema<'ApiToken'>[] {
    return this.#store.ofUser(caller.userId).map((row) => shown(row, this.#secretBox.open(row.token, valuePlace(row.id))));
  }

  insert(caller: Caller, { title, expirationDate }: Schema<'InsertApiTokenRequest'>): Schema<'ApiToken'> {
    const createdAt = this.#now();
    if (title.trim() === '') throw refusal('DEFAULT', 'The API token needs a title.');
    const expiresAt = expiryOf(expirationDate, createdAt);
    const id = randomUUID();
    const value = prefix + this.#random(secretBytes).toString('base64url');
    const token = this.#secretBox.seal(value, valuePlace(id));
    const row: ApiTokenRow = { id, userId: caller.userId, tokenHash: hashOf(value), token, title, createdAt, expiresAt };
    if (!this.#store.insert(row, this.#settings.maxPerUser))
      throw refusal('DB_INSERT', `A user holds at most ${this.#settings.maxPerUser} API tokens. Delete some of them.`);
    return shown(row, value);
  }

  /** Only one's own, administrators included: a token of somebody else does not exist for the caller. */
  remove(caller: Caller, id: string): void {
    if (!this.#store.remove(id.toLowerCase(), caller.userId)) throw refusal('NOT_FOUND', 'There is no such API token.');
  }

  /** Who the token stands for; as long as it lives and its user is active. */
  authenticate(token: string): Caller {
    const found = this.#find(token);
    if (found === undefined) throw unauthenticated('TOKEN', 'The API token is not valid.');
    if (found.expiresAt !== null && found.expiresAt <= this.#now()) throw unauthenticated('TOKEN', 'The API token has expired.');
    const { id, userId, accountId, userType } = found;
    // No id of a session looks like this: ending sessions never meets a token, and what is bound to a session is bound to the token.
    return callerOf({ userId, accountId, userType, sessionId: `api-token:${id}` });
  }

  #find(token: string): LiveApiToken | undefined {
    const known = this.#hashes.get(token);
    if (known !== undefined) return this.#store.find(known);
    if (!wellFormed.test(token)) return undefined;
    const hash = hashOf(token);
    const found = this.#store.find(hash);
    if (found === undefined) return undefined;
    const oldest = this.#hashes.size >= rememberedHashes ? this.#hashes.keys().next().value : undefined;
    if (oldest !== undefined) this.#hashes.delete(oldest);
    this.#hashes.set(token, hash);
    return found;
  }
}

function expiryOf(expirationDate: string | null | undefined, now: number): number | null {
  if (expirationDate === undefined || expirationDate === null) return null;
  const expiresAt = Date.parse(expirationDate);
  const [day = ''] = expirationDate.split(/[Tt ]/, 1);
  const midnight = Date.parse(`${day}T00:00:00Z`);
  // A leap second is no number here, and the 30th of February would become the 2nd of March.
  if (Number.isNaN(expiresAt) || Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(day))
    throw refusal('DEFAULT', 'The expirationDate cannot be read.');
  if (expiresAt <= now) throw refusal('DEFAULT', 'The expirationDate has passed.');
  return expiresAt;
}

const shown = ({ id, title, createdAt, expiresAt }: ApiTokenRow, token: string): Schema<'ApiToken'> => ({
  id,
  title,
  token,
  expirationDate: expiresAt === null ? null : new Date(expiresAt).toISOString(),
  createDate: new Date(createdAt).toISOString(),
});
