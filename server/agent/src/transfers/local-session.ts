// Owns one part file while it grows: positional writes, sync before its offset counts as durable, rename at the end.
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, sep } from 'node:path';
import type { Chunk, Verification } from '../providers/provider.ts';
import type { TargetSession } from './endpoint.ts';
import { localFileError } from './errors.ts';

/** A sync after every 8 MiB costs most of the disk's speed; a window re-sends at most that much after a crash. */
export interface SyncWindow {
  readonly bytes: number;
  readonly ms: number;
  readonly now: () => number;
}

export interface LocalSessionStart {
  readonly handle: FileHandle;
  readonly part: string;
  readonly path: string;
  readonly size: number;
  readonly offset: number;
  readonly sync: SyncWindow;
}

export class LocalSession implements TargetSession {
  readonly resumable = true;
  readonly #start: LocalSessionStart;
  #handle: FileHandle | undefined;
  #offset: number;
  #durable: number;
  #syncedAt: number;

  constructor(start: LocalSessionStart) {
    this.#start = start;
    this.#handle = start.handle;
    this.#offset = start.offset;
    this.#durable = start.offset;
    this.#syncedAt = start.sync.now();
  }

  get offset(): number {
    return this.#offset;
  }

  /** Only what was synced: a power cut must not leave an offset beyond the bytes. */
  get state(): string {
    return `durable=${this.#durable}`;
  }

  async write({ bytes }: Chunk): Promise<void> {
    await this.#guard(async (handle) => {
      for (let written = 0; written < bytes.length;) {
        const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, this.#offset + written);
        written += bytesWritten;
      }
      this.#offset += bytes.length;
      const { sync } = this.#start;
      if (this.#offset - this.#durable >= sync.bytes || sync.now() - this.#syncedAt >= sync.ms) await this.#sync(handle);
    });
  }

  async commit(): Promise<Verification> {
    await this.#guard(async (handle) => {
      const { part, path, size } = this.#start;
      if (this.#offset !== size) throw new Error(`The part file has ${this.#offset} of ${size} bytes.`);
      await handle.sync();
      await this.#close();
      await rename(part, path);
      await syncFolder(dirname(path));
    });
    return 'size';
  }

  async suspend(): Promise<void> {
    if (this.#handle === undefined) return;
    try {
      await this.#guard((handle) => this.#sync(handle));
    } finally {
      await this.#close();
    }
  }

  async abort(): Promise<void> {
    await this.#close();
    try {
      await rm(this.#start.part, { force: true });
    } catch (error) {
      throw localFileError(error, this.#start.part);
    }
  }

  async #sync(handle: FileHandle): Promise<void> {
    const reached = this.#offset;
    await handle.datasync();
    this.#durable = reached;
    this.#syncedAt = this.#start.sync.now();
  }

  async #close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  async #guard(action: (handle: FileHandle) => Promise<void>): Promise<void> {
    if (this.#handle === undefined) throw new Error('The part file is closed.');
    try {
      await action(this.#handle);
    } catch (error) {
      throw localFileError(error, this.#start.path);
    }
  }
}

/** Windows cannot open a folder for this; its file system journals the rename itself. */
async function syncFolder(folder: string): Promise<void> {
  if (sep === '\\') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
