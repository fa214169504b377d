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
 * Rejects with the signal's reason, or with `unavailable` after the deadline, which each call of `alive` puts off by its whole length. A call that settles after it was
 * abandoned hands its value to `late`, so that what it opened can be closed.
 */
export async function withDeadline<T>(
  limit: Limit,
  action: (signal: AbortSignal, alive: () => void) => Promise<T>,
  late?: (value: T) => void,
): Promise<T> {
  limit.signal.throwIfAborted();
  const controller = new AbortController();
  const forward = (): void => controller.abort(limit.signal.reason);
  limit.signal.addEventListener('abort', forward, { once: true });
  let alive = false;
  const timer = setTimeout(() => controller.abort(timedOut(limit, alive)), limit.ms);
  const putOff = (): void => {
    alive = true;
    // A timer that was cleared would start again.
    if (!controller.signal.aborted && !over) timer.refresh();
  };
  let over = false;
  try {
    return await settle(action(controller.signal, putOff), controller.signal, limit.abortGraceMs, late);
  } finally {
    over = true;
    clearTimeout(timer);
    limit.signal.removeEventListener('abort', forward);
  }
}

function timedOut({ what, ms }: Limit, wasAlive: boolean): ProviderError {
  const seconds = Math.ceil(ms / 1000);
  const message = wasAlive
    ? `${what} did not get any further for ${seconds} seconds.`
    : `${what} did not finish within ${seconds} seconds.`;
  return new ProviderError('unavailable', message);
}

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
