// Owns the upload of an object that fits in one chunk: a single PutObject at commit.
import { ProviderError, type UploadRequest, type UploadSession } from './provider.ts';
import type { S3Connection } from './s3-client.ts';

export class S3SingleUpload implements UploadSession {
  readonly resumable = false;
  readonly state = JSON.stringify({ kind: 's3-single' });
  readonly #s3: S3Connection;
  readonly #request: UploadRequest;
  #body: Buffer;
  #offset = 0;
  #committed = false;

  constructor(s3: S3Connection, request: UploadRequest) {
    this.#s3 = s3;
    this.#request = request;
    this.#body = Buffer.alloc(0);
  }

  /** Bytes collected; nothing leaves before `commit`. */
  get offset(): number {
    return this.#offset;
  }

  /** Copies the bytes, at most one chunk of them: the caller's buffer is free again. */
  async write(bytes: Buffer, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const end = this.#offset + bytes.length;
    if (end > this.#request.size) throw new ProviderError('invalid', 'more bytes than the upload was opened for');
    if (this.#body.length === 0) this.#body = Buffer.allocUnsafe(this.#request.size);
    bytes.copy(this.#body, this.#offset);
    this.#offset = end;
  }

  /** May be called again after a failure: a PutObject replaces the whole object. */
  async commit(signal: AbortSignal): Promise<void> {
    if (this.#committed) return;
    const { bucket, key, size, contentType } = this.#request;
    if (this.#offset < size) throw new ProviderError('invalid', `commit after ${this.#offset} of ${size} bytes`);
    const type = contentType === '' ? {} : { ContentType: contentType };
    const checksum = this.#s3.crc32 ? { ChecksumAlgorithm: 'CRC32' as const } : {};
    await this.#s3.call(
      `PutObject ${bucket}/${key}`,
      signal,
      (sdk, client, options) =>
        client.send(
          new sdk.PutObjectCommand({ Bucket: bucket, Key: key, Body: this.#body, ContentLength: size, ...type, ...checksum }),
          options,
        ),
      this.#s3.limits.partMs,
    );
    this.#committed = true;
    this.#body = Buffer.alloc(0);
  }

  async suspend(): Promise<void> {
    this.#body = Buffer.alloc(0);
    this.#offset = 0;
  }

  async abort(): Promise<void> {
    await this.suspend();
  }
}
