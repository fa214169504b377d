// The limits of the server: every size, count and deadline is a setting with a default.

const MIB = 1024 * 1024;

export interface Limits {
  /** Request line and headers together. */
  maxHeaderBytes: number;
  maxConnections: number;
  /** A socket without traffic for this long is cut; a stalled body therefore ends too. */
  idleTimeoutMs: number;
  headersTimeoutMs: number;
  /** How long `close()` lets running requests finish before it cuts them. */
  closeDeadlineMs: number;
  /** The largest page of a listing. */
  maxKeys: number;
  /** Scoped keys; they are kept in memory. */
  maxScopedKeys: number;
  maxObjectBytes: number;
  /** An unfinished upload expires this long after its last progress. */
  uploadExpiryMs: number;
  sweepIntervalMs: number;
  /** A body is synced to the disk at least this often; an upload then also records its offset. */
  checkpointBytes: number;
  /** Received bytes are written to disk in batches of this size. */
  writeBatchBytes: number;
  readChunkBytes: number;
  /** How much of an unwanted body is read so that its sender sees the answer. */
  drainBytes: number;
  drainMs: number;
  /** Pushes to other servers that are remembered, those under way and those that are over. */
  maxPushes: number;
  maxRunningPushes: number;
  /** Attempts in a row that bring no new byte to the target. */
  pushAttempts: number;
  pushRetryBaseMs: number;
  pushRetryCapMs: number;
  /** The longest wait that a target's Retry-After may ask for. */
  pushRetryAfterCapMs: number;
  pushConnectMs: number;
  /** A target that neither takes nor sends a byte for so long is given up. */
  pushStallMs: number;
  /** How long a pause lets the chunk in flight finish. */
  pushPauseGraceMs: number;
  /** How long a run that is cut off waits for the answer that names the upload it has just opened. */
  pushAnswerGraceMs: number;
}

export const DEFAULT_LIMITS: Readonly<Limits> = {
  maxHeaderBytes: 16 * 1024,
  maxConnections: 512,
  idleTimeoutMs: 60_000,
  headersTimeoutMs: 20_000,
  closeDeadlineMs: 5_000,
  maxKeys: 1000,
  maxScopedKeys: 10_000,
  maxObjectBytes: 5 * MIB * MIB,
  uploadExpiryMs: 7 * 24 * 60 * 60 * 1000,
  sweepIntervalMs: 10 * 60 * 1000,
  checkpointBytes: 32 * MIB,
  writeBatchBytes: MIB,
  readChunkBytes: MIB,
  drainBytes: MIB,
  drainMs: 2_000,
  maxPushes: 1000,
  maxRunningPushes: 4,
  pushAttempts: 6,
  pushRetryBaseMs: 250,
  pushRetryCapMs: 30_000,
  pushRetryAfterCapMs: 600_000,
  pushConnectMs: 10_000,
  pushStallMs: 60_000,
  pushPauseGraceMs: 3_000,
  pushAnswerGraceMs: 1_000,
};
