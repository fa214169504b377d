// Owns the upload session of the in-memory provider.
import { setImmediate as tick } from 'node:timers/promises';
import type { Chunk, ChunkAck, UploadRequest, UploadSession, Verification } from '../../providers/provider.ts';

export interface Stored {
  readonly request: UploadRequest;
  readonly begun: Date;
  /** By offset. */
  readonly pieces: Map<number, Buffer>;
}

/** Bytes from the start without a gap. */
export function prefixOf({ pieces }: Stored): number {
  let end = 0;
  for (let piece = pieces.get(end); piece !== undefined && piece.length > 0; piece = pieces.get(end)) end += piece.length;
  return end;
}

/** What the provider does for its sessions. */
interface Sessions {
  accept(id: string, chunk: Chunk, signal: AbortSignal): Promise<void>;
  publish(id: string, signal: AbortSignal): Promise<void>;
  drop(id: string, signal: AbortSignal): Promise<void>;
}

export class FakeSession implements UploadSession {
  readonly #provider: Sessions;
  readonly #stored: Stored;
  readonly state: string;
  readonly resumable: boolean;
  readonly anyOrder?: NonNullable<UploadSession['anyOrder']>;
  #acks: ChunkAck[] = [];

  constructor(provider: Sessions, state: string, stored: Stored, { resumable = true, lanes }: { resumable?: boolean; lanes?: number }) {
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
