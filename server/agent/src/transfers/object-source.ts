// Owns reading an object of a provider: conditional on its ETag, watched for stalls, copied into the transfer buffers.
import { ProviderError, type Provider } from '../providers/provider.ts';
import type { Source, SourceReader, SourceStat } from './endpoint.ts';

export interface ObjectAddress {
  readonly bucket: string;
  readonly key: string;
}

export class ObjectSource implements Source {
  readonly #provider: Provider;
  readonly #address: ObjectAddress;
  #acceptsRanges = true;

  constructor(provider: Provider, address: ObjectAddress) {
    this.#provider = provider;
    this.#address = address;
  }

  async stat(signal: AbortSignal): Promise<SourceStat> {
    const { size, eTag, acceptsRanges } = await this.#provider.stat(this.#address.bucket, this.#address.key, signal);
    this.#acceptsRanges = acceptsRanges;
    return { size, identity: eTag };
  }

  async open(offset: number, stat: SourceStat, signal: AbortSignal): Promise<SourceReader> {
    const from = this.#acceptsRanges ? offset : 0;
    const reader = await this.#provider.read({ ...this.#address, offset: from, eTag: stat.identity }, signal);
    if (from < offset) await skip(reader, offset - from, signal);
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

/** Reads and throws away, for sources that cannot start in the middle. */
async function skip(reader: SourceReader, length: number, signal: AbortSignal): Promise<void> {
  const waste = Buffer.allocUnsafe(Math.min(length, 1024 * 1024));
  for (let skipped = 0; skipped < length; skipped += waste.length) {
    await reader.fill(waste.subarray(0, Math.min(waste.length, length - skipped)), signal);
  }
}
