// Owns an in-memory provider for the engine's tests: real bytes, honest semantics, faults on demand.
import { createHash, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { setImmediate as tick } from 'node:timers/promises';
import {
  ProviderError,
  type Chunk,
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

export type CallName = 'stat' | 'read' | 'list' | 'open' | 'resume' | 'write' | 'commit' | 'abort';

export type Fault =
  | { readonly type: 'fail'; readonly error: ProviderError }
  /** The call does this many bytes and then loses the connection. */
  | { readonly type: 'cut'; readonly after: number }
  /** The call is done and its answer is lost. */
  | { readonly type: 'lost' }
  /** Nothing happens until the signal aborts. */
  | { readonly type: 'hang' };

export interface Call {
  readonly name: CallName;
  readonly key: string;
  readonly offset: number;
}

const down = (): ProviderError => new ProviderError('unavailable', 'The storage is down.');
const missing = (key: string): ProviderError => new ProviderError('missing', `There is no object ${key}.`);
const never = (): Promise<never> => new Promise(() => undefined);

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

interface Stored {
  readonly request: UploadRequest;
  readonly pieces: Buffer[];
  offset: number;
}

export class FakeProvider implements Provider {
  readonly objects = new Map<string, Buffer>();
  readonly sessions = new Map<string, Stored>();
  readonly calls: Call[] = [];
  readonly #resumable: boolean;
  fault: (call: Call) => Fault | undefined = () => undefined;
  /** Awaited in each call; lets a test hold the storage still. */
  gate: (call: Call) => Promise<void> = () => Promise.resolve();
  openReads = 0;
  /** After a crash nothing answers any more, whatever the signal says. */
  dead = false;

  constructor(options: { resumable?: boolean } = {}) {
    this.#resumable = options.resumable ?? true;
  }

  put(key: string, bytes: Buffer): void {
    this.objects.set(key, bytes);
  }

  /** The same storage as a process after a restart sees it: what the dead one still had in flight never arrives. */
  reborn(): FakeProvider {
    const next = new FakeProvider({ resumable: this.#resumable });
    for (const [key, bytes] of this.objects) next.objects.set(key, bytes);
    for (const [id, stored] of this.sessions) next.sessions.set(id, { ...stored, pieces: [...stored.pieces] });
    this.dead = true;
    return next;
  }

  eTagOf(bytes: Buffer): string {
    return createHash('sha256').update(bytes).digest('hex');
  }

  async stat(_bucket: string, key: string, signal: AbortSignal): Promise<ObjectStat> {
    await this.#call({ name: 'stat', key, offset: 0 }, signal);
    const bytes = this.#object(key);
    return { size: bytes.length, eTag: this.eTagOf(bytes), acceptsRanges: true };
  }

  async read(object: ReadRequest, signal: AbortSignal): Promise<ObjectReader> {
    const fault = await this.#call({ name: 'read', key: object.key, offset: object.offset }, signal);
    const bytes = this.#object(object.key);
    if (object.eTag !== '' && this.eTagOf(bytes) !== object.eTag) throw new ProviderError('changed', `${object.key} changed.`);
    const end = fault?.type === 'cut' ? Math.min(bytes.length, object.offset + fault.after) : bytes.length;
    const stream = Readable.from(this.#pieces(bytes, object.offset, end, fault), { objectMode: false, highWaterMark: 16_384 });
    this.openReads += 1;
    stream.once('close', () => (this.openReads -= 1));
    return new StreamReader(stream, 1000, bytes.length - object.offset);
  }

  async *#pieces(bytes: Buffer, from: number, to: number, fault: Fault | undefined): AsyncGenerator<Buffer> {
    for (let at = from; at < to; at += 10_000) {
      if (this.dead) await never();
      yield Buffer.from(bytes.subarray(at, Math.min(to, at + 10_000)));
    }
    if (fault?.type === 'cut') throw new Error('socket hang up');
  }

  async listObjects(query: ListQuery, signal: AbortSignal): Promise<ObjectPage> {
    await this.#call({ name: 'list', key: query.prefix, offset: 0 }, signal);
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(query.prefix) && key > query.continuationToken);
    keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const page = keys.slice(0, query.count);
    return {
      objects: page.map((key) => ({ key, size: this.#object(key).length, eTag: '', lastModified: undefined, kind: 'file' as const })),
      continuationToken: page.length < keys.length ? (page.at(-1) ?? '') : '',
    };
  }

  async openUpload(request: UploadRequest, signal: AbortSignal): Promise<UploadSession> {
    const fault = await this.#call({ name: 'open', key: request.key, offset: 0 }, signal);
    const session = this.#open(request);
    if (fault?.type === 'lost') throw down();
    return session;
  }

  async resumeUpload(request: UploadRequest, state: string, signal: AbortSignal): Promise<UploadSession> {
    await this.#call({ name: 'resume', key: request.key, offset: 0 }, signal);
    const stored = this.sessions.get(state);
    if (stored === undefined) return this.#open(request);
    if (!this.#resumable) Object.assign(stored, { offset: 0, pieces: [] });
    return new FakeSession(this, state, stored, this.#resumable);
  }

  #open(request: UploadRequest): UploadSession {
    const id = randomUUID();
    const stored: Stored = { request, pieces: [], offset: 0 };
    this.sessions.set(id, stored);
    return new FakeSession(this, id, stored, this.#resumable);
  }

  /** Reads the buffer in two goes, as a socket would: a buffer that is reused too early shows in the bytes. */
  async accept(id: string, bytes: Buffer, signal: AbortSignal): Promise<void> {
    const stored = this.#session(id);
    const fault = await this.#call({ name: 'write', key: stored.request.key, offset: stored.offset }, signal);
    const taken = fault?.type === 'cut' ? Math.min(bytes.length, fault.after) : bytes.length;
    const half = Buffer.from(bytes.subarray(0, taken >> 1));
    await tick();
    const rest = Buffer.from(bytes.subarray(taken >> 1, taken));
    signal.throwIfAborted();
    this.#session(id).pieces.push(half, rest);
    stored.offset += taken;
    if (stored.offset > stored.request.size) throw new Error('more bytes than announced');
    if (fault?.type === 'cut' || fault?.type === 'lost') throw down();
  }

  async publish(id: string, signal: AbortSignal): Promise<void> {
    const stored = this.#session(id);
    const fault = await this.#call({ name: 'commit', key: stored.request.key, offset: stored.offset }, signal);
    if (stored.offset !== stored.request.size) throw new ProviderError('invalid', 'The upload is not complete.');
    this.objects.set(stored.request.key, Buffer.concat(stored.pieces));
    this.sessions.delete(id);
    if (fault?.type === 'lost') throw down();
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

  verify = (): Promise<void> => Promise.reject(unused());
  listBuckets = (): Promise<never> => Promise.reject(unused());
  remove = (): Promise<never> => Promise.reject(unused());
  createFolder = (): Promise<never> => Promise.reject(unused());
  signDownloadUrl = (): Promise<never> => Promise.reject(unused());
  signUploadUrl = (): Promise<never> => Promise.reject(unused());
}

const unused = (): Error => new Error('The transfer engine does not call this.');

class FakeSession implements UploadSession {
  readonly #provider: FakeProvider;
  readonly #stored: Stored;
  readonly state: string;
  readonly resumable: boolean;

  constructor(provider: FakeProvider, state: string, stored: Stored, resumable: boolean) {
    this.#provider = provider;
    this.#stored = stored;
    this.state = state;
    this.resumable = resumable;
  }

  get offset(): number {
    return this.#stored.offset;
  }

  write({ bytes }: Chunk, signal: AbortSignal): Promise<void> {
    return this.#provider.accept(this.state, bytes, signal);
  }

  async commit(signal: AbortSignal): Promise<Verification> {
    await this.#provider.publish(this.state, signal);
    return 'size';
  }

  async suspend(): Promise<void> {
    await tick();
  }

  abort(signal: AbortSignal): Promise<void> {
    return this.#provider.drop(this.state, signal);
  }
}
