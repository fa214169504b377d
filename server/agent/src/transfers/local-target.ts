// Owns writing a local file: a hidden part file beside the destination, made visible by rename only when it is complete.
import { constants } from 'node:fs';
import { lstat, mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Target, TargetRequest, TargetSession } from './endpoint.ts';
import { LocalFileError, localFileError } from './errors.ts';
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
  readonly #options: LocalTargetOptions;
  readonly #part: string;

  constructor(options: LocalTargetOptions) {
    this.#options = options;
    this.#part = partPath(options.path, options.partId);
  }

  async open(request: TargetRequest, saved: string): Promise<TargetSession> {
    const { path, root } = this.#options;
    let handle: FileHandle | undefined;
    try {
      if (root !== undefined) await prepareRoot(root, path);
      await mkdir(dirname(path), { recursive: true });
      await refuseFolder(path);
      handle = await open(this.#part, constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0), 0o666);
      const offset = Math.min(savedOffset(saved), (await handle.stat()).size, request.size);
      // What lies beyond the durable offset may be a hole or half a chunk after a crash.
      await handle.truncate(offset);
      return new LocalSession({ handle, part: this.#part, path, size: request.size, offset, sync: this.#options.sync });
    } catch (error) {
      await handle?.close();
      throw localFileError(error, path);
    }
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

/** A state that cannot be read means that nothing is known to be durable. */
function savedOffset(saved: string): number {
  const offset = /^durable=(\d+)$/.exec(saved)?.[1];
  return offset === undefined ? 0 : Number(offset);
}
