// Owns the limits of S3 conversations: deadlines of ours, part rules of the protocol.
import { ProviderError, type ChunkLaw } from './provider.ts';

export interface S3Limits {
  readonly connectMs: number;
  /** Milliseconds that a request without a large body may take, retries of the SDK included. */
  readonly answerMs: number;
  /** Milliseconds until a part, a small object or the assembly of all parts is answered, from the last byte that was sent. */
  readonly partMs: number;
  /** Milliseconds without a byte after which a downloaded body is given up. */
  readonly stallMs: number;
  /** Attempts of the SDK itself; the transfer engine retries on top. */
  readonly attempts: number;
  readonly connections: number;
}

export const defaultS3Limits: S3Limits = {
  connectMs: 10_000,
  answerMs: 30_000,
  partMs: 300_000,
  stallMs: 30_000,
  attempts: 2,
  connections: 64,
};

const MIB = 1024 * 1024;
export const MIN_PART_BYTES = 5 * MIB;
export const MAX_PARTS = 10_000;
/** Of a PutObject, a part, and a CopyObject. */
export const MAX_SINGLE_PUT_BYTES = 5 * 1024 * MIB;
export const S3_CHUNKS: ChunkLaw = {
  minBytes: MIN_PART_BYTES,
  maxBytes: MAX_SINGLE_PUT_BYTES,
  quantumBytes: 1,
  maxChunks: MAX_PARTS,
};
/** S3 signs URLs for at most seven days. */
export const MAX_EXPIRY_SECONDS = 7 * 24 * 3600;

/** The smallest legal chunk, in whole MiB and at least `preferred` bytes, that brings `size` bytes into 10,000 parts. */
export function chunkSizeFor(size: number, preferred: number = 8 * MIB): number {
  return Math.max(preferred, MIN_PART_BYTES, Math.ceil(size / MAX_PARTS / MIB) * MIB);
}

/** Throws `invalid` when the parts would break the rules of the protocol. */
export function checkPlan(size: number, chunkSize: number): void {
  if (size > chunkSize && chunkSize < MIN_PART_BYTES) throw new ProviderError('invalid', `S3 parts have at least ${MIN_PART_BYTES} bytes`);
  if (Math.ceil(size / chunkSize) > MAX_PARTS)
    throw new ProviderError('invalid', `S3 takes at most ${MAX_PARTS} parts: the chunk must have ${chunkSizeFor(size)} bytes`);
}
