// Owns a resumable upload to Google Drive: in order, with an MD5 that runs along, and the last bytes held back until the commit.
import { type DriveApi, itemOf } from './googledrive-api.ts';
import { type DriveTarget, isExpected, prove } from './googledrive-put.ts';
import { askStanding, cancelSession, driveQuantum, driveSessionGone, sendRange, type Standing } from './googledrive-session.ts';
import type { IdTree } from './id-tree.ts';
import { ProviderError, type Chunk, type UploadSession, type Verification } from './provider.ts';
import { isSavedState, type SavedHash, type SavedState } from './saved-hash.ts';
import type { Json } from './vendor-json.ts';

/** What the ledger keeps of a session. Whoever has the URI can write the file for about a week. */
export interface DriveState {
  readonly kind: 'drive-session';
  readonly url: string;
  readonly id: string;
  readonly hash: SavedState;
}

export function parseDriveState(state: string): DriveState | undefined {
  try {
    const value = JSON.parse(state) as Partial<DriveState> | null;
    const whole =
      value?.kind === 'drive-session' && typeof value.url === 'string' && typeof value.id === 'string' && isSavedState(value.hash);
    return whole ? (value as DriveState) : undefined;
  } catch {
    return undefined;
  }
}

export interface DriveSession {
  readonly url: string;
  readonly size: number;
  readonly target: DriveTarget;
  readonly ifAbsent: boolean;
}

/** The hash covers what Drive is known to hold. Should it hold more (the last state was lost), those bytes are hashed and not sent again. */
export class DriveUpload implements UploadSession {
  readonly resumable = true;
  readonly #store: { readonly api: DriveApi; readonly tree: IdTree };
  readonly #session: DriveSession;
  readonly #hash: SavedHash;
  /** Bytes from the start that Drive holds; never less than the hash covers. */
  #held: number;
  /** Drive publishes a file with its last byte, so that waits for `commit`. */
  #tail: Buffer = Buffer.alloc(0);
  #file: Json | undefined;
  /** Google refused a range for now and may have kept some of it: it is asked before the next one. */
  #unsure = false;
  #over = false;
  #proven: Verification | undefined;

  constructor(
    store: { api: DriveApi; tree: IdTree },
    session: DriveSession,
    { standing, hash }: { standing: Exclude<Standing, 'gone'>; hash: SavedHash },
  ) {
    this.#store = store;
    this.#session = session;
    this.#hash = hash;
    this.#file = 'file' in standing ? standing.file : undefined;
    this.#held = 'file' in standing ? session.size : standing.held;
  }

  get offset(): number {
    return this.#hash.offset + this.#tail.length;
  }

