// Owns bytes that look random and come out the same again for the same seed.
import { createCipheriv, createHash } from 'node:crypto';

/** A cipher's key stream under the seed's digest: incompressible, and made at a gigabyte a second. */
export function seededBytes(seed: string, size: number): Buffer {
  const digest = createHash('sha256').update(seed).digest();
  return createCipheriv('aes-128-ctr', digest.subarray(0, 16), digest.subarray(16)).update(Buffer.alloc(size));
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
