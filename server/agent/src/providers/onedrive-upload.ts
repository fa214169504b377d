// Owns an upload in fragments, in order, to OneDrive: a hash that survives interruptions, a held-back end, a publication that is settled.
import { FRAGMENT_BYTES, type Item, type OneDriveClient } from './onedrive-client.ts';
import { checksumOf, itemOf } from './onedrive-files.ts';
import { confirm } from './onedrive-put.ts';
import { endSession, nextIn, openSession, positionOf, sendFragment } from './onedrive-session.ts';
import { type Chunk, ProviderError, type UploadRequest, type UploadSession, type Verification } from './provider.ts';
import { QuickXor } from './quick-xor.ts';

interface State {
  readonly kind: 'onedrive';
  readonly url: string;
  /** The hash of what was held when this was written. */
  readonly hash?: QuickXor['state'];
}

interface OpenSession {
  readonly url: string;
  readonly held: number;
  readonly hash: QuickXor | undefined;
  readonly resumed: boolean;
}

export class OneDriveUpload implements UploadSession {
  readonly resumable = true;
  readonly #client: OneDriveClient;
  readonly #request: UploadRequest;
  readonly #url: string;
  /** The last fragment publishes the object, so it waits for `commit`. */
  readonly #tailStart: number;
  #held: number;
  /** Of the first `#held` bytes; undefined when nobody knows. */
  #hash: QuickXor | undefined;
  #tail = Buffer.alloc(0);
  #gone = false;
  /** An earlier publication may have been answered unheard. */
  #doubtful: boolean;
  #proven: Verification | undefined;

  constructor(client: OneDriveClient, request: UploadRequest, at: OpenSession) {
    this.#client = client;
    this.#request = request;
    this.#url = at.url;
    this.#held = at.held;
    this.#hash = at.hash;
    this.#doubtful = at.resumed;
    this.#tailStart = Math.floor((request.size - 1) / FRAGMENT_BYTES) * FRAGMENT_BYTES;
  }

  get offset(): number {
    return this.#held + this.#tail.length;
  }

  /** Empty when the session is of no use any more: it is opened anew then. */
  get state(): string {
    const hash = this.#hash?.state;
    return this.#gone ? '' : JSON.stringify({ kind: 'onedrive', url: this.#url, ...(hash !== undefined && { hash }) } satisfies State);
  }

