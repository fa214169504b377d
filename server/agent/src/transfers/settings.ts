// Owns every limit of the transfer engine: queues, buffers, retries and waits.
const MiB = 1024 * 1024;

export interface RetrySettings {
  readonly baseMs: number;
  readonly capMs: number;
  /** The longest wait that a server's Retry-After may ask for. */
  readonly retryAfterCapMs: number;
  /** Attempts in a row that bring no new byte. */
  readonly maxAttempts: number;
}

export interface BlockSettings {
  /** How often a machine that is offline looks whether it is back. */
  readonly networkProbeMs: number;
  /** How often credentials that are no longer accepted are tried again. */
  readonly credentialsProbeMs: number;
  /** How long a transfer waits for either. */
  readonly maxMs: number;
}

export interface TransferSettings {
  readonly maxConcurrent: number;
  readonly maxQueued: number;
  readonly chunkBytes: number;
  readonly maxSlabs: number;
  /** Objects of one transfer that are moved at once. */
  readonly objectsAtOnce: number;
  /** So many objects in a row that fail because their store or disk does not work are its failure, and end the transfer. */
  readonly failuresInRow: number;
  /** Parts of one object, and requests to one store, that are under way at once: to begin with, and at most. */
  readonly startLanes: number;
  readonly maxLanes: number;
  /** Retries that a store is granted at once. */
  readonly retryBudget: number;
  /** Downloads sync the part file after so many bytes or so long, whichever comes first. */
  readonly syncWindowBytes: number;
  readonly syncWindowMs: number;
  readonly retry: RetrySettings;
  readonly block: BlockSettings;
  /** How long a pause lets the chunk in flight finish. */
  readonly pauseGraceMs: number;
  /** How long an aborted call may take to let go before it is abandoned. */
  readonly abortGraceMs: number;
  readonly callTimeoutMs: number;
  readonly writeTimeoutMs: number;
  readonly commitTimeoutMs: number;
  /** A copy within a store that shows no sign of life for so long is given up. */
  readonly copyStallTimeoutMs: number;
  readonly progressIntervalMs: number;
  /** Finished transfers that stay visible in the lists. */
  readonly keepFinished: number;
  readonly maxObjects: number;
  readonly listPageSize: number;
}

export const defaultSettings: TransferSettings = {
  maxConcurrent: 4,
  maxQueued: 1000,
  chunkBytes: 8 * MiB,
  maxSlabs: 8,
  objectsAtOnce: 8,
  failuresInRow: 3,
  startLanes: 4,
  maxLanes: 16,
  retryBudget: 100,
  syncWindowBytes: 64 * MiB,
  syncWindowMs: 1000,
  retry: { baseMs: 250, capMs: 30_000, retryAfterCapMs: 600_000, maxAttempts: 6 },
  block: { networkProbeMs: 2000, credentialsProbeMs: 15_000, maxMs: 86_400_000 },
  pauseGraceMs: 4500,
  abortGraceMs: 2000,
  callTimeoutMs: 60_000,
  writeTimeoutMs: 300_000,
  commitTimeoutMs: 120_000,
  copyStallTimeoutMs: 600_000,
  progressIntervalMs: 100,
  keepFinished: 1000,
  maxObjects: 1_000_000,
  listPageSize: 1000,
};

/** Throws when the limits contradict each other, so that a bad setting fails at start. */
export function checkSettings(settings: TransferSettings): TransferSettings {
  for (const [name, value] of Object.entries({ ...settings, ...settings.retry, ...settings.block })) {
    if (typeof value === 'number' && !(value > 0)) throw new RangeError(`The transfer setting ${name} must be positive.`);
  }
  if (settings.maxSlabs < settings.maxConcurrent) {
    throw new RangeError('The transfer setting maxSlabs must be at least maxConcurrent: each running transfer needs one buffer.');
  }
  return settings;
}
