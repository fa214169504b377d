// Owns the buffers that nobody uses, by their size: the next chunk of the same object takes one of them instead of new memory.
export class FreeBuffers {
  /** By size in bytes; those that were given last are taken first. */
  readonly #bySize = new Map<number, Buffer[]>();
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  take(size: number): Buffer | undefined {
    const buffers = this.#bySize.get(size);
    const buffer = buffers?.pop();
    if (buffers?.length === 0) this.#bySize.delete(size);
    if (buffer !== undefined) this.#bytes -= size;
    return buffer;
  }

  give(buffer: Buffer): void {
    // Deleted and set: the size that was used last is the last to go.
    const buffers = this.#bySize.get(buffer.length) ?? [];
    this.#bySize.delete(buffer.length);
    this.#bySize.set(buffer.length, buffers);
    buffers.push(buffer);
    this.#bytes += buffer.length;
  }

  /** Lets go of buffers until the rest has at most so many bytes. */
  shrink(bytes: number): void {
    for (const [size, buffers] of this.#bySize) {
      const spare = Math.min(buffers.length, Math.ceil((this.#bytes - bytes) / size));
      for (let n = 0; n < spare; n += 1) this.take(size);
    }
  }
}
