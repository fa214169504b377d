// Owns reading an object of a provider: conditional on its ETag, watched for stalls, copied into the transfer buffers.
import type { Readable } from 'node:stream';
import { ProviderError, type Provider } from '../providers/provider.ts';
import type { Source, SourceReader, SourceStat } from './endpoint.ts';

export interface ObjectAddress {
  readonly bucket: string;
  readonly key: string;
}

export class ObjectSource implements Source {
  readonly #provider: Provider;
  readonly #address: ObjectAddress;
  readonly #stallMs: number;
  #acceptsRanges = true;

  constructor(provider: Provider, address: ObjectAddress, stallMs: number) {
    this.#provider = provider;
    this.#address = address;
    this.#stallMs = stallMs;
  }

  async stat(signal: AbortSignal): Promise<SourceStat> {
    const { size, eTag, acceptsRanges } = await this.#provider.stat(this.#address.bucket, this.#address.key, signal);
    this.#acceptsRanges = acceptsRanges;
    return { size, identity: eTag };
  }

  async open(offset: number, stat: SourceStat, signal: AbortSignal): Promise<SourceReader> {
    const from = this.#acceptsRanges ? offset : 0;
    const stream = await this.#provider.read({ ...this.#address, offset: from, eTag: stat.identity }, signal);
    const reader = new StreamReader(stream, this.#stallMs);
    if (from < offset) await reader.skip(offset - from, signal);
    return reader;
  }

  /** With a validator every read was conditional; without one only the size can betray a change. */
  async confirm(expected: SourceStat, signal: AbortSignal): Promise<void> {
    if (expected.identity !== '') return;
    const { size, identity } = await this.stat(signal);
    if (size !== expected.size || identity !== '')
      throw new ProviderError('changed', 'The source object changed while it was being transferred.');
  }
}

const lost = (error: unknown): ProviderError =>
  error instanceof ProviderError ? error : new ProviderError('unavailable', 'The connection to the source was lost.', { cause: error });

export class StreamReader implements SourceReader {
  readonly #stream: Readable;
  readonly #iterator: AsyncIterator<Buffer>;
  readonly #stallMs: number;
  #rest: Buffer | undefined;
  #failure: unknown;

  constructor(stream: Readable, stallMs: number) {
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

  /** Reads and throws away, for sources that cannot start in the middle. */
  async skip(length: number, signal: AbortSignal): Promise<void> {
    let skipped = 0;
    await this.#pull(length, signal, (piece) => (skipped += piece.length));
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
