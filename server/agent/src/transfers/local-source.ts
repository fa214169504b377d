// Owns reading a local file: positional reads straight into the transfer buffers, and noticing that the file changed.
import type { BigIntStats } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import type { Source, SourceReader, SourceStat } from './endpoint.ts';
import { LocalFileError, localFileError } from './errors.ts';

const changed = (path: string): LocalFileError => new LocalFileError('changed', `${path} changed while it was being transferred.`);

function describe(path: string, facts: BigIntStats): SourceStat {
  if (!facts.isFile()) throw new LocalFileError('invalid', `${path} is not a regular file.`);
  const lastModified = new Date(Number(facts.mtimeMs));
  return { size: Number(facts.size), identity: `${facts.size}:${facts.mtimeNs}:${facts.ino}`, lastModified };
}

export class LocalSource implements Source {
  readonly endpoint = '';
  readonly seekable = true;
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async stat(): Promise<SourceStat> {
    try {
      return describe(this.#path, await stat(this.#path, { bigint: true }));
    } catch (error) {
      throw localFileError(error, this.#path);
    }
  }

  async open({ offset }: { offset: number }, expected: SourceStat): Promise<SourceReader> {
    let handle: FileHandle | undefined;
    try {
      handle = await open(this.#path, 'r');
      const facts = describe(this.#path, await handle.stat({ bigint: true }));
      if (facts.identity !== expected.identity) throw changed(this.#path);
      return new LocalReader(this.#path, handle, offset);
    } catch (error) {
      await handle?.close();
      throw localFileError(error, this.#path);
    }
  }

  /** Nothing holds off a writer while the file is open. */
  needsConfirm(): boolean {
    return true;
  }

  async confirm(expected: SourceStat): Promise<void> {
    if ((await this.stat()).identity !== expected.identity) throw changed(this.#path);
  }
}

class LocalReader implements SourceReader {
  readonly #path: string;
  readonly #handle: FileHandle;
  #position: number;

  constructor(path: string, handle: FileHandle, position: number) {
    this.#path = path;
    this.#handle = handle;
    this.#position = position;
  }

  async fill(bytes: Buffer, signal: AbortSignal): Promise<void> {
    for (let filled = 0; filled < bytes.length;) {
      signal.throwIfAborted();
      const { bytesRead } = await this.#handle.read(bytes, filled, bytes.length - filled, this.#position).catch((error: unknown) => {
        throw localFileError(error, this.#path);
      });
      if (bytesRead === 0) throw changed(this.#path);
      filled += bytesRead;
      this.#position += bytesRead;
    }
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}