  get state(): string {
    const { url, target } = this.#session;
    return JSON.stringify({ kind: 'drive-session', url, id: target.id, hash: this.#hash.saved } satisfies DriveState);
  }

  async write({ offset, bytes }: Chunk, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { size } = this.#session;
    const end = offset + bytes.length;
    if (offset !== this.offset || end > size || (end < size && bytes.length % driveQuantum !== 0))
      throw new ProviderError('invalid', `${bytes.length} bytes at ${offset}, where Drive takes multiples of ${driveQuantum} in order`);
    if (bytes.length === 0) return;
    const now = end < size ? bytes.length : Math.floor((bytes.length - 1) / driveQuantum) * driveQuantum;
    await this.#send(offset, bytes.subarray(0, now), signal);
    // A copy, so that the caller's buffer is free again.
    this.#tail = Buffer.from(bytes.subarray(now));
  }

  async commit(signal: AbortSignal): Promise<Verification> {
    if (this.#proven !== undefined) return this.#proven;
    const { size, target, ifAbsent } = this.#session;
    if (this.offset < size) throw new ProviderError('invalid', `commit after ${this.offset} of ${size} bytes`);
    const wanted = { size, md5: this.#hash.digestWith(this.#tail) };
    this.#file ??= await this.#finish(wanted, signal);
    // An answer without the fields that were asked for says nothing of the bytes.
    const told = typeof this.#file['size'] === 'string' ? this.#file : await this.#store.api.get(target.id, signal);
    if (told === undefined) throw driveSessionGone();
    this.#proven = await prove(this.#store, target, { file: told, wanted, ifAbsent }, signal);
    return this.#proven;
  }

  /** No connection is open between two chunks. What was held back is read again. */
  async suspend(): Promise<void> {
    this.#tail = Buffer.alloc(0);
  }

  async abort(signal: AbortSignal): Promise<void> {
    if (this.#proven === undefined && this.#file === undefined) await cancelSession(this.#store.api, this.#session.url, signal);
  }

  async #send(start: number, bytes: Buffer, signal: AbortSignal): Promise<void> {
    const end = start + bytes.length;
    while (this.#hash.offset < end) {
      const from = this.#hash.offset;
      if (this.#held <= from) await this.#sendFrom(from, bytes.subarray(from - start), signal);
      const reached = Math.min(this.#held, end);
      // An answer that holds nothing new of it: trying for ever would not help.
      if (reached <= from) throw new ProviderError('unavailable', 'Google Drive kept nothing of the bytes that it was sent');
      this.#hash.update(bytes.subarray(from - start, reached - start));
    }
  }

  async #sendFrom(from: number, bytes: Buffer, signal: AbortSignal): Promise<void> {
    const { url, size } = this.#session;
    const { api } = this.#store;
    const reach = { from, limit: from + bytes.length };
    const ask = async (): Promise<boolean> => {
      await this.#take(await askStanding(api, url, size, signal), reach, signal);
      this.#unsure = false;
      return this.#held > from;
    };
    if (this.#unsure && (await ask())) return;
    try {
      await this.#take(await sendRange(api, url, { from, bytes, size }, signal), reach, signal);
    } catch (error) {
      if (!isPassing(error) || signal.aborted || this.#over) throw error;
      this.#unsure = true;
      // The answer may have got lost, and the bytes be there. Who is asked to slow down does so.
      if (isThrottled(error) || !(await ask())) throw error;
    }
  }

  /** Neither less than Drive had nor more than it was sent: both would make another file of it. */
  async #take(standing: Standing, { from, limit }: { from: number; limit: number }, signal: AbortSignal): Promise<void> {
    const held = standing === 'gone' ? undefined : 'file' in standing ? this.#session.size : standing.held;
    if (held !== undefined && held >= from && held <= limit) {
      this.#held = held;
      if (standing !== 'gone' && 'file' in standing) this.#file = standing.file;
      return;
    }
    this.#over = true;
    if (held === undefined) throw driveSessionGone();
    await cancelSession(this.#store.api, this.#session.url, signal);
    const what = held > limit ? 'bytes that it was never sent' : 'fewer bytes than it had';
    throw new ProviderError('unavailable', `Google Drive holds ${what}: the upload starts again`);
  }

  async #finish(wanted: { size: number; md5: string }, signal: AbortSignal): Promise<Json> {
    const { size, target, ifAbsent } = this.#session;
    const { api } = this.#store;
    if (ifAbsent && target.before === undefined && (await api.find(target.place, undefined, signal)) !== undefined) {
      await this.abort(signal);
      throw new ProviderError('conflict', `another ${JSON.stringify(target.place.name)} appeared in Google Drive meanwhile`);
    }
    const start = size - this.#tail.length;
    try {
      while (this.#file === undefined) {
        const from = this.#held;
        await this.#sendFrom(from, this.#tail.subarray(from - start), signal);
        if (this.#file === undefined && this.#held <= from)
          throw new ProviderError('unavailable', 'Google Drive does not take the last bytes');
      }
      return this.#file;
    } catch (error) {
      if (!isPassing(error) || signal.aborted) throw error;
      const file = await api.get(target.id, signal);
      if (file === undefined || !isExpected(itemOf(file), wanted)) throw error;
      return file;
    }
  }
}

const isThrottled = (error: unknown): boolean => error instanceof ProviderError && error.kind === 'throttled';
const isPassing = (error: unknown): boolean => isThrottled(error) || (error instanceof ProviderError && error.kind === 'unavailable');
