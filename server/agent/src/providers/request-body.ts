// Owns what of an upload waits for its commit.

/**
 * Splits what must wait for `commit` off the last bytes of an object: servers publish it with the last byte they receive.
 * The tail is a copy, so that the caller's buffer is free again.
 */
export function holdBack(bytes: Buffer, isLast: boolean, tailBytes: number): { now: Buffer; later: Buffer } {
  const split = isLast ? Math.max(0, bytes.length - tailBytes) : bytes.length;
  return { now: bytes.subarray(0, split), later: Buffer.from(bytes.subarray(split)) };
}
