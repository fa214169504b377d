// Owns linking cloud accounts by OAuth: the authorization URL, and the account that the callback stores (cloud.md, OAuth Authorization).
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Schema } from '@click-kit/contract';
import { type OAuthClient, printable, type TokenSet } from '../../providers/oauth-client.ts';
import { identify } from '../../providers/oauth-provider.ts';
import { type AccessTokens, ProviderError } from '../../providers/provider.ts';
import type { CloudAccountStore } from '../../store/cloud-account-store.ts';
import type { LinkedAccountRow, LinkedAccountStore } from '../../store/linked-account-store.ts';
import type { OAuthFlowRow, OAuthFlowStore } from '../../store/oauth-flow-store.ts';
import type { Caller } from '../caller.ts';
import { nameOf } from '../cloud-account-input.ts';
import type { CloudAccounts } from '../cloud-accounts.ts';
import { refusal } from '../failure.ts';
import type { SecretBox } from '../secret-box.ts';
import { redirectUrl } from './redirect-url.ts';
import { type LinkedTokens, openTokens, sealTokens } from './sealed-tokens.ts';

export interface OAuthLinkSettings {
  readonly redirectOrigins: readonly string[];
  readonly lifetimeMs: number;
  /** Authorizations of one user that may be under way. */
  readonly maxPerUser: number;
  readonly maxCloudAccounts: number;
}

export interface OAuthLinkDependencies {
  /** By cloud type. */
  readonly clients: ReadonlyMap<number, OAuthClient>;
  readonly flows: OAuthFlowStore;
  readonly store: CloudAccountStore;
  readonly linked: LinkedAccountStore;
  readonly cloudAccounts: Pick<CloudAccounts, 'get'>;
  readonly secretBox: SecretBox;
  readonly now: () => number;
  readonly random?: (bytes: number) => Buffer;
  readonly settings: OAuthLinkSettings;
}

/** What came back from the provider, by way of the client. */
export interface Redirected {
  readonly state: string;
  readonly code?: string | undefined;
  readonly error?: string | undefined;
  readonly errorDescription?: string | undefined;
  readonly redirectURL?: string | undefined;
}

const verifierPlace = (stateHash: string): string => `oauth_flows/${stateHash}/verifier`;
const hashOf = (state: string): string => createHash('sha256').update(state).digest('base64url');

export class OAuthLinks {
  readonly #parts: OAuthLinkDependencies;
  readonly #random: (bytes: number) => Buffer;

  constructor(parts: OAuthLinkDependencies) {
    this.#parts = parts;
    this.#random = parts.random ?? randomBytes;
  }

  authorizationUrl(caller: Caller, cloudType: number, request: Schema<'GenerateAuthorizationUrlRequest'>): string {
    const { flows, secretBox, now, settings } = this.#parts;
    const client = this.#client(cloudType);
    const redirect = redirectUrl(request.redirectURL, settings.redirectOrigins);
    const name = nameOf({ name: request.cloudName });
    this.#renewable(caller, cloudType, name);
    const [state, verifier] = [this.#secret(), this.#secret()];
    const stateHash = hashOf(state);
    const flow: OAuthFlowRow = {
      stateHash,
      userId: caller.userId,
      sessionId: caller.sessionId,
      cloudType,
      name,
      shared: request.shared === true ? 1 : 0,
      redirectUrl: redirect,
      verifier: secretBox.seal(verifier, verifierPlace(stateHash)),
      expiresAt: now() + settings.lifetimeMs,
    };
    flows.open(flow, now(), settings.maxPerUser);
    return client.authorizationUrl({ state, redirectUrl: redirect, verifier });
  }

  async complete(caller: Caller, cloudType: number, redirected: Redirected, signal: AbortSignal): Promise<Schema<'CloudAccount'>> {
    const client = this.#client(cloudType);
    const flow = this.#take(caller, client, redirected.state);
    const code = codeOf(redirected, flow, client);
    this.#renewable(caller, cloudType, flow.name);
    const verifier = this.#parts.secretBox.open(flow.verifier, verifierPlace(flow.stateHash));
    const tokens = await client.exchange({ code, redirectUrl: flow.redirectUrl, verifier }, signal);
    const subject = await identify(client.vendor, justGiven(client, tokens), signal, client.limits);
    const id = this.#store(caller, flow, { tokens, subject });
    return this.#parts.cloudAccounts.get(caller, id);
  }

  #client(cloudType: number): OAuthClient {
    const client = this.#parts.clients.get(cloudType);
    if (client === undefined) throw refusal('DEFAULT', `Cloud type ${cloudType} is not linked by OAuth.`);
    const { app, vendor } = client;
    if (app.clientId === '')
      throw refusal('DEFAULT', `${vendor.name} is not configured on this agent: the setting ${app.setting} is missing.`);
    if (vendor.needsSecret && app.clientSecret === '')
      throw refusal('DEFAULT', `${vendor.name} is not configured on this agent: the setting OAuth.${vendor.key}.ClientSecret is missing.`);
    return client;
  }

