// Owns telling a store that is out of reach from a machine that is cut off: the second is nobody's failure and costs no attempts.
import { ProviderError } from '../providers/provider.ts';
import type { Store } from './stores.ts';

/** This machine has no network, or no way out of it. */
const ownCodes = new Set(['ENETUNREACH', 'ENETDOWN']);
/** Nobody answered: neither the host, nor a name server. What refuses or breaks a connection has been reached. */
const silentCodes = new Set(['EHOSTUNREACH', 'EHOSTDOWN', 'EADDRNOTAVAIL', 'EAI_AGAIN', 'ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT']);

/** What a failure tells of the way to a store. */
type Way = 'cut-off' | 'silent' | 'open';

export class Connectivity {
  readonly #inUse = new Set<readonly Store[]>();
  readonly #asking = new Map<string, Promise<Way>>();
  readonly #stop = new AbortController();

  /** The stores of a transfer that runs; it runs no more when the answered function is called. */
  use(stores: readonly Store[]): () => void {
    this.#inUse.add(stores);
    return () => void this.#inUse.delete(stores);
  }

  /**
   * Whether the failure is this machine's: it has no way out, or none of the stores that it works with can be reached, of which this may be
   * the only one. `known`: the host was found before, so that its name cannot be a mistake.
   */
  async cutOff(error: unknown, stores: readonly Store[], known: boolean, signal: AbortSignal): Promise<boolean> {
    const way = wayOf(error, known);
    if (way !== 'silent') return way === 'cut-off';
    return !(await this.#anyOpen(stores, signal));
  }

  /** Whether a transfer that was cut off can go on, be it only to learn that its own store alone is out of reach. */
  async back(stores: readonly Store[], signal: AbortSignal): Promise<boolean> {
    const ways = await Promise.all(stores.map((store) => this.#ask(store, signal)));
    if (ways.includes('cut-off')) return false;
    return ways.includes('open') || (await this.#anyOpen([], signal));
  }

  stop(reason: Error): void {
    this.#stop.abort(reason);
  }

  async #anyOpen(own: readonly Store[], signal: AbortSignal): Promise<boolean> {
    const stores = new Map([...own, ...[...this.#inUse].flat()].map((store) => [store.name, store]));
    const ways = await Promise.all([...stores.values()].map((store) => this.#ask(store, signal)));
    return ways.includes('open');
  }

  /** One question to a store at a time, whoever wants to know. */
  async #ask(store: Store, signal: AbortSignal): Promise<Way> {
    signal.throwIfAborted();
    const asking = this.#asking.get(store.name) ?? this.#begin(store);
    let leave = (): void => undefined;
    const left = new Promise<never>((_, reject) => {
      leave = () => reject(signal.reason as Error);
      signal.addEventListener('abort', leave, { once: true });
    });
    try {
      return await Promise.race([asking, left]);
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  #begin(store: Store): Promise<Way> {
    const asking = store
      .ask(this.#stop.signal)
      .then(
        (): Way => 'open',
        (error: unknown) => wayOf(error, true),
      )
      .finally(() => this.#asking.delete(store.name));
    this.#asking.set(store.name, asking);
    return asking;
  }
}

function wayOf(error: unknown, known: boolean): Way {
  if (!(error instanceof ProviderError) || error.kind !== 'unavailable') return 'open';
  const ways = codesIn(error).map((code): Way => {
    if (ownCodes.has(code)) return 'cut-off';
    // Offline, some systems say that there is no such name.
    return silentCodes.has(code) || (known && code === 'ENOTFOUND') ? 'silent' : 'open';
  });
  // A host with two addresses may be tried on a network that this machine does not have: the other address tells.
  if (ways.length === 0 || ways.includes('open')) return 'open';
  return ways.includes('silent') ? 'silent' : 'cut-off';
}

/** Of every address that was tried; empty when the failure is none of the network. */
function codesIn(error: unknown, depth = 0): readonly string[] {
  if (!(error instanceof Error) || depth > 5) return [];
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.flatMap((inner) => codesIn(inner, depth + 1));
  if ('code' in error && typeof error.code === 'string' && /^(E[A-Z_]+|UND_ERR_[A-Z_]+)$/.test(error.code)) return [error.code];
  return codesIn(error.cause, depth + 1);
}
