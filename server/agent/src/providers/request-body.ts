// Owns request bodies made of the engine's buffers, cut into slices that the socket takes one at a time.

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

interface Pushed {
  readonly bytes: Buffer;
  readonly done: () => void;
}

/** A body fed by hand: `push` fulfils when the socket holds no reference to the bytes any more. */
export class BodyFeed implements AsyncIterable<Uint8Array> {
  readonly #sliceBytes: number;
  readonly #taken: () => void;
  #pushed: Pushed | undefined;
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(sliceBytes: number, taken: () => void) {
    this.#sliceBytes = sliceBytes;
    this.#taken = taken;
  }

  /** One push at a time; the caller races it with the end of the request, which may never take the bytes. */
  push(bytes: Buffer): Promise<void> {
    return new Promise((resolve) => {
      this.#pushed = { bytes, done: resolve };
      this.#wake();
    });
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const pushed = this.#pushed;
      if (pushed !== undefined) {
        this.#pushed = undefined;
        for await (const slice of slicesOf(pushed.bytes, this.#sliceBytes, this.#taken)) {
          // Below the socket's high-water mark a write returns before it is flushed, so the short tail is copied.
          yield slice.length < this.#sliceBytes ? Buffer.from(slice) : slice;
        }
        pushed.done();
      } else if (this.#ended) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}
