// Owns telling a store that is down from a machine that is cut off: the second is nobody's failure and costs no attempts.
import { ProviderError } from '../providers/provider.ts';

/** The network of this machine is gone: no route, no interface, no name server. */
const localCodes = new Set(['ENETUNREACH', 'ENETDOWN', 'EHOSTUNREACH', 'EAI_AGAIN', 'EADDRNOTAVAIL']);
/** Failures of several stores within so long have one cause. */
const togetherMs = 10_000;

export class Connectivity {
  readonly #now: () => number;
  readonly #unreachable = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  reached(endpoints: readonly string[]): void {
    for (const endpoint of endpoints) this.#unreachable.delete(endpoint);
  }

  /** Whether the failure is one of being offline. */
  failed(endpoints: readonly string[], error: unknown): boolean {
    if (!(error instanceof ProviderError) || error.kind !== 'unavailable') return false;
    const code = codeIn(error);
    if (code === undefined) return false;
    if (localCodes.has(code)) return true;
    const now = this.#now();
    for (const endpoint of endpoints) if (endpoint !== '') this.#unreachable.set(endpoint, now);
    for (const [endpoint, at] of this.#unreachable) if (now - at > togetherMs) this.#unreachable.delete(endpoint);
    return this.#unreachable.size > Math.max(2, endpoints.length);
  }
}

function codeIn(error: unknown, depth = 0): string | undefined {
  if (!(error instanceof Error) || depth > 5) return undefined;
  if ('code' in error && typeof error.code === 'string' && /^E[A-Z_]+$/.test(error.code)) return error.code;
  return codeIn(error instanceof AggregateError ? error.errors[0] : error.cause, depth + 1);
}
