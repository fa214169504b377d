// Owns one part file while it grows, in any order: positional writes, synced before a chunk counts as durable, renamed at the end.
import { link, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, sep } from 'node:path';
import type { Chunk, ChunkAck, Verification } from '../providers/provider.ts';
import { ChunkSet } from './chunk-set.ts';
import type { TargetSession } from './endpoint.ts';
import { LocalFileError, localFileError } from './errors.ts';
import type { PartFile } from './local-part.ts';

/** A sync after every 8 MiB costs most of the disk's speed; a window re-sends at most that much after a crash. */
export interface SyncWindow {
  readonly bytes: number;
  readonly ms: number;
  readonly now: () => number;
}

export interface LocalSessionStart extends PartFile {
  readonly part: string;
  readonly path: string;
  readonly size: number;
  readonly chunkSize: number;
  /** Never replace a file that has appeared meanwhile. */
  readonly ifAbsent: boolean;
  readonly sync: SyncWindow;
}

const lanes = 4;

/** In the ledger before the file becomes visible, so that it is known again by its inode. */
export const partState = (inode: bigint): string => `part:${inode}`;

export class LocalSession implements TargetSession {
  readonly resumable = true;
  readonly state: string;
  readonly anyOrder: NonNullable<TargetSession['anyOrder']>;
  readonly #start: LocalSessionStart;
  readonly #chunks: ChunkSet;
  #handle: FileHandle | undefined;
  /** Written, but not known to be on the disk. */
  #unsynced: ChunkAck[] = [];
  #unsyncedBytes = 0;
  #syncedAt: number;
  #syncing: Promise<void> | undefined;

  constructor(start: LocalSessionStart) {
    this.#start = start;
    this.#handle = start.handle;
    this.state = partState(start.inode);
    this.#chunks = new ChunkSet(start.size, start.chunkSize);
    for (const { offset } of start.held) this.#chunks.add(offset);
    this.#syncedAt = start.sync.now();
    this.anyOrder = {
      lanes,
      holds: (offset) => this.#chunks.holds(offset),
      takeAcks: () => this.#chunks.takeAcks(),
    };
  }

  get offset(): number {
    return this.#chunks.prefix;
  }

  async write({ offset, bytes, crc32 }: Chunk): Promise<void> {
    await this.#guard(async (handle) => {
      for (let written = 0; written < bytes.length;) {
        const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, offset + written);
        written += bytesWritten;
      }
      this.#chunks.add(offset);
      this.#unsynced.push({ offset, length: bytes.length, crc32, proof: '' });
      this.#unsyncedBytes += bytes.length;
      const { sync } = this.#start;
      const due = this.#unsyncedBytes >= sync.bytes || sync.now() - this.#syncedAt >= sync.ms;
      if (due) await (this.#syncing ??= this.#sync(handle).finally(() => (this.#syncing = undefined)));
    });
  }

  async commit(signal: AbortSignal): Promise<Verification> {
    await this.#guard(async (handle) => {
      const { part, path, size, ifAbsent } = this.#start;
      if (!this.#chunks.complete) throw new Error(`The part file has ${this.#chunks.prefix} of ${size} bytes.`);
      // Recorded chunks spare the bytes when the name turns out to be taken.
      await this.#sync(handle, () => handle.sync());
      // A disk may take long: whoever has given up must not find the file visible later.
      signal.throwIfAborted();
      await this.#close();
      if (ifAbsent) await linkOnly(part, path);
      else await rename(part, path);
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

  /** Covers what was written before it began. */
  async #sync(handle: FileHandle, sync = (): Promise<void> => handle.datasync()): Promise<void> {
    const [written, bytes] = [this.#unsynced, this.#unsyncedBytes];
    [this.#unsynced, this.#unsyncedBytes] = [[], 0];
    try {
      await sync();
    } catch (error) {
      this.#unsynced.unshift(...written);
      this.#unsyncedBytes += bytes;
      throw error;
    }
    this.#chunks.acknowledge(written);
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

/** A link is refused where there is a file already; a rename would replace it. */
async function linkOnly(part: string, path: string): Promise<void> {
  await link(part, path).catch((error: unknown) => {
    const taken = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    throw taken ? new LocalFileError('conflict', `${path} exists already.`, error) : error;
  });
  await rm(part, { force: true });
}

/** Windows cannot open a folder for this; its file system journals the rename itself. */
export async function syncFolder(folder: string): Promise<void> {
  if (sep === '\\') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
