// Owns writing a local file: a hidden part file beside the destination, made visible by rename only when it is complete.
import type { BigIntStats } from 'node:fs';
import { lstat, mkdir, rm, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ChunkAck } from '../providers/provider.ts';
import type { Source, Target, TargetRequest, TargetSession, TargetStat } from './endpoint.ts';
import { LocalFileError, localFileError } from './errors.ts';
import { openPart, type PartFile } from './local-part.ts';
import { isPublished, PublishedFile } from './local-published.ts';
import { LocalSource } from './local-source.ts';
import { LocalSession, type SyncWindow } from './local-session.ts';
import { assertInside } from './safe-path.ts';

export interface LocalTargetOptions {
  readonly path: string;
  /** The path that was asked for, where it is another one: the part file keeps its name whatever number the file gets. */
  readonly asked?: string;
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
  readonly renames = true;
  readonly #options: LocalTargetOptions;
  readonly #part: string;

  constructor(options: LocalTargetOptions) {
    this.#options = options;
    this.#part = partPath(options.asked ?? options.path, options.partId);
  }

  async open(request: TargetRequest, saved: string, _signal?: AbortSignal, acks: readonly ChunkAck[] = []): Promise<TargetSession> {
    const { path, root } = this.#options;
    let file: PartFile | undefined;
    try {
      if (root !== undefined) await prepareRoot(root, path);
      await mkdir(dirname(path), { recursive: true });
      const facts = await factsOf(path);
      if (facts?.isDirectory()) throw new LocalFileError('invalid', `${path} is a folder.`);
      const visible = facts === undefined ? undefined : { path, part: this.#part, facts };
      if (visible !== undefined && (await isPublished(visible, request, saved, acks))) return new PublishedFile(visible);
      file = await openPart(this.#part, saved === '' ? [] : acks, facts);
      await requireSpace(path, request.size - file.held.reduce((sum, { length }) => sum + length, 0));
      const { size, chunkSize, ifAbsent = false } = request;
      return new LocalSession({ ...file, part: this.#part, path, size, chunkSize, ifAbsent, sync: this.#options.sync });
    } catch (error) {
      await file?.handle.close();
      // A part file that was made for nothing is no use to anybody; one of an earlier run belongs to the ledger.
      if (saved === '' && file !== undefined) await rm(this.#part, { force: true }).catch(() => undefined);
      throw localFileError(error, path);
    }
  }

  get copy(): Source {
    return new LocalSource(this.#options.path);
  }

  async existing(): Promise<TargetStat | undefined> {
    const facts = await factsOf(this.#options.path);
    return facts === undefined ? undefined : { size: Number(facts.size), eTag: '', lastModified: facts.mtime };
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

async function factsOf(path: string): Promise<BigIntStats | undefined> {
  return lstat(path, { bigint: true }).catch((error: unknown) => {
    if (localFileError(error, path).kind === 'missing') return undefined;
    throw localFileError(error, path);
  });
}

/** Known before the first byte, not after the last that fits; the bytes that are there already need no room. */
async function requireSpace(path: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(path));
  // Some mounts say nothing of their size.
  if (bavail === 0 || bytes <= bavail * bsize) return;
  throw new LocalFileError('full', `${path} cannot be written: it needs ${bytes} bytes, and ${bavail * bsize} are free.`);
}
