// Resumable uploads: the offset that is told is on the disk, and the last byte publishes the object.

import { open, type FileHandle } from 'node:fs/promises';
import { BatchedWriter } from './batched-writer.ts';
import type { Checksum } from './checksum.ts';
import { HttpError } from './http-error.ts';
import type { Limits } from './limits.ts';
import type { Logger } from './logger.ts';
import { newMetadata, writeFooter } from './object-file.ts';
import type { ObjectName, ObjectStore } from './object-store.ts';
import { UploadLocks, type Writer } from './upload-locks.ts';
import { newUploadId, type Upload, type UploadInfo, type UploadStore } from './upload-store.ts';

export interface Chunk {
  offset: number;
  declaredLength: number | undefined;
  checksum: Checksum | undefined;
  body(signal: AbortSignal): AsyncIterable<Buffer>;
}

export interface UploadServiceOptions {
  store: UploadStore;
  objects: ObjectStore;
  limits: Readonly<Limits>;
  clock: () => number;
  logger: Logger;
}

export class UploadService {
  readonly #options: UploadServiceOptions;
  readonly #locks = new UploadLocks();

  constructor(options: UploadServiceOptions) {
    this.#options = options;
  }

  expiresAt(upload: Upload): number {
    return this.#options.store.expiresAt(upload);
  }

  async create(info: UploadInfo): Promise<Upload> {
    const id = newUploadId(info);
    // Locked, so that a sweep does not take an unfinished creation for a leftover.
    return await this.#locks.run(id, async () => {
      const upload = await this.#options.store.create(id, info);
      if (info.length > 0) return upload;
      try {
        await this.#withData(upload, (data) => this.#publish(upload, data));
      } catch (error) {
        await this.#options.store.remove(id);
        throw error;
      }
      return upload;
    });
  }

  async find(id: string): Promise<Upload> {
    await this.#locks.settled(id);
    return await this.#options.store.load(id);
  }

  /** One page of the uploads to an object that are not finished; `after` is the id that the page before ended with. */
  async unfinished(object: ObjectName, after: string): Promise<{ uploads: Upload[]; next: string }> {
    const { store, limits } = this.#options;
    return await store.unfinished(object, after, limits.maxKeys);
  }

  /** Appends one chunk; resolves when its bytes are durable, and published if they were the last. */
  async append(id: string, chunk: Chunk): Promise<Upload> {
    return await this.#locks.run(id, async (writer) => {
      const upload = await this.#options.store.load(id);
      const { progress, info } = upload;
      if (chunk.offset !== progress.offset) {
        throw new HttpError('OffsetMismatch', 'Upload-Offset is not the offset of the upload.', {
          'Upload-Offset': String(progress.offset),
        });
      }
      if ((chunk.declaredLength ?? 0) > info.length - progress.offset) throw tooLong();
      if (upload.published) await refuseBytes(chunk.body(writer.signal));
      else await this.#withData(upload, (data) => this.#receive(upload, data, chunk, writer));
      return upload;
    });
  }

  async remove(id: string): Promise<void> {
    await this.#locks.takeOver(id, async () => {
      await this.#options.store.load(id);
      await this.#options.store.remove(id);
    });
  }

  /** Ends the uploads whose time is over; one that is being written to is alive. */
  async sweep(): Promise<void> {
    const { store, logger } = this.#options;
    await store.removeTombstones();
    for (const id of await store.list()) {
      if (this.#locks.isHeld(id)) continue;
      await this.#locks.run(id, async () => {
        if (!(await store.isOverdue(id))) return;
        await store.expire(id);
        logger.info({ upload: id }, 'upload expired');
      });
    }
  }

  async #withData(upload: Upload, task: (data: FileHandle) => Promise<void>): Promise<void> {
    const data = await open(this.#options.store.dataPath(upload.id), 'r+');
    try {
      await task(data);
    } finally {
      await data.close();
    }
  }

  async #receive(upload: Upload, data: FileHandle, chunk: Chunk, writer: Writer): Promise<void> {
    // Bytes beyond the recorded offset are what a crash or a failed chunk left.
    await data.truncate(chunk.offset);
    const file = new BatchedWriter(data, chunk.offset, this.#options.limits.writeBatchBytes);
    try {
      await this.#copy(upload, data, chunk, { file, writer });
    } catch (error) {
      writer.closing();
      // A dropped connection keeps what arrived, unless a checksum was to vouch for it or the upload is being removed.
      const keep = chunk.checksum === undefined && isDisconnect(error) && !writer.signal.aborted;
      if (keep) await this.#secure(upload, data, file);
      throw error;
    }
    writer.closing();
    if (chunk.checksum?.matches() === false) throw new HttpError('ChecksumMismatch', 'The bytes do not have the announced checksum.');
    await this.#secure(upload, data, file);
  }

  async #copy(upload: Upload, data: FileHandle, chunk: Chunk, sink: { file: BatchedWriter; writer: Writer }): Promise<void> {
    const { file, writer } = sink;
    const { checkpointBytes } = this.#options.limits;
    for await (const bytes of chunk.body(writer.signal)) {
      if (file.position + bytes.length > upload.info.length) throw tooLong();
      chunk.checksum?.update(bytes);
      await file.write(bytes);
      const due = file.position - upload.progress.offset >= checkpointBytes && file.position < upload.info.length;
      if (due && chunk.checksum === undefined) await this.#checkpoint(upload, data, file);
    }
  }

  async #secure(upload: Upload, data: FileHandle, file: BatchedWriter): Promise<void> {
    if (file.position < upload.info.length) {
      await this.#checkpoint(upload, data, file);
    } else {
      await file.flush();
      await this.#publish(upload, data);
    }
  }

  async #checkpoint(upload: Upload, data: FileHandle, file: BatchedWriter): Promise<void> {
    await file.flush();
    await data.datasync();
    await this.#options.store.record(upload, file.position);
  }

  /** The full offset is recorded after the rename only: told earlier, it would promise an object that is not there yet. */
  async #publish(upload: Upload, data: FileHandle): Promise<void> {
    const { bucket, key, length, contentType, ifNoneMatch } = upload.info;
    await writeFooter(data, length, newMetadata(contentType, this.#options.clock()));
    await data.sync();
    await this.#options.objects.publish(this.#options.store.dataPath(upload.id), { bucket, key }, { ifMatch: undefined, ifNoneMatch });
    upload.published = true;
    await this.#options.store.record(upload, length);
  }
}

async function refuseBytes(body: AsyncIterable<Buffer>): Promise<void> {
  for await (const bytes of body) {
    if (bytes.length > 0) throw tooLong();
  }
}

function isDisconnect(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
}

function tooLong(): HttpError {
  return new HttpError('TooLarge', 'The bytes go beyond the announced length of the upload.');
}
