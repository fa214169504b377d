// Owns an upload to Frame.io: parts by number, in any order, to addresses that carry their own proof.
import { setTimeout as after } from 'node:timers/promises';
import type { Asset, FrameClient } from './frame-client.ts';
import { type FrameTree, split } from './frame-tree.ts';
import { ProviderError, type Chunk, type ChunkAck, type UploadRequest, type UploadSession, type Verification } from './provider.ts';

// The vendor's own client sends as many parts at once.
const LANES = 5;

interface FrameState {
  readonly kind: 'frame-v2';
  readonly asset: string;
  readonly urls: readonly string[];
}

export interface FrameContext {
  readonly frame: FrameClient;
  readonly tree: FrameTree;
}

export async function openFrameUpload(context: FrameContext, request: UploadRequest, signal: AbortSignal): Promise<UploadSession> {
  const { bucket, key, size } = request;
  const { folder, name } = split(key);
  if (name === '') throw new ProviderError('invalid', 'a file of Frame.io needs a name');
  if (size === 0) throw new ProviderError('invalid', 'Frame.io takes no file without bytes');
  await refuseExisting(context, request, signal);
  const parent = await context.tree.folder(bucket, folder, signal, true);
  if (parent === undefined) throw new ProviderError('missing', `Frame.io has no folder ${folder} in ${bucket}`);
  const body = { type: 'file', name, filesize: size, filetype: typeOf(request) };
  const asset = await context.frame.create(parent, body, signal).catch((error: unknown) => context.tree.forget(error));
  if (asset.id === '' || asset.uploadUrls.length === 0) throw new ProviderError('invalid', 'Frame.io gave no addresses for the parts');
  return new FrameUpload(context, request, { kind: 'frame-v2', asset: asset.id, urls: asset.uploadUrls }, []);
}

/** Nothing tells which parts are there: those acknowledged are, the others are sent again. */
export async function resumeFrameUpload(
  context: FrameContext,
  request: UploadRequest,
  { state, acks }: { readonly state: string; readonly acks: readonly ChunkAck[] },
  signal: AbortSignal,
): Promise<UploadSession> {
  const stored = parseState(state);
  const asset = stored === undefined ? undefined : await context.frame.asset(stored.asset, signal);
  if (stored === undefined || asset === undefined || asset.filesize !== request.size) return openFrameUpload(context, request, signal);
  if (asset.completed === '' && expired(stored.urls[0] ?? '', Date.now())) {
    await context.frame.remove(stored.asset, signal);
    return openFrameUpload(context, request, signal);
  }
  return new FrameUpload(context, request, stored, acks, asset.completed !== '');
}

function parseState(state: string): FrameState | undefined {
  try {
    const value = JSON.parse(state) as Partial<FrameState> | null;
    const whole = value?.kind === 'frame-v2' && typeof value.asset === 'string' && Array.isArray(value.urls) && value.urls.length > 0;
    return whole ? (value as FrameState) : undefined;
  } catch {
    return undefined;
  }
}

/** The addresses are presigned for S3, which says in them how long they are good. */
function expired(url: string, now: number): boolean {
  if (!URL.canParse(url)) return true;
  const { searchParams } = new URL(url);
  const stamp = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(searchParams.get('X-Amz-Date') ?? '');
  if (stamp === null) return false;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = stamp.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) + Number(searchParams.get('X-Amz-Expires') ?? 0) * 1000 <= now;
}

async function refuseExisting({ tree }: FrameContext, request: UploadRequest, signal: AbortSignal): Promise<void> {
  if (request.ifAbsent === true && (await tree.files(request.bucket, request.key, signal)).length > 0)
    throw new ProviderError('conflict', `${request.bucket}/${request.key} exists already`);
}

const typeOf = ({ contentType }: UploadRequest): string => (contentType === '' ? 'application/octet-stream' : contentType);

class FrameUpload implements UploadSession {
  readonly resumable = true;
  readonly state: string;
  /** As the vendor's client cuts: equal parts, one for each address. */
  readonly chunkSize: number;
  readonly anyOrder: NonNullable<UploadSession['anyOrder']>;
  readonly #context: FrameContext;
  readonly #request: UploadRequest;
  readonly #session: FrameState;
  readonly #held = new Set<number>();
  #acks: ChunkAck[] = [];
  #whole = 0;
  /** The last part waits for `commit`: Frame.io publishes a file when it has all parts. */
  #last: Buffer | undefined;
  #complete: boolean;
  #tried: boolean;
  #committed = false;

