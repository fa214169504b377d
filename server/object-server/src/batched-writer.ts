// Writes a stream of small chunks to a file in large batches: the next batch is collected while the previous one is written.

import type { FileHandle } from 'node:fs/promises';

export class BatchedWriter {
  readonly #handle: FileHandle;
  readonly #batchBytes: number;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #position: number;
  #inFlight: Promise<void> = Promise.resolve();
  #failure: unknown;

  constructor(handle: FileHandle, position: number, batchBytes: number) {
    this.#handle = handle;
    this.#position = position;
    this.#batchBytes = batchBytes;
  }

  /** Where the next chunk will go: everything before it was taken over, though not yet written. */
  get position(): number {
    return this.#position + this.#pendingBytes;
  }

  /** Resolves when the writer can take more, so at most two batches are ever in memory. */
  async write(chunk: Buffer): Promise<void> {
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    if (this.#pendingBytes >= this.#batchBytes) await this.#startBatch();
  }

  /** Resolves when every chunk is in the file (not necessarily on the disk). */
  async flush(): Promise<void> {
    await this.#startBatch();
    await this.#settled();
  }

  async #startBatch(): Promise<void> {
    await this.#settled();
    if (this.#pendingBytes === 0) return;
    const [batch, start] = [this.#pending, this.#position];
    this.#position += this.#pendingBytes;
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#inFlight = writeAll(this.#handle, batch, start).catch((error: unknown) => {
      this.#failure = error;
    });
  }

  async #settled(): Promise<void> {
    await this.#inFlight;
    if (this.#failure !== undefined) throw this.#failure;
  }
}

async function writeAll(handle: FileHandle, batch: Buffer[], start: number): Promise<void> {
  const total = batch.reduce((sum, chunk) => sum + chunk.length, 0);
  const { bytesWritten: done } = await handle.writev(batch, start);
  if (done === total) return;
  // A short write is rare (a signal, a disk about to fill); the next attempt names the reason.
  const rest = Buffer.concat(batch);
  await writeFully(handle, rest.subarray(done), start + done);
}

export async function writeFully(handle: FileHandle, buffer: Buffer, start: number): Promise<void> {
  for (let done = 0; done < buffer.length;) {
    done += (await handle.write(buffer, done, buffer.length - done, start + done)).bytesWritten;
  }
}
