// The buckets on disk: `<dataDir>/buckets/<name>/objects` is the root of a bucket's tree, and its presence is the bucket's existence.

import { readdir, readFile, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectory, syncDirectory, writeFileDurably } from './durable.ts';
import { HttpError, hasErrorCode } from './http-error.ts';
import { KeyedMutex } from './keyed-mutex.ts';

export interface Bucket {
  name: string;
  creationDate: string;
}

// Lower case only: two buckets must stay two on a case-insensitive file system. The leading character keeps `/.uploads` free.
const BUCKET_NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;

const OWNER_FILE = 'owner';

export function isBucketName(name: string): boolean {
  return BUCKET_NAME.test(name) && !name.includes('..');
}

export class BucketStore {
  readonly #directory: string;
  readonly #clock: () => number;
  readonly #mutex = new KeyedMutex();

  constructor(dataDir: string, clock: () => number) {
    this.#directory = join(dataDir, 'buckets');
    this.#clock = clock;
  }

  async open(): Promise<void> {
    await makeDirectory(this.#directory);
  }

  root(name: string): string {
    return join(this.#directory, name, 'objects');
  }

  async exists(name: string): Promise<boolean> {
    if (!isBucketName(name)) return false;
    try {
      return (await stat(this.root(name))).isDirectory();
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT')) return false;
      throw error;
    }
  }

  /** Whose bucket it is, for the scoped keys; undefined for one that was made without an owner, or is not there. */
  async ownerOf(name: string): Promise<string | undefined> {
    if (!(await this.exists(name))) return undefined;
    try {
      return await readFile(join(this.#directory, name, OWNER_FILE), 'utf8');
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  async require(name: string): Promise<string> {
    if (!(await this.exists(name))) throw new HttpError('NoSuchBucket', 'There is no bucket of this name.');
    return this.root(name);
  }

  /** True if the bucket is new. */
  async create(name: string, owner?: string): Promise<boolean> {
    if (!isBucketName(name)) {
      throw new HttpError(
        'InvalidBucketName',
        'A bucket name has 1 to 63 characters of a-z, 0-9, dot, hyphen and underscore, a letter or digit first.',
      );
    }
    return await this.#mutex.run(name, async () => {
      if (await this.exists(name)) return false;
      const directory = join(this.#directory, name);
      await makeDirectory(directory);
      await writeFileDurably(join(directory, 'created'), new Date(this.#clock()).toISOString());
      // Before the root, which makes the bucket; what an earlier bucket of this name left behind is not its owner.
      if (owner === undefined) await rm(join(directory, OWNER_FILE), { force: true });
      else await writeFileDurably(join(directory, OWNER_FILE), owner);
      await makeDirectory(this.root(name));
      return true;
    });
  }

  /** With an owner: only if it is the bucket of that one. */
  async remove(name: string, owner?: string): Promise<void> {
    await this.#mutex.run(name, async () => {
      const root = await this.require(name);
      if (owner !== undefined && (await this.ownerOf(name)) !== owner)
        throw new HttpError('NoSuchBucket', 'The owner has no bucket of this name.');
      // Removing the directory itself decides a race with a publish: whoever comes second fails.
      if (!(await removeEmptyTree(root))) throw new HttpError('BucketNotEmpty', 'The bucket still holds objects.');
      await rm(join(this.#directory, name), { recursive: true, force: true });
      await syncDirectory(this.#directory);
    });
  }

  async list(): Promise<Bucket[]> {
    const buckets: Bucket[] = [];
    for (const name of (await readdir(this.#directory)).toSorted()) {
      if (!(await this.exists(name))) continue;
      buckets.push({ name, creationDate: await readFile(join(this.#directory, name, 'created'), 'utf8') });
    }
    return buckets;
  }
}

/** Removes directories that a crash left without keys; false as soon as anything else is met. */
async function removeEmptyTree(path: string): Promise<boolean> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (!entry.isDirectory() || !(await removeEmptyTree(join(path, entry.name)))) return false;
  }
  try {
    await rmdir(path);
    return true;
  } catch (error) {
    if (hasErrorCode(error, 'ENOTEMPTY', 'EEXIST')) return false;
    throw error;
  }
}
