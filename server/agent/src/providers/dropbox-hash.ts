// Owns the content hash of Dropbox (developers.dropbox.com/reference/content-hash): SHA-256 over the SHA-256 of each 4 MiB.
import { createHash } from 'node:crypto';
import { BLOCK_BYTES } from './dropbox-client.ts';

const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();

export const HASH_BYTES = 32;

/** The hashes of the blocks one after another; those of pieces that are whole blocks can be joined to those of the whole. */
export function blockHashes(bytes: Buffer): Buffer {
  const hashes: Buffer[] = [];
  for (let start = 0; start < bytes.length; start += BLOCK_BYTES) hashes.push(sha256(bytes.subarray(start, start + BLOCK_BYTES)));
  return Buffer.concat(hashes);
}

export const contentHash = (hashes: Buffer): string => sha256(hashes).toString('hex');
