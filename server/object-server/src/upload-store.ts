// The uploads on disk: `<dataDir>/uploads/<id>` with `info.json`, `data` and `progress`; an expired one leaves `<id>.expired` for a while.

import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectory, syncDirectory, writeFileDurably } from './durable.ts';
import { HttpError, hasErrorCode } from './http-error.ts';
import type { ObjectName } from './object-store.ts';
import { readProgress, writeProgress, type Progress } from './upload-progress.ts';

export interface UploadInfo {
  bucket: string;
  key: string;
  length: number;
  contentType: string | undefined;
  /** The Upload-Metadata header as it came, to be sent back by HEAD. */
  metadata: string | undefined;
  ifNoneMatch: string | undefined;
}

export interface Upload {
  id: string;
  info: UploadInfo;
  progress: Progress;
  /** The data was moved to its object: the rename itself is the record of it. */
  published: boolean;
}

const TOMBSTONE = '.expired';
const UPLOAD_ID = /^[0-9a-f]{32}$/;

/** Begins as all ids of its object do, so that these are found by their names alone. */
export function newUploadId(object: ObjectName): string {
  return idPrefix(object) + randomBytes(8).toString('hex');
}

function idPrefix({ bucket, key }: ObjectName): string {
  return createHash('sha256').update(`${bucket}/${key}`).digest('hex').slice(0, 16);
}

export function isUploadId(text: string): boolean {
  return UPLOAD_ID.test(text);
}

export class UploadStore {
  readonly #directory: string;
  readonly #clock: () => number;
  readonly #expiryMs: number;

  constructor(dataDir: string, clock: () => number, expiryMs: number) {
    this.#directory = join(dataDir, 'uploads');
    this.#clock = clock;
    this.#expiryMs = expiryMs;
  }

  async open(): Promise<void> {
    await makeDirectory(this.#directory);
  }

  dataPath(id: string): string {
    return join(this.#directory, id, 'data');
  }

  expiresAt({ progress }: Upload): number {
    return progress.touchedAt + this.#expiryMs;
  }

  async create(id: string, info: UploadInfo): Promise<Upload> {
    const directory = join(this.#directory, id);
    const progress = { offset: 0, touchedAt: this.#clock(), sequence: 0 };
    await mkdir(directory);
    await writeFile(this.dataPath(id), '', { mode: 0o600 });
    await writeProgress(join(directory, 'progress'), progress);
    // Last, because an upload without its info is an unfinished creation that the sweep removes.
    await writeFileDurably(join(directory, 'info.json'), JSON.stringify(info));
    await syncDirectory(this.#directory);
    return { id, info, progress, published: false };
  }

  /** Throws 404 for an unknown upload and 410 for an expired one. */
  async load(id: string): Promise<Upload> {
    const upload = await this.#read(id);
    if (upload === undefined) {
      if (await isPresent(join(this.#directory, id + TOMBSTONE))) throw expired();
      throw new HttpError('NoSuchUpload', 'There is no upload of this id.');
    }
    if (this.expiresAt(upload) <= this.#clock()) throw expired();
    return upload;
  }

  async record(upload: Upload, offset: number): Promise<void> {
    const progress = { offset, touchedAt: this.#clock(), sequence: upload.progress.sequence + 1 };
    await writeProgress(join(this.#directory, upload.id, 'progress'), progress);
    upload.progress = progress;
  }

  async remove(id: string): Promise<void> {
    await rm(join(this.#directory, id), { recursive: true, force: true });
    await syncDirectory(this.#directory);
  }

  async list(): Promise<string[]> {
    return (await readdir(this.#directory)).filter((name) => UPLOAD_ID.test(name));
  }

  /** The uploads of one object that are neither finished nor overdue, in the order of their ids; `count` are looked at. */
  async unfinished(object: ObjectName, after: string, count: number): Promise<{ uploads: Upload[]; next: string }> {
    const prefix = idPrefix(object);
    const ids = (await this.list()).filter((id) => id.startsWith(prefix) && id > after).toSorted();
    const page = ids.slice(0, count);
    const uploads: Upload[] = [];
    for (const id of page) {
      const upload = await this.#read(id);
      if (upload !== undefined && !upload.published && this.expiresAt(upload) > this.#clock()) uploads.push(upload);
    }
    return { uploads, next: ids.length > page.length ? (page.at(-1) ?? '') : '' };
  }

  /** True for an upload whose time is over, and for one whose creation a crash cut off. */
  async isOverdue(id: string): Promise<boolean> {
    const upload = await this.#read(id);
    return upload === undefined || this.expiresAt(upload) <= this.#clock();
  }

  /** Frees the space; what stays is a name that lets `load` say 410 instead of 404. */
  async expire(id: string): Promise<void> {
    const tombstone = join(this.#directory, id + TOMBSTONE);
    await rename(join(this.#directory, id), tombstone);
    await Promise.all((await readdir(tombstone)).map((name) => rm(join(tombstone, name), { force: true })));
  }

  /** Tombstones are kept for as long as an upload lives. */
  async removeTombstones(): Promise<void> {
    for (const name of await readdir(this.#directory)) {
      if (!name.endsWith(TOMBSTONE)) continue;
      const path = join(this.#directory, name);
      if ((await stat(path)).mtimeMs + this.#expiryMs <= this.#clock()) await rm(path, { recursive: true, force: true });
    }
  }

  async #read(id: string): Promise<Upload | undefined> {
    try {
      const info = JSON.parse(await readFile(join(this.#directory, id, 'info.json'), 'utf8')) as UploadInfo;
      const progress = await readProgress(join(this.#directory, id, 'progress'));
      if (progress === undefined) return undefined;
      const published = !(await isPresent(this.dataPath(id)));
      return { id, info, progress: published ? { ...progress, offset: info.length } : progress, published };
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }
}

async function isPresent(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return false;
    throw error;
  }
}

function expired(): HttpError {
  return new HttpError('UploadExpired', 'The upload has expired.');
}
