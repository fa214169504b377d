// Owns request bodies made of the engine's buffers: in slices that the socket takes one at a time, and what waits for the commit.

/** Yields `bytes` slice by slice; `taken` is called each time the socket has drained the slice before. */
export async function* slicesOf(bytes: Buffer, sliceBytes: number, taken: (last: boolean) => void): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += sliceBytes) {
    yield bytes.subarray(start, start + sliceBytes);
    taken(start + sliceBytes >= bytes.length);
  }
}

/**
 * Splits what must wait for `commit` off the last bytes of an object: servers publish it with the last byte they receive.
 * The tail is a copy, so that the caller's buffer is free again.
 */
export function holdBack(bytes: Buffer, isLast: boolean, tailBytes: number): { now: Buffer; later: Buffer } {
  const split = isLast ? Math.max(0, bytes.length - tailBytes) : bytes.length;
  return { now: bytes.subarray(0, split), later: Buffer.from(bytes.subarray(split)) };
}
