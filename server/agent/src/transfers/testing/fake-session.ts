// Owns the upload session of the in-memory provider.
import type { Chunk, ChunkAck, UploadSession, Verification } from '../../providers/provider.ts';
import { setImmediate as tick } from 'node:timers/promises';
import { type FakeOptions, type FakeProvider, prefixOf, type Stored } from './fake-provider.ts';

export class FakeSession implements UploadSession {
  readonly #provider: FakeProvider;
  readonly #stored: Stored;
  readonly state: string;
  readonly resumable: boolean;
  readonly anyOrder?: NonNullable<UploadSession['anyOrder']>;
  #acks: ChunkAck[] = [];

  constructor(provider: FakeProvider, state: string, stored: Stored, { resumable = true, lanes }: FakeOptions) {
    this.#provider = provider;
    this.#stored = stored;
    this.state = state;
    this.resumable = resumable;
    if (lanes === undefined) return;
    const takeAcks = (): readonly ChunkAck[] => this.#acks.splice(0);
    this.anyOrder = { lanes, holds: (offset) => stored.pieces.has(offset), takeAcks };
  }

  get offset(): number {
    return prefixOf(this.#stored);
  }

  async write(chunk: Chunk, signal: AbortSignal): Promise<void> {
    await this.#provider.accept(this.state, chunk, signal);
    this.#acks.push({ offset: chunk.offset, length: chunk.bytes.length, crc32: chunk.crc32, proof: String(chunk.offset) });
  }

  async commit(signal: AbortSignal): Promise<Verification> {
    await this.#provider.publish(this.state, signal);
    return 'size';
  }

  async suspend(): Promise<void> {
    await tick();
  }

  abort(signal: AbortSignal): Promise<void> {
    return this.#provider.drop(this.state, signal);
  }
}
