// Owns keeping one provider for each account while its credentials stay the same: what it has learnt and opened serves the next object too.
import type { Provider, ProviderAccount } from './provider.ts';

/** More accounts than these are in use at once in no installation; the one that was made first goes. */
const most = 100;

interface Kept {
  readonly account: string;
  readonly provider: Provider;
}

export class ProviderCache {
  readonly #make: (account: ProviderAccount) => Provider;
  readonly #kept = new Map<string, Kept>();

  constructor(make: (account: ProviderAccount) => Provider) {
    this.#make = make;
  }

  /** Tokens are asked for anew at each request, so they are no part of what has to stay the same. */
  of(id: string, { tokens, ...fixed }: ProviderAccount): Provider {
    const account = JSON.stringify([fixed, tokens?.apiUrl]);
    const kept = this.#kept.get(id);
    if (kept?.account === account) return kept.provider;
    const provider = this.#make(tokens === undefined ? fixed : { ...fixed, tokens });
    this.#kept.delete(id);
    this.#kept.set(id, { account, provider });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > most && oldest !== undefined) this.#kept.delete(oldest);
    return provider;
  }
}
