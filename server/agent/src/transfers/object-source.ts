// Owns reading an object of a provider: conditional on its ETag, in one place or several at once.
import { ProviderError, type Provider } from '../providers/provider.ts';
import type { Source, SourceReader, SourceStat } from './endpoint.ts';

export interface ObjectAddress {
  readonly bucket: string;
  readonly key: string;
}

export class ObjectSource implements Source {
  readonly endpoint: string;
  readonly #provider: Provider;
  readonly #address: ObjectAddress;
  #acceptsRanges = true;

  constructor(provider: Provider, address: ObjectAddress, endpoint: string) {
    this.endpoint = endpoint;
    this.#provider = provider;
    this.#address = address;
  }

  get seekable(): boolean {
    return this.#acceptsRanges;
  }

  async stat(signal: AbortSignal): Promise<SourceStat> {
    const { eTag, acceptsRanges, ...rest } = await this.#provider.stat(this.#address.bucket, this.#address.key, signal);
    this.#acceptsRanges = acceptsRanges;
    return { ...rest, identity: eTag };
  }

  async open(from: { offset: number; length: number }, stat: SourceStat, signal: AbortSignal): Promise<SourceReader> {
    const toTheEnd = from.offset + from.length >= stat.size;
    const extent = this.#acceptsRanges ? { offset: from.offset, ...(!toTheEnd && { length: from.length }) } : { offset: 0 };
    const reader = await this.#provider.read({ ...this.#address, ...extent, eTag: stat.identity }, signal);
    try {
      if (toTheEnd) requireSize(reader, stat.size, extent.offset);
      if (extent.offset < from.offset) await skip(reader, from.offset - extent.offset, signal);
      return reader;
    } catch (error) {
      await reader.close();
      throw error;
    }
  }

  /** With a validator every read was conditional; without one only the size can betray a change. */
  needsConfirm(expected: SourceStat): boolean {
    return expected.identity === '';
  }

  async confirm(expected: SourceStat, signal: AbortSignal): Promise<void> {
    if (!this.needsConfirm(expected)) return;
    const { size, identity } = await this.stat(signal);
    if (size !== expected.size || identity !== '')
      throw new ProviderError('changed', 'The source object changed while it was being transferred.');
  }
}

/** What is read to its end has to end where the object was said to: the bytes behind it would be lost without a word. */
function requireSize({ length }: SourceReader & { readonly length: number | undefined }, size: number, offset: number): void {
  if (length === undefined || offset + length === size) return;
  throw new ProviderError(
    'changed',
    `The source sends ${offset + length} bytes instead of ${size}; it has changed, or it is not telling the truth.`,
  );
}

/** Reads and throws away, for sources that cannot start in the middle. */
async function skip(reader: SourceReader, length: number, signal: AbortSignal): Promise<void> {
  const waste = Buffer.allocUnsafe(Math.min(length, 1024 * 1024));
  for (let skipped = 0; skipped < length; skipped += waste.length) {
    await reader.fill(waste.subarray(0, Math.min(waste.length, length - skipped)), signal);
  }
}
