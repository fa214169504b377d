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
};