  #secret(): string {
    return this.#random(32).toString('base64url');
  }

  #take({ userId, sessionId }: Caller, { vendor }: OAuthClient, state: string): OAuthFlowRow {
    const key = { stateHash: hashOf(state), userId, sessionId, cloudType: vendor.cloudType, now: this.#parts.now() };
    const flow = this.#parts.flows.take(key);
    if (flow !== undefined) return flow;
    const why = 'The state is unknown, has expired, was used already, or belongs to another session.';
    throw refusal('TOKEN', `${why} Start again with generate_${vendor.slug}_authorization_url.`);
  }

  /** The account of this name, if it is one that waits to be authorized again; any other one is in the way. */
  #renewable(caller: Caller, cloudType: number, name: string): LinkedAccountRow | undefined {
    const found = this.#parts.linked.named(caller.accountId, name);
    if (found === undefined) return undefined;
    const own = found.ownerId === caller.userId || caller.isAdmin;
    if (own && found.cloudType === cloudType && found.needsAuthorization === 1) return found;
    throw taken(name);
  }

  /** A new account, or new tokens for the one that lost its own: what refers to that one keeps working. */
  #store(caller: Caller, { cloudType, name, shared }: OAuthFlowRow, held: LinkedTokens): string {
    const { store, linked, secretBox, now, settings } = this.#parts;
    const before = this.#renewable(caller, cloudType, name);
    if (before !== undefined) {
      if (openTokens(secretBox, before.id, before.keys)?.subject !== held.subject) throw taken(name);
      if (!linked.replace(before.id, before.keys, sealTokens(secretBox, before.id, held))) throw taken(name);
      return before.id;
    }
    const id = randomUUID();
    const keys = sealTokens(secretBox, id, held);
    const place = { region: '', endpoint: '', serviceUrl: '' };
    const row = { id, accountId: caller.accountId, ownerId: caller.userId, name, cloudType, ...place, keys, shared, createDate: now() };
    const outcome = store.insert(row, settings.maxCloudAccounts);
    if (outcome === 'duplicate') throw taken(name);
    if (outcome === 'full') throw refusal('DB_INSERT', `An account holds at most ${settings.maxCloudAccounts} cloud accounts.`);
    return id;
  }
}

function codeOf({ code, error, errorDescription, redirectURL }: Redirected, flow: OAuthFlowRow, { vendor }: OAuthClient): string {
  if (redirectURL !== undefined && redirectURL !== '' && redirectURL !== flow.redirectUrl)
    throw refusal('SECURITY', 'The redirectURL is not the one that the authorization was started with.');
  if (error !== undefined && error !== '') {
    const said = printable([error, errorDescription].filter(Boolean).join(': '), [code ?? '']);
    throw refusal('ACCESS', `${vendor.name} did not authorize the access (${said}).`);
  }
  if (code === undefined || code === '') throw refusal('DEFAULT', 'The request is not valid: body.code is missing.');
  return code;
}

/** Tokens that nobody keeps yet: there is nothing to refresh them with before they are stored. */
const justGiven = ({ app, vendor }: OAuthClient, { accessToken }: TokenSet): AccessTokens => ({
  apiUrl: app.apiUrl,
  get: (_signal, refused) =>
    refused === undefined
      ? Promise.resolve(accessToken)
      : Promise.reject(new ProviderError('auth', `${vendor.name} does not accept the token that it has just given.`)),
});

const taken = (name: string): Error => refusal('DUPLICATE', `A cloud account with the name ${JSON.stringify(name)} already exists.`);
