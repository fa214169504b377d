// Owns what is in the way of a transfer without being its failure: a machine that is offline, and credentials that were good and are no longer.
import { ProviderError } from '../providers/provider.ts';
import type { Connectivity } from './connectivity.ts';
import type { EndpointGates } from './endpoint-gates.ts';
import type { Obstacles } from './retry.ts';
import type { Store } from './stores.ts';

export interface ObstacleTools {
  readonly connectivity: Connectivity;
  readonly gates: EndpointGates;
}

export interface Asked {
  readonly stores: readonly Store[];
  /** Whether the stores have taken the credentials already: if they do not later on, that is a loss and no mistake. */
  readonly trusted: () => boolean;
}

/** The transfer cannot go on for now; `cause` is what it failed with. It is stopped, and goes on when its stores can be used again. */
export class Blocked extends Error {
  readonly by: 'network' | 'credentials';
  readonly stores: readonly Store[];

  /** `message` is shown to people while the transfer waits. */
  constructor(by: Blocked['by'], message: string, stores: readonly Store[], cause: unknown) {
    super(message, { cause });
    this.name = 'Blocked';
    this.by = by;
    this.stores = stores;
  }
}

export function obstaclesOf({ stores, trusted }: Asked, { connectivity, gates }: ObstacleTools): Obstacles {
  /** Since the last progress. */
  let proven = false;

  const credentials = async (error: ProviderError, signal: AbortSignal): Promise<unknown> => {
    const lost = await refusal(stores, signal);
    if (isAuth(lost)) {
      throw new Blocked('credentials', `Waiting until the credentials are accepted again: ${lost.message}`, stores, error);
    }
    // Whoever cannot be asked proves nothing.
    if (lost !== undefined) return lost;
    // They may have been replaced since; if not, it is this one object that is denied.
    if (proven) return new ProviderError('invalid', error.message, { cause: error });
    proven = true;
    return undefined;
  };

  return {
    async judge(error, signal) {
      if (await connectivity.cutOff(error, stores, trusted(), signal))
        throw new Blocked('network', 'Waiting for the network: no store can be reached.', stores, error);
      return isAuth(error) && trusted() ? await credentials(error, signal) : error;
    },
    advanced() {
      proven = false;
    },
    spendRetry: () => gates.spendRetry(stores.map(({ name }) => name)),
  };
}

/** Whether the stores take the credentials, as far as they can be asked just now. */
export async function accepted(stores: readonly Store[], signal: AbortSignal): Promise<boolean> {
  const lost = await refusal(stores, signal);
  // Anything else the transfer finds out by itself: that the account is gone, for one.
  return !(lost instanceof ProviderError && ['auth', 'unavailable', 'throttled'].includes(lost.kind));
}

const isAuth = (error: unknown): error is ProviderError => error instanceof ProviderError && error.kind === 'auth';

async function refusal(stores: readonly Store[], signal: AbortSignal): Promise<unknown> {
  try {
    for (const store of stores) await store.ask(signal);
    return undefined;
  } catch (error) {
    return error;
  }
}
