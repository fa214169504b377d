// Owns a resumable multipart upload: one part a chunk, in any order, and a commit that is settled by asking.
import { ProviderError, type Chunk, type ChunkAck, type UploadRequest, type UploadSession, type Verification } from './provider.ts';
import type { S3Connection } from './s3-client.ts';
import { refusalCode } from './s3-data.ts';
import { abortMultipart, completeMultipart, isGone, type Created, type Multipart, type StoredPart } from './s3-multipart.ts';
import { headObject, removeObject } from './s3-objects.ts';
import { checkHead, crc32Of, isOurs, isProof } from './s3-proof.ts';
import { exists, refuseExisting, sendBytes, toBase64 } from './s3-put.ts';
import { encodeRfc3986 } from './wire/sigv4.ts';

const LANES = 4;

export interface HeldChunk {
  readonly eTag: string;
  readonly crc32: number;
}

export interface S3Plan extends Created {
  /** Bytes of every part but the last. */
  readonly partSize: number;
}

export class S3Upload implements UploadSession {
  readonly resumable = true;
  readonly state: string;
  readonly anyOrder: NonNullable<UploadSession['anyOrder']>;
  readonly #s3: S3Connection;
  readonly #request: UploadRequest;
  readonly #plan: S3Plan;
  readonly #target: Multipart;
  /** By part number less one. */
  readonly #parts: (HeldChunk | undefined)[];
  #acks: ChunkAck[] = [];
  /** Parts from the first on without a gap. */
  #inRow = 0;
  #attempted = false;
  readonly #resumed: boolean;
  #committed: Verification | undefined;

  constructor(s3: S3Connection, request: UploadRequest, plan: S3Plan, held?: readonly (HeldChunk | undefined)[]) {
    this.#s3 = s3;
    this.#request = request;
    this.#plan = plan;
    this.#target = { bucket: request.bucket, key: request.key, uploadId: plan.uploadId };
    const count = Math.ceil(request.size / plan.partSize);
    this.#parts = Array.from({ length: count }, (_, at) => held?.[at]);
    this.#resumed = held !== undefined;
    const { uploadId, partSize, checksum } = plan;
    this.state = JSON.stringify({ kind: 's3-multipart', uploadId, partSize, checksum });
    this.anyOrder = {
      lanes: LANES,
      holds: (offset) => this.#parts[offset / partSize] !== undefined,
      takeAcks: () => this.#acks.splice(0),
    };
  }

