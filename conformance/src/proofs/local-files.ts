// Owns the files with which local file operations of an agent are misled: copies that differ, and things left behind.
import { copyFile, mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

export class LocalFiles {
  readonly #root: string;
  #copies = 0;

  private constructor(root: string) {
    this.#root = root;
  }

  static async create(): Promise<LocalFiles> {
    return new LocalFiles(await mkdtemp(join(tmpdir(), 'click-proofs-')));
  }

  /** Same name, same size, one byte another. */
  async otherBytes(path: string): Promise<string> {
    const copy = await this.#copy(path, basename(path));
    const file = await open(copy, 'r+');
    try {
      const { size } = await file.stat();
      const place = Math.floor(size / 2);
      const byte = Buffer.alloc(1);
      await file.read(byte, 0, 1, place);
      await file.write(Buffer.from([(byte[0] ?? 0) ^ 0xff]), 0, 1, place);
    } finally {
      await file.close();
    }
    return copy;
  }

  async simpleName(path: string): Promise<string> {
    return await this.#copy(path, basename(path).replaceAll(/[^\w.-]/g, '_'));
  }

  async leaveIn(folder: string): Promise<void> {
    await writeFile(join(folder, 'left-behind.part'), 'a part of a file');
  }

  async remove(): Promise<void> {
    await rm(this.#root, { recursive: true, force: true });
  }

  async #copy(path: string, name: string): Promise<string> {
    this.#copies += 1;
    const folder = join(this.#root, String(this.#copies));
    await mkdir(folder);
    const copy = join(folder, name);
    await copyFile(path, copy);
    return copy;
  }
}
