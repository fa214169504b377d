// Owns an upload in chunks by a concurrent session of Dropbox: appends in any order, a held-back end that closes, a finish that is settled.
import type { DropboxClient, Metadata } from './dropbox-client.ts';
import { BLOCK_BYTES, summaryOf } from './dropbox-client.ts';
import { metadataOf } from './dropbox-files.ts';
import { blockHashes, contentHash, HASH_BYTES } from './dropbox-hash.ts';
import { commitInfo, confirm } from './dropbox-put.ts';
import { type Chunk, type ChunkAck, ProviderError, type UploadRequest, type UploadSession, type Verification } from './provider.ts';
import type { VendorAnswer } from './vendor-api.ts';

const APPEND = 'files/upload_session/append_v2';
const FINISH = 'files/upload_session/finish';
const LANES = 4;

export interface OpenSession {
  readonly id: string;
  /** Nothing can be appended any more, as after a finish whose answer got lost. */
  readonly closed: boolean;
  /** An earlier finish may have been answered unheard. */
  readonly resumed: boolean;
  readonly acks: readonly ChunkAck[];
}

/** What one append sends: whole blocks, or the end of the object. */
interface Piece {
  readonly offset: number;
  readonly bytes: Buffer;
  /** Of its blocks. */
  readonly hashes: Buffer;
  readonly close: boolean;
}

/** How long the hashes of the blocks of so many bytes are. */
const hashesOf = ({ length }: Buffer): number => Math.ceil(length / BLOCK_BYTES) * HASH_BYTES;

export class DropboxUpload implements UploadSession {
  readonly resumable = true;
  readonly anyOrder: NonNullable<UploadSession['anyOrder']>;
  readonly #client: DropboxClient;
  readonly #request: UploadRequest;
  readonly #id: string;
  /** Where the last bytes start: they go with the request that closes the session, the only one that may have any number of them. */
  readonly #tailStart: number;
  /** The hashes of the blocks of each chunk, by its offset. */
  readonly #blocks = new Map<number, Buffer>();
  #acks: ChunkAck[] = [];
  #tail: Buffer | undefined;
  #closed: boolean;
  #doubtful: boolean;
  #gone = false;
  #proven: Verification | undefined;

