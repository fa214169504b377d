// Owns a resumable multipart upload: one part a chunk, and a commit that is settled by asking.
import * as zlib from 'node:zlib';
import { ProviderError, type Chunk, type UploadRequest, type UploadSession, type Verification } from './provider.ts';
import type { S3Connection } from './s3-client.ts';
import { abortMultipart, completeMultipart, isGone, names, type Multipart, type StoredPart } from './s3-multipart.ts';
import { headObject, removeObject } from './s3-objects.ts';

/** What the ledger keeps of a session. */
export interface S3State {
  readonly kind: 's3-multipart';
  readonly uploadId: string;
  /** Bytes of every part but the last. */
  readonly partSize: number;
  readonly parts: readonly StoredPart[];
}

export function parseS3State(state: string): S3State | undefined {
  try {
    const value = JSON.parse(state) as Partial<S3State> | null;
    const whole =
      value?.kind === 's3-multipart' &&
      typeof value.uploadId === 'string' &&
      typeof value.partSize === 'number' &&
      Array.isArray(value.parts);
    return whole ? (value as S3State) : undefined;
  } catch {
    return undefined;
  }
}

export class S3Upload implements UploadSession {
  readonly resumable = true;
  readonly #s3: S3Connection;
  readonly #target: Multipart;
  readonly #size: number;
  readonly #partSize: number;
  readonly #parts: StoredPart[];
  #committed = false;

  constructor(s3: S3Connection, request: UploadRequest, session: Pick<S3State, 'uploadId' | 'partSize' | 'parts'>) {
    this.#s3 = s3;
    this.#target = { bucket: request.bucket, key: request.key, uploadId: session.uploadId };
    this.#size = request.size;
    this.#partSize = session.partSize;
    this.#parts = [...session.parts];
  }

  get offset(): number {
    return Math.min(this.#size, this.#parts.length * this.#partSize);
  }

  get state(): string {
    return JSON.stringify({
      kind: 's3-multipart',
      uploadId: this.#target.uploadId,
      partSize: this.#partSize,
      parts: this.#parts,
    } satisfies S3State);
  }

  /** Sends one part; all but the last must have exactly the chunk size. Sending a part again replaces it. */
  async write({ bytes }: Chunk, signal: AbortSignal): Promise<void> {
    const expected = Math.min(this.#partSize, this.#size - this.offset);
    if (bytes.length === 0 && expected === 0) return;
    if (bytes.length !== expected) throw new ProviderError('invalid', `a part of ${bytes.length} bytes where ${expected} were due`);
    const n = this.#parts.length + 1;
    const crc = this.#s3.crc32 ? crc32(bytes) : undefined;
    const etag = await this.#send(n, bytes, crc, signal);
    this.#parts.push({ n, etag, ...(crc === undefined ? {} : { crc }) });
  }

  async commit(signal: AbortSignal): Promise<Verification> {
    if (this.#committed) return 'size';
    if (this.offset < this.#size) throw new ProviderError('invalid', `commit after ${this.offset} of ${this.#size} bytes`);
    try {
      await completeMultipart(this.#s3, this.#target, this.#parts, signal);
    } catch (error) {
      // The upload is gone and the object is there: an earlier answer got lost.
      if (!isGone(error) || !(await this.#published(signal))) throw error;
    }
    await this.#confirm(signal);
    this.#committed = true;
    return 'size';
  }

  /** No connection is open between two parts. */
  async suspend(): Promise<void> {
    return undefined;
  }

  async abort(signal: AbortSignal): Promise<void> {
    if (!this.#committed) await abortMultipart(this.#s3, this.#target, signal);
  }

  async #send(n: number, bytes: Buffer, crc: string | undefined, signal: AbortSignal): Promise<string> {
    return this.#s3.call(
      `UploadPart ${n} of ${this.#target.bucket}/${this.#target.key}`,
      signal,
      async (sdk, client, options) => {
        const checksum = crc === undefined ? {} : { ChecksumCRC32: crc };
        const command = new sdk.UploadPartCommand({
          ...names(this.#target),
          PartNumber: n,
          Body: bytes,
          ContentLength: bytes.length,
          ...checksum,
        });
        const { ETag } = await client.send(command, options);
        if (ETag === undefined) throw new Error('the store gave no ETag');
        return ETag;
      },
      this.#s3.limits.partMs,
    );
  }

  async #published(signal: AbortSignal): Promise<boolean> {
    const found = await headObject(this.#s3, this.#target, signal);
    // A multipart ETag ends in the number of parts: an older object of the same size is not taken for ours.
    return found?.size === this.#size && new RegExp(`-${this.#parts.length}"?$`).test(found.eTag);
  }

  async #confirm(signal: AbortSignal): Promise<void> {
    const found = await headObject(this.#s3, this.#target, signal);
    if (found?.size === this.#size) return;
    if (found !== undefined) await removeObject(this.#s3, this.#target, signal);
    throw new ProviderError('unavailable', `the store published ${found?.size ?? 'none'} of ${this.#size} bytes`);
  }
}

function crc32(bytes: Buffer): string {
  const value = Buffer.alloc(4);
  value.writeUInt32BE(zlib.crc32(bytes));
  return value.toString('base64');
}
