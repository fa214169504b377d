// Owns the checksums of the source: a CRC-32 for each chunk and, on the way, the SHA-256 of the whole object, read in small blocks.

import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { fatal } from './push-failure.ts';

/** Blocks of a file from `start` to `end`, in one buffer: a block is gone once the next one is asked for. */
export async function* blocksOf(handle: FileHandle, start: number, end: number, blockBytes: number): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(Math.min(blockBytes, Math.max(1, end - start)));
  for (let at = start; at < end;) {
    const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, end - at), at);
    if (bytesRead === 0) throw fatal('The source object ended early.');
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}

export class RunningDigest {
  readonly #handle: FileHandle;
  readonly #blockBytes: number;
  readonly #sha256: Hash = createHash('sha256');
  #hashed = 0;

  constructor(handle: FileHandle, blockBytes: number) {
    this.#handle = handle;
    this.#blockBytes = blockBytes;
  }

  /** The CRC-32 of a chunk, most significant byte first, in base64. */
  async crc32(start: number, end: number, signal: AbortSignal): Promise<string> {
    await this.#advance(start, signal);
    let [value, at] = [0, start];
    for await (const block of blocksOf(this.#handle, start, end, this.#blockBytes)) {
      signal.throwIfAborted();
      value = crc32(block, value);
      this.#take(block, at);
      at += block.length;
    }
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes.toString('base64');
  }

  /** The SHA-256 of the first `size` bytes, in base64; reads only what was not read before. */
  async sha256(size: number, signal: AbortSignal): Promise<string> {
    await this.#advance(size, signal);
    return this.#sha256.copy().digest('base64');
  }

  async #advance(to: number, signal: AbortSignal): Promise<void> {
    for await (const block of blocksOf(this.#handle, this.#hashed, to, this.#blockBytes)) {
      signal.throwIfAborted();
      this.#take(block, this.#hashed);
    }
  }

  /** A chunk that is sent again was hashed before. */
  #take(block: Buffer, at: number): void {
    if (at + block.length <= this.#hashed) return;
    this.#sha256.update(block.subarray(this.#hashed - at));
    this.#hashed = at + block.length;
  }
}
