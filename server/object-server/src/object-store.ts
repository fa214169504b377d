// The objects of a bucket: open one for reading, stage and publish a new version, remove one.

import { randomUUID } from 'node:crypto';
import { open, rm, rmdir, unlink, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BucketStore } from './bucket-store.ts';
import { makeDirectory, publishFile, syncDirectory } from './durable.ts';
import { HttpError, hasErrorCode } from './http-error.ts';
import { checkKey, keyToPath } from './key-path.ts';
import { KeyedMutex } from './keyed-mutex.ts';
import { readFooter, readObjectInfo, type ObjectInfo } from './object-file.ts';
import { checkPreconditions, type Preconditions } from './preconditions.ts';

export interface ObjectName {
  bucket: string;
  key: string;
}

export interface OpenObject {
  handle: FileHandle;
  info: ObjectInfo;
}

export interface StagedFile {
  path: string;
  handle: FileHandle;
}

export class ObjectStore {
  readonly #buckets: BucketStore;
  readonly #staging: string;
  readonly #mutex = new KeyedMutex();

  constructor(dataDir: string, buckets: BucketStore) {
    this.#buckets = buckets;
    this.#staging = join(dataDir, 'staging');
  }

  /** Bodies that a crash left in staging belong to no request any more. */
  async open(): Promise<void> {
    await rm(this.#staging, { recursive: true, force: true });
    await makeDirectory(this.#staging);
  }

  async #path({ bucket, key }: ObjectName): Promise<string> {
    checkKey(key);
    return join(await this.#buckets.require(bucket), ...keyToPath(key));
  }

  async find(name: ObjectName): Promise<ObjectInfo | undefined> {
    try {
      return await readObjectInfo(await this.#path(name));
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  /** The caller owns the handle: it keeps reading this version even if another one is published meanwhile. */
  async openObject(name: ObjectName): Promise<OpenObject> {
    const path = await this.#path(name);
    let handle: FileHandle;
    try {
      handle = await open(path, 'r');
    } catch (error) {
      throw hasErrorCode(error, 'ENOENT') ? noSuchObject() : error;
    }
    try {
      const info = await readFooter(handle);
      if (info === undefined) throw noSuchObject();
      return { handle, info };
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async stage(): Promise<StagedFile> {
    const path = join(this.#staging, randomUUID());
    return { path, handle: await open(path, 'wx', 0o600) };
  }

  /** Publishes a synced file as the object's new version; true if there was none before. */
  async publish(source: string, name: ObjectName, preconditions: Preconditions): Promise<boolean> {
    checkKey(name.key);
    return await this.#mutex.run(lockName(name), async () => {
      const current = await this.find(name);
      checkPreconditions(preconditions, current);
      try {
        await publishFile(source, this.#buckets.root(name.bucket), keyToPath(name.key));
      } catch (error) {
        // The bucket may have been deleted since it was looked up.
        if (hasErrorCode(error, 'ENOENT')) await this.#buckets.require(name.bucket);
        throw error;
      }
      return current === undefined;
    });
  }

  async remove(name: ObjectName, preconditions: Preconditions): Promise<void> {
    await this.#mutex.run(lockName(name), async () => {
      const path = await this.#path(name);
      const current = await this.find(name);
      if (current === undefined) throw noSuchObject();
      checkPreconditions(preconditions, current);
      await unlink(path);
      await this.#prune(dirname(path), this.#buckets.root(name.bucket));
    });
  }

  /** Removes the directories that the last key left empty, and makes the removal durable. */
  async #prune(directory: string, root: string): Promise<void> {
    let current = directory;
    try {
      while (current !== root && (await removeIfEmpty(current))) current = dirname(current);
      await syncDirectory(current);
    } catch (error) {
      // Another delete pruned the same directory at the same moment, and syncs its parent itself.
      if (!hasErrorCode(error, 'ENOENT')) throw error;
    }
  }
}

async function removeIfEmpty(directory: string): Promise<boolean> {
  try {
    await rmdir(directory);
    return true;
  } catch (error) {
    if (hasErrorCode(error, 'ENOTEMPTY', 'EEXIST')) return false;
    throw error;
  }
}

function lockName({ bucket, key }: ObjectName): string {
  return `${bucket}/${key}`;
}

function noSuchObject(): HttpError {
  return new HttpError('NoSuchObject', 'There is no object with this key.');
}