  constructor(context: FrameContext, request: UploadRequest, session: FrameState, acks: readonly ChunkAck[], complete = false) {
    this.#context = context;
    this.#request = request;
    this.#session = session;
    this.#complete = complete;
    this.#tried = acks.length > 0;
    this.state = JSON.stringify(session);
    this.chunkSize = Math.ceil(request.size / session.urls.length);
    this.anyOrder = {
      lanes: LANES,
      holds: (offset) => this.#held.has(offset / this.chunkSize),
      takeAcks: () => this.#acks.splice(0),
    };
    for (const { offset, length } of acks) {
      const index = offset / this.chunkSize;
      if (Number.isInteger(index) && length === this.#sizeOf(index) && index < this.#count - 1) this.#hold(index);
    }
    if (complete) for (let index = 0; index < this.#count; index++) this.#hold(index);
  }

  get offset(): number {
    return Math.min(this.#request.size, this.#whole * this.chunkSize);
  }

  async write({ offset, bytes, crc32 }: Chunk, signal: AbortSignal): Promise<void> {
    const index = offset / this.chunkSize;
    if (!Number.isInteger(index) || bytes.length === 0 || bytes.length !== this.#sizeOf(index))
      throw new ProviderError('invalid', `a part of ${bytes.length} bytes at ${offset}, where ${this.#sizeOf(index)} were due`);
    if (index === this.#count - 1) {
      this.#last = Buffer.from(bytes);
    } else {
      const proof = await this.#put(index, bytes, signal);
      this.#acks.push({ offset, length: bytes.length, crc32, proof });
    }
    this.#hold(index);
  }

  async commit(signal: AbortSignal): Promise<Verification> {
    if (this.#committed) return 'size';
    const { size } = this.#request;
    if (this.offset < size) throw new ProviderError('invalid', `commit after ${this.offset} of ${size} bytes`);
    await refuseExisting(this.#context, this.#complete ? { ...this.#request, ifAbsent: false } : this.#request, signal);
    const asset = await this.#published(signal);
    await this.#confirm(asset, signal);
    const { frame, tree } = this.#context;
    // Names are not unique in Frame.io: what the file replaces goes once it is there.
    for (const { id } of await tree.files(this.#request.bucket, this.#request.key, signal))
      if (id !== asset.id) await frame.remove(id, signal);
    this.#committed = true;
    this.#last = undefined;
    return 'size';
  }

  async suspend(): Promise<void> {
    this.#last = undefined;
  }

  async abort(signal: AbortSignal): Promise<void> {
    this.#last = undefined;
    if (!this.#committed) await this.#context.frame.remove(this.#session.asset, signal);
  }

  get #count(): number {
    return Math.ceil(this.#request.size / this.chunkSize);
  }

  #sizeOf(index: number): number {
    return Math.max(0, Math.min(this.chunkSize, this.#request.size - index * this.chunkSize));
  }

  #hold(index: number): void {
    this.#held.add(index);
    while (this.#held.has(this.#whole)) this.#whole += 1;
  }

  async #put(index: number, bytes: Buffer, signal: AbortSignal): Promise<string> {
    const { status, header } = await this.#context.frame.api.call(
      {
        what: `Frame.io part ${index + 1}`,
        method: 'PUT',
        url: this.#session.urls[index] ?? '',
        headers: { 'content-type': typeOf(this.#request), 'x-amz-acl': 'private' },
        body: bytes,
        anonymous: true,
        tolerated: [403, 404],
      },
      signal,
    );
    // The token has no part in this: the address is good no longer, and a resumed session gets others.
    if (status === 403 || status === 404)
      throw new ProviderError('unavailable', `Frame.io part ${index + 1} was answered ${status}: the address of the part has expired`);
    return header('etag') ?? '';
  }

  /** Sends the last part unless that has happened before, and waits until Frame.io has put the file together. */
  async #published(signal: AbortSignal): Promise<Asset> {
    const { frame } = this.#context;
    const known = this.#tried ? await this.#look(signal) : undefined;
    this.#tried = true;
    if ((known?.completed ?? '') === '' && !this.#complete) {
      if (this.#last === undefined) throw new ProviderError('unavailable', 'the last part is not here any more: resume the upload');
      await this.#put(this.#count - 1, this.#last, signal);
    }
    const deadline = Date.now() + frame.limits.assemblyMs;
    for (;;) {
      const asset = await this.#look(signal);
      if (asset.completed !== '') return asset;
      if (Date.now() >= deadline) throw new ProviderError('unavailable', 'Frame.io has all parts, but has not put the file together yet');
      await after(frame.limits.lookMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }

  async #look(signal: AbortSignal): Promise<Asset> {
    const asset = await this.#context.frame.asset(this.#session.asset, signal);
    if (asset === undefined) throw new ProviderError('unavailable', 'Frame.io does not know the upload any more');
    return asset;
  }

  /** `filesize` is what we said ourselves: how much there really is, the store behind tells with a range. */
  async #confirm({ id, original }: Asset, signal: AbortSignal): Promise<void> {
    const headers = { range: 'bytes=0-0' };
    const request = { what: 'Frame.io original', method: 'GET', url: original, headers, anonymous: true } as const;
    const { header } = await this.#context.frame.api.call(request, signal);
    const [, stored] = /\/(\d+)$/.exec(header('content-range') ?? '') ?? [];
    if (Number(stored) === this.#request.size) return;
    await this.#context.frame.remove(id, signal);
    throw new ProviderError('unavailable', `Frame.io published ${stored ?? 'an unknown number'} of ${this.#request.size} bytes`);
  }
}
