// Owns keeping one provider for each account while its credentials stay the same: what it has learnt and opened serves the next object too.
import type { Provider, ProviderAccount } from './provider.ts';

/** More accounts than these are in use at once in no installation; the one that was made first goes. */
const most = 100;
/** How long an account is taken to be as it was: thousands of small objects a second need not each unseal its keys. */
const trustMs = 1000;

interface Kept {
  readonly account: string;
  readonly provider: Provider;
  seenAt: number;
}

export class ProviderCache {
  readonly #make: (account: ProviderAccount) => Provider;
  readonly #now: () => number;
  readonly #kept = new Map<string, Kept>();

  constructor(make: (account: ProviderAccount) => Provider, now: () => number = () => performance.now()) {
    this.#make = make;
    this.#now = now;
  }

  /** `read` is asked at most once a second. Tokens are asked for anew at each request, so they are no part of what has to stay the same. */
  of(id: string, read: () => ProviderAccount): Provider {
    const kept = this.#kept.get(id);
    const now = this.#now();
    if (kept !== undefined && now - kept.seenAt < trustMs) return kept.provider;
    const { tokens, ...fixed } = read();
    const account = JSON.stringify([fixed, tokens?.apiUrl]);
    if (kept?.account === account) {
      kept.seenAt = now;
      return kept.provider;
    }
    const provider = this.#make(tokens === undefined ? fixed : { ...fixed, tokens });
    this.#keep(id, { account, provider, seenAt: now });
    return provider;
  }

  #keep(id: string, kept: Kept): void {
    this.#kept.delete(id);
    this.#kept.set(id, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > most && oldest !== undefined) this.#kept.delete(oldest);
  }
}