  constructor(client: DropboxClient, request: UploadRequest, session: OpenSession) {
    this.#client = client;
    this.#request = request;
    this.#id = session.id;
    this.#closed = session.closed;
    this.#doubtful = session.resumed;
    this.#tailStart = Math.max(0, Math.floor((request.size - 1) / BLOCK_BYTES) * BLOCK_BYTES);
    for (const { offset, proof } of session.acks) this.#blocks.set(offset, Buffer.from(proof, 'base64'));
    this.anyOrder = { lanes: LANES, holds: (offset) => this.#blocks.has(offset), takeAcks: () => this.#acks.splice(0) };
  }

  get offset(): number {
    const { size, chunkSize } = this.#request;
    let end = 0;
    while (end < size && this.#blocks.has(end)) end += chunkSize;
    return Math.min(end, size);
  }

  /** Empty when the session is of no use any more: it is opened anew then. */
  get state(): string {
    return this.#gone ? '' : JSON.stringify({ kind: 'dropbox', id: this.#id, chunkSize: this.#request.chunkSize });
  }

  async write({ offset, bytes, crc32 }: Chunk, signal: AbortSignal): Promise<void> {
    const { size, chunkSize } = this.#request;
    if (offset % chunkSize !== 0 || bytes.length !== Math.min(chunkSize, size - offset))
      throw new ProviderError('invalid', `${bytes.length} bytes at ${offset} are no chunk of this upload`);
    const hashes = blockHashes(bytes);
    const now = bytes.subarray(0, Math.max(0, this.#tailStart - offset));
    if (now.length > 0) await this.#append({ offset, bytes: now, hashes: hashes.subarray(0, hashesOf(now)), close: false }, signal);
    this.#blocks.set(offset, hashes);
    // The chunk with the tail is durable by the commit only, and is written again after an interruption.
    if (now.length < bytes.length) this.#tail = Buffer.from(bytes.subarray(now.length));
    else this.#acks.push({ offset, length: bytes.length, crc32, proof: hashes.toString('base64') });
  }

  async commit(signal: AbortSignal): Promise<Verification> {
    const { size } = this.#request;
    if (this.#proven !== undefined) return this.#proven;
    if (this.offset < size) throw new ProviderError('invalid', `commit after ${this.offset} of ${size} bytes`);
    const tail = this.#tail ?? Buffer.alloc(0);
    await this.#append({ offset: this.#tailStart, bytes: tail, hashes: blockHashes(tail), close: true }, signal);
    this.#closed = true;
    const hash = contentHash(Buffer.concat([...this.#blocks].toSorted(([a], [b]) => a - b).map(([, hashes]) => hashes)));
    const published = await this.#finish(hash, signal);
    this.#proven = await confirm(this.#client, this.#path, published, { size, hash }, signal);
    this.#tail = undefined;
    return this.#proven;
  }

  /** No connection is open between two requests. */
  async suspend(): Promise<void> {
    return undefined;
  }

  /** Dropbox has no request for this: a session that is not finished is forgotten after seven days, and counts for no quota before. */
  async abort(): Promise<void> {
    this.#gone = this.#proven === undefined;
  }

  get #path(): string {
    return this.#client.path(this.#request.bucket, this.#request.key);
  }

  async #append(piece: Piece, signal: AbortSignal): Promise<void> {
    const { offset, bytes, hashes, close } = piece;
    if (this.#closed) return;
    const argument = { cursor: { session_id: this.#id, offset }, close, content_hash: contentHash(hashes) };
    const answer = await this.#client.upload(APPEND, argument, bytes, signal, [409]);
    if (answer.status !== 409) return;
    const summary = summaryOf(answer.json);
    if (summary.startsWith('not_found')) throw this.#lost();
    // Closed by a request whose answer got lost; were anything missing, the finish would say so.
    if (summary.startsWith('closed')) this.#closed = true;
    else if (summary.startsWith('incorrect_offset')) await this.#skip(piece, answer.json, signal);
    else throw this.#client.refusal(APPEND, answer);
  }

  /** The target names the right offset, as after an answer that got lost: what it has is skipped, but it never goes backwards. */
  async #skip({ offset, bytes, hashes, close }: Piece, { error }: Metadata, signal: AbortSignal): Promise<void> {
    const held = Number((error as Metadata).correct_offset) - offset;
    if (!(held > 0 && (held >= bytes.length || held % BLOCK_BYTES === 0))) throw this.#lost();
    const bytesLeft = bytes.subarray(held);
    if (bytesLeft.length === 0 && !close) return;
    const left = { bytes: bytesLeft, hashes: hashes.subarray(hashes.length - hashesOf(bytesLeft)), close };
    await this.#append({ offset: offset + bytes.length - bytesLeft.length, ...left }, signal);
  }

  async #finish(hash: string, signal: AbortSignal): Promise<Metadata> {
    const argument = { cursor: { session_id: this.#id, offset: this.#request.size }, commit: commitInfo(this.#client, this.#request) };
    let answer: VendorAnswer;
    try {
      answer = await this.#client.upload(FINISH, argument, Buffer.alloc(0), signal, [409]);
    } catch (error) {
      if (!(error instanceof ProviderError && error.kind === 'unavailable') || signal.aborted) throw error;
      this.#doubtful = true;
      const found = await this.#published(hash, signal);
      if (found === undefined) throw error;
      return found;
    }
    if (answer.status !== 409) return answer.json;
    const gone = /^lookup_failed|missing_data/.test(summaryOf(answer.json));
    // An earlier finish has used the session up, or its own object is what is in the way.
    const found = this.#doubtful || gone ? await this.#published(hash, signal) : undefined;
    if (found !== undefined) return found;
    throw gone ? this.#lost() : this.#client.refusal(FINISH, answer);
  }

  /** The object that an unheard answer was about. */
  async #published(hash: string, signal: AbortSignal): Promise<Metadata | undefined> {
    const found = await metadataOf(this.#client, this.#path, signal);
    return found?.size === this.#request.size && found.content_hash === hash ? found : undefined;
  }

  #lost(): ProviderError {
    this.#gone = true;
    return new ProviderError('unavailable', 'Dropbox no longer has this upload session as it was left: the upload starts again');
  }
}
