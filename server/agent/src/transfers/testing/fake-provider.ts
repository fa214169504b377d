// Owns an in-memory provider for the engine's tests: real bytes, honest semantics, faults on demand.
import { createHash, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { setImmediate as tick } from 'node:timers/promises';
import {
  ProviderError,
  type Chunk,
  type CopyCourse,
  type ListQuery,
  type ObjectReader,
  type ObjectPage,
  type ObjectStat,
  type Provider,
  type ReadRequest,
  type UploadRequest,
  type UploadSession,
  type Verification,
} from '../../providers/provider.ts';
import { StreamReader } from '../../providers/stream-reader.ts';
import type { Call, FakeOptions, Fault } from './fake-calls.ts';
import { FakeSession, prefixOf, type Stored } from './fake-session.ts';

export type { Call, FakeOptions, Fault } from './fake-calls.ts';

const down = (): ProviderError => new ProviderError('unavailable', 'The storage is down.');
const missing = (key: string): ProviderError => new ProviderError('missing', `There is no object ${key}.`);
const never = (): Promise<never> => new Promise(() => undefined);

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

export class FakeProvider implements Provider {
  readonly objects = new Map<string, Buffer>();
  readonly sessions = new Map<string, Stored>();
  readonly calls: Call[] = [];
  readonly modified = new Map<string, Date>();
  readonly putWhole?: NonNullable<Provider['putWhole']>;
  readonly copy?: NonNullable<Provider['copy']>;
  readonly dropCopy?: NonNullable<Provider['dropCopy']>;
  readonly #options: FakeOptions;
  fault: (call: Call) => Fault | undefined = () => undefined;
  /** Awaited in each call; lets a test hold the storage still. */
  gate: (call: Call) => Promise<void> = () => Promise.resolve();
  openReads = 0;
  /** Stores other bytes than it was given. */
  lies = false;
  readonly foldsCase?: boolean;
  /** A test may put what only another store can hold. */
  foldsNow = true;
  /** What listings tell of every version. */
  listedETag = '';
  /** Bytes that left the storage. */
  bytesRead = 0;
  /** After a crash nothing answers any more, whatever the signal says. */
  dead = false;

  constructor(options: FakeOptions = {}) {
    this.#options = options;
    if (options.foldsCase === true) this.foldsCase = true;
    if (options.whole === true) this.putWhole = (request, chunk, signal) => this.#putWhole(request, chunk, signal);
    if (options.copies === true) this.copy = (from, to, signal, course) => this.#copy(from.key, to, signal, course);
    if (options.copyPieces !== undefined) this.dropCopy = (_at, state, signal) => this.drop(state, signal);
  }

  put(key: string, bytes: Buffer): void {
    const folds = this.#options.foldsCase === true && this.foldsNow;
    const same = folds ? [...this.objects.keys()].find((other) => other.toLowerCase() === key.toLowerCase()) : undefined;
    this.objects.set(same ?? key, bytes);
  }

  /** The same storage as a process after a restart sees it: what the dead one still had in flight never arrives. */
  reborn(): FakeProvider {
    const next = new FakeProvider(this.#options);
    for (const [key, bytes] of this.objects) next.objects.set(key, bytes);
    for (const [id, stored] of this.sessions) next.sessions.set(id, { ...stored, pieces: new Map(stored.pieces) });
    this.dead = true;
    return next;
  }

  eTagOf(bytes: Buffer): string {
    return createHash('sha256').update(bytes).digest('hex');
  }

  async stat(_bucket: string, key: string, signal: AbortSignal): Promise<ObjectStat> {
    await this.#call({ name: 'stat', key, offset: 0 }, signal);
    const bytes = this.#object(key);
    return { size: bytes.length, eTag: this.eTagOf(bytes), acceptsRanges: true, lastModified: this.modified.get(key) };
  }

  async read(object: ReadRequest, signal: AbortSignal): Promise<ObjectReader> {
    const fault = await this.#call({ name: 'read', key: object.key, offset: object.offset }, signal);
    const bytes = this.#object(object.key);
    if (object.eTag !== '' && this.eTagOf(bytes) !== object.eTag) throw new ProviderError('changed', `${object.key} changed.`);
    const wanted = Math.min(bytes.length, object.offset + (object.length ?? bytes.length));
    const end = fault?.type === 'cut' ? Math.min(wanted, object.offset + fault.after) : wanted;
    const stream = Readable.from(this.#pieces(bytes, object.offset, end, fault), { objectMode: false, highWaterMark: 16_384 });
    this.openReads += 1;
    stream.once('close', () => (this.openReads -= 1));
    return new StreamReader(stream, 1000, wanted - object.offset);
  }

  async *#pieces(bytes: Buffer, from: number, to: number, fault: Fault | undefined): AsyncGenerator<Buffer> {
    for (let at = from; at < to; at += 10_000) {
      if (this.dead) await never();
      const piece = Buffer.from(bytes.subarray(at, Math.min(to, at + 10_000)));
      this.bytesRead += piece.length;
      yield piece;
    }
    if (fault?.type === 'cut') throw new Error('socket hang up');
  }

  async listObjects(query: ListQuery, signal: AbortSignal): Promise<ObjectPage> {
    await this.#call({ name: 'list', key: query.prefix, offset: 0 }, signal);
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(query.prefix) && key > query.continuationToken);
    keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const page = keys.slice(0, query.count);
    return {
      objects: page.map((key) => ({
        key,
        size: this.#object(key).length,
        eTag: this.listedETag,
        lastModified: undefined,
        kind: 'file' as const,
      })),
      continuationToken: page.length < keys.length ? (page.at(-1) ?? '') : '',
    };
  }

  async openUpload(request: UploadRequest, signal: AbortSignal): Promise<UploadSession> {
    const fault = await this.#call({ name: 'open', key: request.key, offset: 0 }, signal);
    this.#lookEarly(request);
    const session = this.#open(request);
    if (fault?.type === 'lost') throw down();
    return session;
  }

  async resumeUpload(request: UploadRequest, state: string, signal: AbortSignal): Promise<UploadSession> {
    await this.#call({ name: 'resume', key: request.key, offset: 0 }, signal);
    this.#lookEarly(request);
    const stored = this.sessions.get(state);
    if (stored === undefined) return this.#open(request);
    if (this.#options.resumable === false) stored.pieces.clear();
    return new FakeSession(this, state, stored, this.#options);
  }

  #lookEarly({ key, ifAbsent }: UploadRequest): void {
    const taken = this.#options.looksEarly === true && ifAbsent === true && this.objects.has(key);
    if (taken) throw new ProviderError('conflict', `${key} is there already.`);
  }

  #open(request: UploadRequest): UploadSession {
    const id = randomUUID();
    const stored: Stored = { request, begun: new Date(), pieces: new Map() };
    this.sessions.set(id, stored);
    return new FakeSession(this, id, stored, this.#options);
  }

  /** Reads the buffer in two goes, as a socket would: a buffer that is reused too early shows in the bytes. */
  async accept(id: string, { offset, bytes }: Chunk, signal: AbortSignal): Promise<void> {
    const stored = this.#session(id);
    const fault = await this.#call({ name: 'write', key: stored.request.key, offset }, signal);
    const taken = fault?.type === 'cut' ? Math.min(bytes.length, fault.after) : bytes.length;
    const half = Buffer.from(bytes.subarray(0, taken >> 1));
    await tick();
    const rest = Buffer.from(bytes.subarray(taken >> 1, taken));
    signal.throwIfAborted();
    const { pieces, request } = this.#session(id);
    if (this.#options.lanes === undefined && offset !== prefixOf(stored))
      throw new Error(`a chunk at ${offset} where ${prefixOf(stored)} is due`);
    if (offset + bytes.length > request.size) throw new Error('more bytes than announced');
    // A part that was cut is no part; an appended stream keeps what came.
    if (this.#options.lanes === undefined || taken === bytes.length) pieces.set(offset, Buffer.concat([half, rest]));
    if (fault?.type === 'cut' || fault?.type === 'lost') throw down();
  }

  async publish(id: string, signal: AbortSignal): Promise<void> {
    const stored = this.#session(id);
    const { key, size, ifAbsent } = stored.request;
    const fault = await this.#call({ name: 'commit', key, offset: prefixOf(stored) }, signal);
    if (prefixOf(stored) !== size) throw new ProviderError('invalid', 'The upload is not complete.');
    if (ifAbsent === true && this.objects.has(key)) throw new ProviderError('conflict', `${key} is there already.`);
    const inOrder = [...stored.pieces].toSorted(([a], [b]) => a - b).map(([, piece]) => piece);
    this.put(key, Buffer.concat(inOrder));
    this.sessions.delete(id);
    if (fault?.type === 'lost') throw down();
  }

  async #putWhole({ key, size, ifAbsent }: UploadRequest, { bytes }: Chunk, signal: AbortSignal): Promise<Verification> {
    const fault = await this.#call({ name: 'put', key, offset: 0 }, signal);
    if (bytes.length !== size) throw new Error(`${bytes.length} bytes for an object of ${size}`);
    if (ifAbsent === true && this.objects.has(key)) throw new ProviderError('conflict', `${key} is there already.`);
    this.put(key, this.lies ? Buffer.alloc(bytes.length, 7) : Buffer.from(bytes));
    if (fault?.type === 'lost') throw down();
    return 'object';
  }

  async #copy(from: string, request: UploadRequest, signal: AbortSignal, course?: CopyCourse): Promise<Verification> {
    const { key, ifAbsent } = request;
    const fault = await this.#call({ name: 'copy', key, offset: 0 }, signal);
    if (ifAbsent === true && this.objects.has(key)) throw new ProviderError('conflict', `${key} is there already.`);
    if (this.#options.copyPieces !== undefined) await this.#copyPieces(from, request, signal, course, fault);
    this.put(key, this.#object(from));
    return 'object';
  }

  async #copyPieces(from: string, request: UploadRequest, signal: AbortSignal, course?: CopyCourse, fault?: Fault): Promise<void> {
    const bytes = this.#object(from);
    const length = this.#options.copyPieces ?? bytes.length;
    const saved = course?.saved ?? '';
    const id = this.sessions.has(saved) ? saved : randomUUID();
    if (id !== saved) {
      course?.begin();
      this.sessions.set(id, { request, begun: new Date(), pieces: new Map() });
      if (fault?.type === 'lost') throw down();
      try {
        course?.keep(id);
      } catch (error) {
        this.sessions.delete(id);
        throw error;
      }
    }
    const { pieces } = this.#session(id);
    for (let offset = 0; offset < bytes.length; offset += length) {
      if (!pieces.has(offset)) await this.#call({ name: 'copyPart', key: request.key, offset }, signal);
      this.#session(id).pieces.set(offset, bytes.subarray(offset, offset + length));
      course?.alive(Math.min(bytes.length, offset + length));
    }
    this.sessions.delete(id);
  }

  async drop(id: string, signal: AbortSignal): Promise<void> {
    await this.#call({ name: 'abort', key: this.sessions.get(id)?.request.key ?? '', offset: 0 }, signal);
    this.sessions.delete(id);
  }

  async #call(call: Call, signal: AbortSignal): Promise<Fault | undefined> {
    if (this.dead) await never();
    signal.throwIfAborted();
    this.calls.push(call);
    await this.gate(call);
    await tick();
    if (this.dead) await never();
    signal.throwIfAborted();
    const fault = this.fault(call);
    if (fault?.type === 'fail') throw fault.error;
    if (fault?.type === 'hang') await untilAborted(signal);
    return fault;
  }

  #object(key: string): Buffer {
    const bytes = this.objects.get(key);
    if (bytes === undefined) throw missing(key);
    return bytes;
  }

  #session(id: string): Stored {
    const stored = this.sessions.get(id);
    if (stored === undefined) throw new ProviderError('unavailable', 'The upload session is gone.');
    return stored;
  }

  readonly sweepUploads: NonNullable<Provider['sweepUploads']> = async ({ key }, since, signal) => {
    await this.#call({ name: 'sweep', key, offset: 0 }, signal);
    for (const [id, { request, begun, pieces }] of this.sessions)
      if (request.key === key && begun >= since && pieces.size === 0) this.sessions.delete(id);
  };

  async verify(signal: AbortSignal, bucket = ''): Promise<void> {
    await this.#call({ name: 'verify', key: bucket, offset: 0 }, signal);
  }

  async remove(_bucket: string, key: string, signal: AbortSignal): Promise<void> {
    await this.#call({ name: 'remove', key, offset: 0 }, signal);
    this.objects.delete(key);
  }

  listBuckets = (): Promise<never> => Promise.reject(unused());
  createFolder = (): Promise<never> => Promise.reject(unused());
  signDownloadUrl = (): Promise<never> => Promise.reject(unused());
  signUploadUrl = (): Promise<never> => Promise.reject(unused());
}

const unused = (): Error => new Error('The transfer engine does not call this.');
