// Owns what makes a running transfer wait instead of fail: a machine that is offline, and credentials that were good and are no longer.
import { ProviderError } from '../providers/provider.ts';
import type { Connectivity } from './connectivity.ts';
import type { EndpointGates } from './endpoint-gates.ts';
import type { Obstacles } from './retry.ts';
import type { Run } from './run.ts';
import type { BlockSettings } from './settings.ts';

export interface ObstacleTools {
  readonly connectivity: Connectivity;
  readonly gates: EndpointGates;
  readonly settings: BlockSettings;
  readonly now: () => number;
}

export interface Asked {
  readonly run: Run;
  readonly endpoints: readonly string[];
  /** Rejects with `auth` when the stores do not take the credentials at all. */
  readonly prove: (signal: AbortSignal) => Promise<void>;
}

export function obstaclesOf({ run, endpoints, prove }: Asked, tools: ObstacleTools): Obstacles {
  const { connectivity, gates, settings, now } = tools;
  let blockedSince: number | undefined;
  let provenOnce = false;

  const block = (why: string, probeMs: number): number | undefined => {
    blockedSince ??= now();
    // Whoever was forgotten must not wait for ever.
    if (now() - blockedSince > settings.maxMs) return undefined;
    run.block(why);
    return probeMs;
  };
  const credentials = async (error: ProviderError, signal: AbortSignal): Promise<number | undefined> => {
    const lost = await prove(signal).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (lost instanceof ProviderError && lost.kind === 'auth')
      return block(`Waiting until the credentials are accepted again: ${error.message}`, settings.credentialsProbeMs);
    // They may have been replaced since; if not, it is this one object that is denied.
    if (lost === undefined && provenOnce) throw new ProviderError('invalid', error.message, { cause: error });
    provenOnce = true;
    return 0;
  };

  return {
    async waitFor(error, signal) {
      if (connectivity.failed(endpoints, error)) return block('Waiting for the network: no store can be reached.', settings.networkProbeMs);
      if (error instanceof ProviderError && error.kind === 'auth' && run.trusted) return await credentials(error, signal);
      return undefined;
    },
    passed() {
      blockedSince = undefined;
      connectivity.reached(endpoints);
      run.unblock();
    },
    spendRetry: () => gates.spendRetry(endpoints),
  };
}
