// The scoped keys: what opens some buckets only. One file each below `<dataDir>/keys`, readable by the server's user alone.

import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectory, syncDirectory, writeFileDurably } from './durable.ts';
import { HttpError } from './http-error.ts';
import { KeyedMutex } from './keyed-mutex.ts';

export const PERMISSIONS = ['read', 'write', 'readWrite'] as const;
export type Permission = (typeof PERMISSIONS)[number];

export interface KeyScope {
  /** The key opens buckets of this owner only. */
  owner: string;
  permission: Permission;
  /** Null: every bucket of the owner, later ones too. */
  buckets: string[] | null;
}

export interface StorageKey extends KeyScope {
  accessKey: string;
  /** In clear, because it is what presigned URLs are checked with. */
  secretKey: string;
  creationDate: string;
}

// Upper case only: two keys must stay two on a case-insensitive file system.
const ACCESS_KEY = /^[A-Z0-9]{16,64}$/;
const OWNER = /^[A-Za-z0-9._-]{1,64}$/;
const SUFFIX = '.json';

export const isAccessKey = (text: string): boolean => ACCESS_KEY.test(text);
export const isOwner = (text: string): boolean => OWNER.test(text);

export class KeyStore {
  readonly #directory: string;
  readonly #clock: () => number;
  readonly #maxKeys: number;
  readonly #mutex = new KeyedMutex();
  readonly #keys = new Map<string, StorageKey>();

  constructor(dataDir: string, clock: () => number, maxKeys: number) {
    this.#directory = join(dataDir, 'keys');
    this.#clock = clock;
    this.#maxKeys = maxKeys;
  }

  async open(): Promise<void> {
    await makeDirectory(this.#directory);
    for (const name of await readdir(this.#directory)) {
      const accessKey = name.slice(0, -SUFFIX.length);
      if (!name.endsWith(SUFFIX) || !isAccessKey(accessKey)) continue;
      this.#keys.set(accessKey, JSON.parse(await readFile(join(this.#directory, name), 'utf8')) as StorageKey);
    }
  }

  find(accessKey: string): StorageKey | undefined {
    return this.#keys.get(accessKey);
  }

  list(): StorageKey[] {
    return [...this.#keys.values()].toSorted((a, b) => (a.accessKey < b.accessKey ? -1 : 1));
  }

  /** True if the key is new; an existing one is replaced. */
  async put(accessKey: string, secretKey: string, scope: KeyScope): Promise<boolean> {
    return await this.#mutex.run(accessKey, async () => {
      const known = this.#keys.get(accessKey);
      if (known === undefined && this.#keys.size >= this.#maxKeys)
        throw new HttpError('InvalidRequest', `There are at most ${this.#maxKeys} scoped keys.`);
      const key: StorageKey = {
        accessKey,
        secretKey,
        ...scope,
        creationDate: known?.creationDate ?? new Date(this.#clock()).toISOString(),
      };
      await writeFileDurably(this.#path(accessKey), JSON.stringify(key));
      this.#keys.set(accessKey, key);
      return known === undefined;
    });
  }

  async remove(accessKey: string): Promise<void> {
    await this.#mutex.run(accessKey, async () => {
      if (!this.#keys.has(accessKey)) throw new HttpError('NoSuchKey', 'There is no key of this name.');
      await rm(this.#path(accessKey), { force: true });
      await syncDirectory(this.#directory);
      this.#keys.delete(accessKey);
    });
  }

  #path(accessKey: string): string {
    return join(this.#directory, `${accessKey}${SUFFIX}`);
  }
}
