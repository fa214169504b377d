// Owns reading an object from the body of an answer.
import { ProviderError, type ObjectReader } from '../provider.ts';
import type { Answer } from './exchange.ts';

export interface Extent {
  /** Bytes to drop first: the server does not begin where it was asked to. */
  readonly skip: number;
  /** Bytes that follow; undefined when the server does not say. */
  readonly length: number | undefined;
}

const SKIP_BYTES = 256 * 1024;

export class WireReader implements ObjectReader {
  readonly length: number | undefined;
  readonly #answer: Answer;
  readonly #translate: (error: unknown) => unknown;
  #skip: number;
  #left: number;

  constructor(answer: Answer, { skip, length }: Extent, translate: (error: unknown) => unknown) {
    this.length = length;
    this.#answer = answer;
    this.#translate = translate;
    this.#skip = skip;
    this.#left = length ?? Infinity;
  }

  async fill(bytes: Buffer, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    try {
      if (this.#skip > 0) await this.#drain(signal);
      if (bytes.length > this.#left)
        throw new ProviderError('unavailable', `${bytes.length} bytes were wanted, but only ${this.#left} follow of the object`);
      await this.#answer.fill(bytes, signal);
      this.#left -= bytes.length;
    } catch (error) {
      this.#answer.drop();
      if (signal.aborted) throw signal.reason;
      throw this.#translate(error);
    }
  }

  async close(): Promise<void> {
    this.#answer.drop();
  }

  async #drain(signal: AbortSignal): Promise<void> {
    const waste = Buffer.allocUnsafe(Math.min(this.#skip, SKIP_BYTES));
    while (this.#skip > 0) {
      const part = waste.subarray(0, Math.min(waste.length, this.#skip));
      await this.#answer.fill(part, signal);
      this.#skip -= part.length;
    }
  }
}

/** Nothing follows: the object was read to its end before. */
export const emptyReader = (): ObjectReader => ({
  length: 0,
  async fill(bytes, signal) {
    signal.throwIfAborted();
    if (bytes.length > 0) throw new ProviderError('unavailable', 'nothing follows of the object');
  },
  close: () => Promise.resolve(),
});
