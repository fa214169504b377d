// Owns writing a local file: a hidden part file beside the destination, made visible by rename only when it is complete.
import { constants } from 'node:fs';
import { lstat, mkdir, open, rm, statfs, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { crc32 } from '@node-rs/crc32';
import type { ChunkAck } from '../providers/provider.ts';
import type { Source, Target, TargetRequest, TargetSession, TargetStat } from './endpoint.ts';
import { LocalFileError, localFileError } from './errors.ts';
import { LocalSource } from './local-source.ts';
import { LocalSession, type SyncWindow } from './local-session.ts';
import { assertInside } from './safe-path.ts';

export interface LocalTargetOptions {
  readonly path: string;
  /** Makes the part file's name unique to the transfer. */
  readonly partId: string;
  /** The folder that no link may lead out of, when the path came from the key of an object. */
  readonly root?: string;
  readonly sync: SyncWindow;
}

/** File names end at 255 bytes; the part file's name must fit too. */
const longestStem = 160;
const shorten = (name: string): string => {
  let stem = name;
  while (Buffer.byteLength(stem) > longestStem) stem = stem.slice(0, -1);
  return stem;
};

export const partPath = (path: string, partId: string): string => join(dirname(path), `.${shorten(basename(path))}.${partId}.part`);

export class LocalTarget implements Target {
  readonly endpoint = '';
  readonly #options: LocalTargetOptions;
  readonly #part: string;

  constructor(options: LocalTargetOptions) {
    this.#options = options;
    this.#part = partPath(options.path, options.partId);
  }

  async open(request: TargetRequest, saved: string, _signal?: AbortSignal, acks: readonly ChunkAck[] = []): Promise<TargetSession> {
    const { path, root } = this.#options;
    let handle: FileHandle | undefined;
    try {
      if (root !== undefined) await prepareRoot(root, path);
      await mkdir(dirname(path), { recursive: true });
      await refuseFolder(path);
      handle = await open(this.#part, constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0), 0o666);
      const held = saved === '' ? [] : await stillHeld(handle, acks);
      if (held.length === 0) await handle.truncate(0);
      await requireSpace(path, request.size - held.reduce((sum, { length }) => sum + length, 0));
      const { size, chunkSize, ifAbsent = false } = request;
      return new LocalSession({ handle, part: this.#part, path, size, chunkSize, held, ifAbsent, sync: this.#options.sync });
    } catch (error) {
      await handle?.close();
      // A part file that was made for nothing is no use to anybody; one of an earlier run belongs to the ledger.
      if (saved === '' && handle !== undefined) await rm(this.#part, { force: true }).catch(() => undefined);
      throw localFileError(error, path);
    }
  }

  get copy(): Source {
    return new LocalSource(this.#options.path);
  }

  async existing(): Promise<TargetStat | undefined> {
    const { path } = this.#options;
    const facts = await lstat(path).catch((error: unknown) => {
      if (localFileError(error, path).kind === 'missing') return undefined;
      throw localFileError(error, path);
    });
    return facts === undefined ? undefined : { size: facts.size, eTag: '', lastModified: facts.mtime };
  }

  async remove(): Promise<void> {
    await rm(this.#options.path, { force: true });
  }

  async discard(): Promise<void> {
    try {
      await rm(this.#part, { force: true });
    } catch (error) {
      throw localFileError(error, this.#part);
    }
  }
}

async function prepareRoot(root: string, path: string): Promise<void> {
  await mkdir(root, { recursive: true });
  await assertInside(root, path);
}

async function refuseFolder(path: string): Promise<void> {
  const existing = await lstat(path).catch((error: unknown) => {
    if (localFileError(error, path).kind === 'missing') return undefined;
    throw error;
  });
  if (existing?.isDirectory()) throw new LocalFileError('invalid', `${path} is a folder.`);
}

/** The last chunks before a crash are the ones that a disk may have lost in spite of the sync; so many are read again. */
const suspects = 8;

/** The chunks that the file really has: what was stored is a hint, the file the truth. */
async function stillHeld(handle: FileHandle, acks: readonly ChunkAck[]): Promise<ChunkAck[]> {
  const { size } = await handle.stat();
  const inside = acks.filter(({ offset, length }) => offset + length <= size);
  const held: ChunkAck[] = inside.slice(0, -suspects);
  for (const ack of inside.slice(-suspects)) {
    const bytes = Buffer.allocUnsafe(ack.length);
    const { bytesRead } = await handle.read(bytes, 0, ack.length, ack.offset);
    if (bytesRead === ack.length && crc32(bytes) === ack.crc32) held.push(ack);
  }
  return held;
}

/** Known before the first byte, not after the last that fits; the bytes that are there already need no room. */
async function requireSpace(path: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(path));
  // Some mounts say nothing of their size.
  if (bavail === 0 || bytes <= bavail * bsize) return;
  throw new LocalFileError('full', `${path} cannot be written: it needs ${bytes} bytes, and ${bavail * bsize} are free.`);
}
