// Owns signals that abort when time is up or when another one does. A timer and plain listeners hold them, because Node 20 may collect
// what `AbortSignal.any` and `AbortSignal.timeout` make while nothing else does, and then they never abort.

/** A longer timer would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

export interface Deadline {
  readonly signal: AbortSignal;
  /** Whether time is up, which aborting from elsewhere does not make true. */
  readonly late: () => boolean;
  /** Has to be called when what was waited for is there, so that neither timer nor listener stays behind. */
  readonly clear: () => void;
}

/** Aborts after `ms`, if given, and with any of `others`, each with its own reason. */
export function deadline(ms: number | undefined, ...others: readonly AbortSignal[]): Deadline {
  const controller = new AbortController();
  let late = false;
  const timer =
    ms === undefined
      ? undefined
      : setTimeout(
          () => {
            late = !controller.signal.aborted;
            controller.abort(new Error(`not done within ${ms} ms`));
          },
          Math.min(ms, longestTimerMs),
        );
  const follow = ({ target }: Pick<Event, 'target'>): void => controller.abort((target as AbortSignal).reason);
  for (const other of others) {
    if (other.aborted) follow({ target: other });
    else other.addEventListener('abort', follow, { once: true });
  }
  return {
    signal: controller.signal,
    late: () => late,
    clear: () => {
      clearTimeout(timer);
      for (const other of others) other.removeEventListener('abort', follow);
    },
  };
}
