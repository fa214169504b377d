// Owns reading a body that Node or an SDK gives as a stream: copied into the buffers of the reader, watched for stalls.
import type { Readable } from 'node:stream';
import { ProviderError, type ObjectReader } from './provider.ts';

const lost = (error: unknown): ProviderError =>
  error instanceof ProviderError ? error : new ProviderError('unavailable', 'The connection to the source was lost.', { cause: error });

export class StreamReader implements ObjectReader {
  readonly #stream: Readable;
  readonly #iterator: AsyncIterator<Buffer>;
  readonly #stallMs: number;
  #rest: Buffer | undefined;
  #failure: unknown;

  readonly length: number | undefined;

  /** `length`: bytes that the stream will bring, where that is known. */
  constructor(stream: Readable, stallMs: number, length?: number) {
    this.length = length;
    this.#stream = stream;
    this.#stallMs = stallMs;
    // The stream can fail between two fills, when nobody reads it; the next fill reports that.
    stream.on('error', (error) => (this.#failure = error));
    this.#iterator = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  async fill(bytes: Buffer, signal: AbortSignal): Promise<void> {
    let filled = 0;
    await this.#pull(bytes.length, signal, (piece) => {
      piece.copy(bytes, filled);
      filled += piece.length;
    });
  }

  async close(): Promise<void> {
    this.#stream.destroy();
  }

  async #pull(length: number, signal: AbortSignal, take: (piece: Buffer) => void): Promise<void> {
    signal.throwIfAborted();
    const stop = (): void => void this.#stream.destroy(signal.reason as Error);
    const stall = new ProviderError('unavailable', `The source sent nothing for ${Math.ceil(this.#stallMs / 1000)} seconds.`);
    const watchdog = setTimeout(() => this.#stream.destroy(stall), this.#stallMs);
    signal.addEventListener('abort', stop, { once: true });
    try {
      for (let missing = length; missing > 0;) {
        const piece = this.#rest ?? (await this.#next());
        watchdog.refresh();
        const part = piece.subarray(0, missing);
        this.#rest = part.length < piece.length ? piece.subarray(part.length) : undefined;
        take(part);
        missing -= part.length;
      }
    } catch (error) {
      throw signal.aborted ? signal.reason : lost(error);
    } finally {
      clearTimeout(watchdog);
      signal.removeEventListener('abort', stop);
    }
  }

  async #next(): Promise<Buffer> {
    const result = await this.#iterator.next();
    if (result.done !== true) return result.value;
    throw this.#failure ?? new ProviderError('unavailable', 'The source ended before all its bytes were sent.');
  }
}