  async write({ offset, bytes }: Chunk, signal: AbortSignal): Promise<void> {
    const { size } = this.#request;
    const end = offset + bytes.length;
    if (offset !== this.offset || end > size)
      throw new ProviderError('invalid', `${bytes.length} bytes at ${offset} where ${this.offset} is due`);
    if (end < size && bytes.length % FRAGMENT_BYTES !== 0)
      throw new ProviderError('invalid', `chunks for OneDrive have a multiple of ${FRAGMENT_BYTES} bytes`);
    const now = bytes.subarray(0, Math.max(0, this.#tailStart - offset));
    if (now.length > 0) await this.#send(now, signal);
    this.#tail = Buffer.from(bytes.subarray(now.length));
  }

  async commit(signal: AbortSignal): Promise<Verification> {
    const { size } = this.#request;
    if (this.#proven !== undefined) return this.#proven;
    if (this.offset < size) throw new ProviderError('invalid', `commit after ${this.offset} of ${size} bytes`);
    const hash = this.#hash && new QuickXor(this.#hash.state);
    hash?.update(this.#tail);
    const digest = hash?.digest();
    const published = await this.#publish(digest, signal);
    this.#proven = await confirm(this.#client, this.#request, published, digest, signal);
    return this.#proven;
  }

  /** No connection is open between two fragments. */
  async suspend(): Promise<void> {
    return undefined;
  }

  async abort(signal: AbortSignal): Promise<void> {
    if (this.#proven !== undefined || this.#gone) return;
    await endSession(this.#client, this.#url, signal);
    this.#gone = true;
  }

  async #send(bytes: Buffer, signal: AbortSignal): Promise<void> {
    const start = this.#held;
    let failure = new ProviderError('unavailable', 'OneDrive did not take the whole fragment');
    let next: number | undefined;
    try {
      const answer = await sendFragment(this.#client, this.#url, { offset: start, bytes, size: this.#request.size }, signal);
      if (answer.status === 409) throw this.#client.refusal('OneDrive upload session', answer);
      next = (answer.status === 202 ? nextIn(answer) : undefined) ?? (await positionOf(this.#client, this.#url, signal));
    } catch (error) {
      if (!isDoubtful(error) || signal.aborted) throw error;
      failure = error;
      // The bytes of a request that fails are ignored, or all have arrived: only the session knows which.
      next = await positionOf(this.#client, this.#url, signal);
    }
    if (next === undefined || next > start + bytes.length) throw this.#lost();
    if (next < start) this.#goBack(next);
    else this.#hash?.update(bytes.subarray(0, next - start));
    this.#held = next;
    if (next < start + bytes.length) throw failure;
  }

  async #publish(digest: string | undefined, signal: AbortSignal): Promise<Item> {
    let failure: ProviderError;
    try {
      const fragment = { offset: this.#tailStart, bytes: this.#tail, size: this.#request.size };
      const answer = await sendFragment(this.#client, this.#url, fragment, signal);
      if (answer.status === 200 || answer.status === 201) return answer.json;
      failure = this.#client.refusal('OneDrive upload session', answer);
      // What is in the way may be what an earlier request has published unheard.
      if (answer.status === 409) return (this.#doubtful ? await this.#published(digest, signal) : undefined) ?? Promise.reject(failure);
    } catch (error) {
      if (!isDoubtful(error) || signal.aborted) throw error;
      this.#doubtful = true;
      failure = error;
    }
    const next = await positionOf(this.#client, this.#url, signal);
    if (next !== undefined && next < this.#tailStart) this.#goBack(next);
    if (next !== undefined && next <= this.#tailStart) throw failure;
    const found = await this.#published(digest, signal);
    if (found === undefined) throw this.#lost();
    return found;
  }

  #goBack(to: number): void {
    this.#hash = to === 0 ? new QuickXor() : undefined;
    this.#held = to;
    this.#tail = Buffer.alloc(0);
  }

  /** The object that an unheard answer was about; by its hash only, since an older one may have the same size. */
  async #published(digest: string | undefined, signal: AbortSignal): Promise<Item | undefined> {
    const { bucket, key, size } = this.#request;
    const found = await itemOf(this.#client, bucket, key, signal);
    return found?.size === size && digest !== undefined && checksumOf(found)?.value === digest ? found : undefined;
  }

  #lost(): ProviderError {
    this.#gone = true;
    return new ProviderError('unavailable', 'OneDrive no longer has this upload session as it was left: the upload starts again');
  }
}

export async function openUpload(client: OneDriveClient, request: UploadRequest, signal: AbortSignal): Promise<OneDriveUpload> {
  const url = await openSession(client, request, signal);
  return new OneDriveUpload(client, request, { url, held: 0, hash: new QuickXor(), resumed: false });
}

/** The session tells where it stands; the hash goes on when it was stored at just that place, and is given up otherwise. */
export async function resumeUpload(
  client: OneDriveClient,
  request: UploadRequest,
  state: string,
  signal: AbortSignal,
): Promise<OneDriveUpload> {
  client.at(request.bucket, request.key);
  const known = stateIn(state);
  const held = known && (await positionOf(client, client.ownProof(known.url, 'an upload'), signal));
  if (known === undefined || held === undefined || held >= request.size) return await openUpload(client, request, signal);
  const stored = known.hash?.length === held ? new QuickXor(known.hash) : undefined;
  return new OneDriveUpload(client, request, { url: known.url, held, hash: held === 0 ? new QuickXor() : stored, resumed: true });
}

function stateIn(state: string): State | undefined {
  try {
    const value = JSON.parse(state) as Partial<State> | null;
    return value?.kind === 'onedrive' && typeof value.url === 'string' ? (value as State) : undefined;
  } catch {
    return undefined;
  }
}

function isDoubtful(error: unknown): error is ProviderError {
  return error instanceof ProviderError && error.kind === 'unavailable';
}
