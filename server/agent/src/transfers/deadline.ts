// Owns putting a deadline on a call that takes an abort signal, even on one that ignores it.
import { ProviderError } from '../providers/provider.ts';

export interface Limit {
  readonly signal: AbortSignal;
  readonly ms: number;
  /** How long after an abort the call may still settle by itself. */
  readonly abortGraceMs: number;
  /** Names the call in the message of a timeout. */
  readonly what: string;
}

/**
 * Rejects with the signal's reason, or with `unavailable` after the deadline. A call that settles after it was
 * abandoned hands its value to `late`, so that what it opened can be closed.
 */
export async function withDeadline<T>(limit: Limit, action: (signal: AbortSignal) => Promise<T>, late?: (value: T) => void): Promise<T> {
  limit.signal.throwIfAborted();
  const controller = new AbortController();
  const forward = (): void => controller.abort(limit.signal.reason);
  limit.signal.addEventListener('abort', forward, { once: true });
  const timer = setTimeout(() => controller.abort(timedOut(limit)), limit.ms);
  try {
    return await settle(action(controller.signal), controller.signal, limit.abortGraceMs, late);
  } finally {
    clearTimeout(timer);
    limit.signal.removeEventListener('abort', forward);
  }
}

const timedOut = (limit: Limit): ProviderError =>
  new ProviderError('unavailable', `${limit.what} did not finish within ${Math.ceil(limit.ms / 1000)} seconds.`);

function settle<T>(work: Promise<T>, signal: AbortSignal, graceMs: number, late?: (value: T) => void): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let grace: NodeJS.Timeout | undefined;
    let abandoned = false;
    const abandon = (): void => {
      abandoned = true;
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', () => (grace = setTimeout(abandon, graceMs)), { once: true });
    work.then(
      (value) => {
        clearTimeout(grace);
        if (abandoned) late?.(value);
        else resolve(value);
      },
      (error: unknown) => {
        clearTimeout(grace);
        reject(signal.aborted ? (signal.reason as Error) : (error as Error));
      },
    );
  });
}
