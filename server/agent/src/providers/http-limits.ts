// Owns the limits of one HTTP conversation with a storage server, each of them a setting.

export interface HttpLimits {
  /** Milliseconds until a TCP and TLS connection must stand. */
  readonly connectMs: number;
  /** Milliseconds from the last byte of a request to the head of its answer. */
  readonly headersMs: number;
  /** Milliseconds without a single byte, in either direction, after which a body is given up. */
  readonly stallMs: number;
  /** How many redirects a read follows. */
  readonly redirects: number;
  readonly connectionsPerServer: number;
  /** Largest JSON answer (a listing) that is read, in bytes. */
  readonly jsonBytes: number;
  /** How much of a body is handed to the socket at a time, and how much of an object waits for its commit, in bytes. */
  readonly sliceBytes: number;
}

export const defaultHttpLimits: HttpLimits = {
  connectMs: 10_000,
  headersMs: 30_000,
  stallMs: 30_000,
  redirects: 3,
  connectionsPerServer: 64,
  jsonBytes: 16 * 1024 * 1024,
  sliceBytes: 256 * 1024,
};