  get offset(): number {
    while (this.#parts[this.#inRow] !== undefined) this.#inRow += 1;
    return Math.min(this.#request.size, this.#inRow * this.#plan.partSize);
  }

  /** Sends one part; all but the last must have exactly the chunk size. Sending a part again replaces it. */
  async write({ offset, bytes, crc32 }: Chunk, signal: AbortSignal): Promise<void> {
    const { partSize, uploadId, checksum } = this.#plan;
    const { bucket, key, size } = this.#request;
    const expected = Math.min(partSize, size - offset);
    if (offset % partSize !== 0 || bytes.length !== expected || expected <= 0)
      throw new ProviderError('invalid', `a part of ${bytes.length} bytes at byte ${offset} where ${Math.max(0, expected)} were due`);
    const n = offset / partSize + 1;
    const { eTag } = await sendBytes(
      this.#s3,
      {
        what: `UploadPart ${n} of ${bucket}/${key}`,
        bucket,
        key,
        query: `partNumber=${n}&uploadId=${encodeRfc3986(uploadId)}`,
        body: bytes,
      },
      checksum === 'none' ? undefined : crc32,
      signal,
    );
    if (eTag === '') throw new ProviderError('unavailable', `UploadPart ${n} of ${bucket}/${key}: the store gave no ETag`);
    this.#parts[n - 1] = { eTag, crc32 };
    this.#acks.push({ offset, length: bytes.length, crc32, proof: eTag });
  }

  async commit(signal: AbortSignal): Promise<Verification> {
    if (this.#committed !== undefined) return this.#committed;
    const { size, ifAbsent = false } = this.#request;
    if (this.offset < size) throw new ProviderError('invalid', `commit after ${this.offset} of ${size} bytes`);
    const conditional = ifAbsent && this.#s3.traits.conditional;
    if (ifAbsent && !conditional) await refuseExisting(this.#s3, this.#request, signal);
    try {
      await this.#complete(conditional, signal);
    } catch (error) {
      if (conditional && refusalCode(error) === 'NotImplemented') {
        this.#s3.traits.conditional = false;
        return this.commit(signal);
      }
      await this.#settle(error, signal);
    }
    this.#committed = await this.#confirm(signal);
    // A part or a commit of before the interruption may have come late, and some stores then keep the upload beside the object.
    if (this.#resumed) await abortMultipart(this.#s3, this.#target, signal).catch(() => undefined);
    return this.#committed;
  }

  /** No connection is open between two parts. */
  async suspend(): Promise<void> {
    return undefined;
  }

  async abort(signal: AbortSignal): Promise<void> {
    if (this.#committed === undefined) await abortMultipart(this.#s3, this.#target, signal);
  }

  async #complete(ifAbsent: boolean, signal: AbortSignal): Promise<void> {
    const { checksum } = this.#plan;
    const parts = this.#held().map(({ eTag, crc32 }, at): StoredPart => {
      const crc = checksum === 'none' ? {} : { crc: toBase64(crc32) };
      return { n: at + 1, etag: eTag, ...crc };
    });
    const crc32 = checksum === 'full' ? toBase64(this.#crc32()) : undefined;
    await completeMultipart(this.#s3, this.#target, { parts, crc32, ifAbsent }, signal);
  }

  /** Whether the object is there, and this one: the upload may be gone because it was completed, unheard. */
  async published(signal: AbortSignal): Promise<boolean> {
    if (this.offset < this.#request.size) return false;
    const found = await headObject(this.#s3, this.#target, signal);
    return found !== undefined && isOurs(found, this.#sent());
  }

  /** Returns when an earlier answer got lost: the upload is gone, or in the way of its own condition, and the object is there. */
  async #settle(error: unknown, signal: AbortSignal): Promise<void> {
    const { bucket, key, size, ifAbsent } = this.#request;
    const exists412 = ifAbsent === true && refusalCode(error) === 'PreconditionFailed';
    const again = this.#attempted;
    this.#attempted = true;
    if (exists412 && !(again && (await this.published(signal)))) throw exists(bucket, key);
    if (exists412) return;
    if (!isGone(error)) throw error;
    const found = await headObject(this.#s3, this.#target, signal);
    // Stores have other ETags than MD5s, but the number of parts is in all of them: an older object of the same size is not taken for ours.
    const ours = found?.size === size && new RegExp(`-${this.#parts.length}"?$`).test(found.eTag);
    if (!ours || !isProof(checkHead(found, this.#sent()))) throw error;
  }

  async #confirm(signal: AbortSignal): Promise<Verification> {
    const { size } = this.#request;
    const found = await headObject(this.#s3, this.#target, signal);
    const proof =
      found === undefined ? `none of ${size} bytes` : checkHead(found, { size, crc32: () => this.#crc32(), parts: this.#held() });
    if (proof === 'size' || proof === 'chunks' || proof === 'object') return proof;
    if (found !== undefined) await removeObject(this.#s3, this.#target, signal);
    throw new ProviderError('unavailable', `the store published ${proof}`);
  }

  #held(): readonly HeldChunk[] {
    return this.#parts.filter((part) => part !== undefined);
  }

  #sent(): Parameters<typeof checkHead>[1] {
    return { size: this.#request.size, crc32: () => this.#crc32(), parts: this.#held() };
  }

  #crc32(): number {
    return crc32Of(this.#held(), this.#request.size, this.#plan.partSize);
  }
}
