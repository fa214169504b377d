// Owns a resumable upload by tus 1.0: chunks with checksums, and what to believe when an answer got lost.
import type { HttpClient } from './http-client.ts';
import { dataFailure, openData } from './http-data.ts';
import { appeared, confirmSize } from './http-target.ts';
import { ProviderError, type Chunk, type UploadSession, type Verification } from './provider.ts';
import { holdBack } from './request-body.ts';
import { checksumHeader, type ChecksumAlgorithm } from './tus-checksum.ts';
import { offsetOf, terminate, TUS } from './tus-protocol.ts';

// Session gone, wrong offset, lock, bad checksum: in tus they all mean "ask for the offset and go on".
const ASK_AGAIN = [404, 409, 410, 423, 460];
const REFUSALS = [...ASK_AGAIN, 412];

/** What the ledger keeps of a session. */
export interface TusState {
  readonly kind: 'tus';
  /** Absolute path of the upload on the server, which may have moved to another host since. */
  readonly location: string;
  readonly checksum: ChecksumAlgorithm;
  /** The version that the target had before (`versionOf`). */
  readonly before: string;
}

export function parseTusState(state: string): TusState | undefined {
  try {
    const value = JSON.parse(state) as Partial<TusState> | null;
    const whole =
      value?.kind === 'tus' && typeof value.location === 'string' && typeof value.checksum === 'string' && typeof value.before === 'string';
    return whole ? (value as TusState) : undefined;
  } catch {
    return undefined;
  }
}

export interface TusTarget {
  readonly url: URL;
  readonly upload: URL;
  readonly size: number;
  readonly checksum: ChecksumAlgorithm;
  readonly before: string;
  readonly ifAbsent: boolean;
}

export class TusUpload implements UploadSession {
  readonly resumable = true;
  readonly state: string;
  readonly #client: HttpClient;
  readonly #target: TusTarget;
  /** Bytes that the server holds. */
  #offset: number;
  /** The last bytes of the object, which wait for `commit`. */
  #tail: Buffer = Buffer.alloc(0);
  #committed = false;

  constructor(client: HttpClient, target: TusTarget, offset: number) {
    const { upload, checksum, before } = target;
    this.#client = client;
    this.#target = target;
    this.#offset = offset;
    this.state = JSON.stringify({ kind: 'tus', location: upload.pathname + upload.search, checksum, before } satisfies TusState);
  }

  get offset(): number {
    return this.#offset + this.#tail.length;
  }

  /** After a rejection `offset` is what the server was last known to hold: continue there, or by `resumeUpload`. */
  async write({ bytes, crc32 }: Chunk, signal: AbortSignal): Promise<void> {
    const end = this.offset + bytes.length;
    if (end > this.#target.size) throw new ProviderError('invalid', 'more bytes than the upload was opened for');
    const { now, later } = holdBack(bytes, end === this.#target.size, this.#client.limits.sliceBytes);
    await this.#append(now, later.length === 0 ? crc32 : undefined, signal);
    this.#tail = later;
  }

  async commit(signal: AbortSignal): Promise<Verification> {
    if (this.#committed) return 'size';
    const { url, size } = this.#target;
    if (this.offset < size) throw new ProviderError('invalid', `commit after ${this.offset} of ${size} bytes`);
    const tail = this.#tail;
    this.#tail = Buffer.alloc(0);
    try {
      await this.#append(tail, undefined, signal);
    } catch (error) {
      // What the server still lacks of the tail; nothing of it fits when it holds less than before.
      this.#tail = tail.subarray(Math.max(0, this.#offset - (size - tail.length)));
      throw error;
    }
    await confirmSize(this.#client, url, size, signal);
    this.#committed = true;
    return 'size';
  }

  /** No connection is open between two chunks. */
  async suspend(): Promise<void> {
    return undefined;
  }

  async abort(signal: AbortSignal): Promise<void> {
    if (!this.#committed) await terminate(this.#client, this.#target.upload, signal);
  }

  /** `crc32`, where it is known already. */
  async #append(bytes: Buffer, crc32: number | undefined, signal: AbortSignal): Promise<void> {
    if (bytes.length === 0) return;
    const end = this.#offset + bytes.length;
    try {
      await this.#patch(bytes, crc32, signal);
    } catch (error) {
      if (!isDoubtful(error) || signal.aborted) throw error;
      await this.#settle(end, error, signal);
    }
    this.#offset = end;
  }

  async #patch(bytes: Buffer, crc32: number | undefined, signal: AbortSignal): Promise<void> {
    const headers = {
      ...TUS,
      'content-type': 'application/offset+octet-stream',
      'upload-offset': String(this.#offset),
      ...checksumHeader(this.#target.checksum, bytes, crc32),
    };
    const { upload, ifAbsent } = this.#target;
    const answer = await openData(this.#client, { method: 'PATCH', url: upload, headers, body: bytes }, signal, REFUSALS);
    if (answer.status < 300) return answer.drop();
    // Only the server's condition for the object can fail: a PATCH itself has none.
    const kind = ASK_AGAIN.includes(answer.status) ? 'unavailable' : ifAbsent ? 'conflict' : 'changed';
    throw await dataFailure(this.#client, `PATCH at byte ${this.#offset}`, answer, signal, kind);
  }

  // The server is asked where it stands: only it knows whether the chunk arrived.
  async #settle(end: number, error: unknown, signal: AbortSignal): Promise<void> {
    const { url, upload, size, before } = this.#target;
    const held = await offsetOf(this.#client, upload, size, signal);
    if (held === end) return;
    if (held !== undefined) this.#offset = held;
    else if (end === size && (await appeared(this.#client, url, { size, before }, signal))) return;
    throw error;
  }
}

function isDoubtful(error: unknown): boolean {
  return error instanceof ProviderError && error.kind === 'unavailable';
}
