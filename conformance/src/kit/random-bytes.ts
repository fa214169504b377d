// Owns bytes that look random and come out the same again for the same seed.
import { createHash } from 'node:crypto';

/** xorshift32 over the seed's digest: incompressible enough, and far faster than hashing every block. */
export function seededBytes(seed: string, size: number): Buffer {
  const bytes = Buffer.alloc(Math.ceil(size / 4) * 4);
  let state = createHash('sha256').update(seed).digest().readUInt32LE(0) || 1;
  for (let at = 0; at < bytes.length; at += 4) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes.writeInt32LE(state | 0, at);
  }
  return bytes.subarray(0, size);
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
