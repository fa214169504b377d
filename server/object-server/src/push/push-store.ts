// Owns the pushes on the disk: one JSON file each below `<dataDir>/pushes`, readable by the server's user alone (0600), because the
// keys of the target are in it, in clear, until the push is over; a push has to go on after a restart that nobody attends.

import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectory, syncDirectory, writeFileDurably } from '../durable.ts';
import { KeyedMutex } from '../keyed-mutex.ts';
import { isPushId, NOTHING_SENT, type Push } from './push.ts';

const SUFFIX = '.json';

export class PushStore {
  readonly #directory: string;
  readonly #mutex = new KeyedMutex();

  constructor(dataDir: string) {
    this.#directory = join(dataDir, 'pushes');
  }

  /** All pushes, oldest first. */
  async open(): Promise<Push[]> {
    await makeDirectory(this.#directory);
    const names = (await readdir(this.#directory)).filter((name) => name.endsWith(SUFFIX) && isPushId(name.slice(0, -SUFFIX.length)));
    const pushes = await Promise.all(names.map((name) => this.#read(name)));
    return pushes.toSorted((a, b) => a.created - b.created || (a.id < b.id ? -1 : 1));
  }

  /** Keeps a push, with `change` if there is one, which becomes true of the push itself once it is on the disk and not before. */
  async save(push: Push, change: Partial<Push> = {}): Promise<void> {
    // What it is when its turn comes, so that the last one to write is never the older one.
    await this.#mutex.run(push.id, async () => {
      await writeFileDurably(this.#path(push.id), JSON.stringify({ ...push, ...change }));
      Object.assign(push, change);
    });
  }

  async remove(id: string): Promise<void> {
    await this.#mutex.run(id, async () => {
      await rm(this.#path(id), { force: true });
      await syncDirectory(this.#directory);
    });
  }

  async #read(name: string): Promise<Push> {
    const push = JSON.parse(await readFile(join(this.#directory, name), 'utf8')) as Push;
    // Files of earlier versions have less in them.
    return { ...NOTHING_SENT, ...push };
  }

  #path(id: string): string {
    return join(this.#directory, id + SUFFIX);
  }
}
