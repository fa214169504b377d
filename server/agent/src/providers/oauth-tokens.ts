// Owns the access tokens of linked accounts: always a good one, refreshed once for all who wait, rotated without a gap.
import { GrantRefused, type OAuthClient, type TokenSet } from './oauth-client.ts';
import { type AccessTokens, ProviderError } from './provider.ts';

export interface HeldTokens {
  readonly tokens: TokenSet;
  /** Changes whenever the tokens do. */
  readonly version: string;
  readonly needsAuthorization: boolean;
}

/** Where the tokens of accounts are kept. */
export interface TokenVault {
  /** Undefined when there is no such account any more. */
  read(accountId: string): HeldTokens | undefined;
  /** Whole or not at all; false when the tokens of `version` are no longer the ones that are kept. */
  replace(accountId: string, version: string, next: TokenSet): boolean;
  /** Marks the account, unless its tokens have changed since `version`. */
  needAuthorization(accountId: string, version: string): void;
}

/** How long before its expiry a token is no longer given out: requests take time, and clocks differ. */
const marginMs = 60_000;

export class OAuthTokens {
  readonly #vault: TokenVault;
  readonly #clients: ReadonlyMap<number, OAuthClient>;
  readonly #now: () => number;
  readonly #refreshing = new Map<string, Promise<TokenSet>>();

  constructor(vault: TokenVault, clients: ReadonlyMap<number, OAuthClient>, now: () => number) {
    this.#vault = vault;
    this.#clients = clients;
    this.#now = now;
  }

  /** Undefined for cloud types that are not linked by OAuth. */
  of(accountId: string, cloudType: number): AccessTokens | undefined {
    const client = this.#clients.get(cloudType);
    return client && { apiUrl: client.app.apiUrl, get: (signal, refused) => this.#get(accountId, client, signal, refused) };
  }

  /** Resolves when nothing is being refreshed, or at the deadline: a rotated refresh token that cannot be stored any more is lost. */
  async settled(deadlineMs: number): Promise<void> {
    const late = AbortSignal.timeout(deadlineMs);
    await untilAborted(Promise.allSettled(this.#refreshing.values()), late).catch(() => undefined);
  }

  async #get(accountId: string, client: OAuthClient, signal: AbortSignal, refused: string | undefined): Promise<string> {
    signal.throwIfAborted();
    const { tokens } = this.#held(accountId, client);
    const usable = tokens.accessToken !== refused;
    if (usable && tokens.expiresAt - marginMs > this.#now()) return tokens.accessToken;
    try {
      return (await untilAborted(this.#refreshed(accountId, client), signal)).accessToken;
    } catch (error) {
      const passing = error instanceof ProviderError && (error.kind === 'unavailable' || error.kind === 'throttled');
      // A token endpoint that is down takes nothing from a token that is still good.
      if (passing && usable && tokens.expiresAt > this.#now()) return tokens.accessToken;
      throw error;
    }
  }

  #held(accountId: string, client: OAuthClient): HeldTokens {
    const held = this.#vault.read(accountId);
    if (held === undefined) throw new ProviderError('auth', 'The cloud account is gone.');
    if (held.needsAuthorization) throw needsAuthorization(client);
    return held;
  }

  /** One refresh at a time, which whoever started it cannot cut off for the others. */
  #refreshed(accountId: string, client: OAuthClient): Promise<TokenSet> {
    const known = this.#refreshing.get(accountId);
    if (known !== undefined) return known;
    const refresh = this.#refresh(accountId, client).finally(() => this.#refreshing.delete(accountId));
    // Everybody who waited may have left.
    refresh.catch(() => undefined);
    this.#refreshing.set(accountId, refresh);
    return refresh;
  }

  async #refresh(accountId: string, client: OAuthClient): Promise<TokenSet> {
    const { tokens, version } = this.#held(accountId, client);
    try {
      const next = await client.refresh(tokens, new AbortController().signal);
      // Stored before anybody uses them: the old refresh token may be dead already.
      if (this.#vault.replace(accountId, version, next)) return next;
    } catch (error) {
      if (!(error instanceof GrantRefused)) throw error;
      this.#vault.needAuthorization(accountId, version);
    }
    // Refused, or linked anew or deleted meanwhile: what is kept now decides.
    return this.#held(accountId, client).tokens;
  }
}

const needsAuthorization = ({ vendor: { name, slug } }: OAuthClient): ProviderError =>
  new ProviderError(
    'auth',
    `${name} no longer accepts the authorization of this cloud account. Link it again under its name: generate_${slug}_authorization_url.`,
  );

/** Sends with a good token; when the provider does not take it, once more with another one. */
export async function withToken<Answer extends { readonly status: number }>(
  tokens: AccessTokens,
  signal: AbortSignal,
  send: (accessToken: string) => Promise<Answer>,
): Promise<Answer> {
  const first = await tokens.get(signal);
  const answer = await send(first);
  return answer.status === 401 ? await send(await tokens.get(signal, first)) : answer;
}

function untilAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', leave, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
