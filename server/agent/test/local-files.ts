// Owns the local files of the transfer tests: a temporary folder, random bytes, and what compares them.
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { forTest, type Lifetime } from './lifetime.ts';

export const sha256 = (bytes: Buffer | undefined): string | undefined =>
  bytes === undefined ? undefined : createHash('sha256').update(bytes).digest('hex');

export interface LocalFiles {
  readonly path: (name: string) => string;
  /** Writes a file of random bytes, or of the given ones, and answers them. */
  write(name: string, content: number | Buffer): Promise<Buffer>;
  read(name: string): Promise<Buffer>;
  /** Every file below, hidden ones too, in order. */
  list(name?: string): Promise<string[]>;
}

export async function localFiles(lifetime: Lifetime = forTest): Promise<LocalFiles> {
  const folder = await mkdtemp(join(tmpdir(), 'click-test-files-'));
  lifetime(() => rm(folder, { recursive: true, force: true }));
  const path = (name: string): string => join(folder, name);
  return {
    path,
    async write(name, content) {
      const bytes = typeof content === 'number' ? randomBytes(content) : content;
      await mkdir(dirname(path(name)), { recursive: true });
      await writeFile(path(name), bytes);
      return bytes;
    },
    read: (name) => readFile(path(name)),
    async list(name = '') {
      const entries = await readdir(path(name), { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
      return files.map((file) => file.slice(path(name).length).replace(/^\//, '')).sort();
    },
  };
}
