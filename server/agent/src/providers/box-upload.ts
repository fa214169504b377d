// Owns an upload to Box in parts: in order, since the commit needs a SHA-1 of the whole file, and with parts that are never sent twice.
import { createHash } from 'node:crypto';
import { setTimeout as after } from 'node:timers/promises';
import type { BoxApi } from './box-api.ts';
import { appeared, type BoxTarget, fits, undo } from './box-put.ts';
import { abortSession, type BoxPart, commitSession, listParts, putPart, sessionGone } from './box-session.ts';
import { ProviderError, type Chunk, type UploadSession, type Verification } from './provider.ts';
import { isSavedState, type SavedHash, type SavedState } from './saved-hash.ts';

export interface BoxLimits {
  /** Below it Box opens no session. */
  readonly sessionBytes: number;
  /** How often a file that is still being put together is asked for in one commit, and the longest wait between two times. */
  readonly commitTries: number;
  readonly commitWaitMs: number;
}

export const defaultBoxLimits: BoxLimits = { sessionBytes: 20_000_000, commitTries: 20, commitWaitMs: 15_000 };

/** What the ledger keeps of a session; the parts are Box's to list. */
export interface BoxState {
  readonly kind: 'box-session';
  readonly id: string;
  readonly partSize: number;
  readonly hash: SavedState;
}

export function parseBoxState(state: string): BoxState | undefined {
  try {
    const value = JSON.parse(state) as Partial<BoxState> | null;
    const whole =
      value?.kind === 'box-session' && typeof value.id === 'string' && typeof value.partSize === 'number' && isSavedState(value.hash);
    return whole ? (value as BoxState) : undefined;
  } catch {
    return undefined;
  }
}

export interface BoxSession {
  readonly id: string;
  readonly partSize: number;
  readonly size: number;
  readonly target: BoxTarget;
}

/**
 * The SHA-1 of the whole file runs along and is stored with the session, so that a resumed one goes on where it was. Should Box hold
 * more than the stored hash covers (the last state was lost), the bytes between are read again and hashed, and not sent again: their
 * parts are immutable, and compared by their SHA-1.
 */
export class BoxUpload implements UploadSession {
  readonly resumable = true;
  readonly chunkSize: number;
  readonly #api: BoxApi;
  readonly #limits: BoxLimits;
  readonly #session: BoxSession;
  readonly #hash: SavedHash;
  #parts: Map<number, BoxPart>;
  #proven: Verification | undefined;

  constructor(api: BoxApi, limits: BoxLimits, session: BoxSession, held: { parts: Map<number, BoxPart>; hash: SavedHash }) {
    this.#api = api;
    this.#limits = limits;
    this.#session = session;
    this.#parts = held.parts;
    this.#hash = held.hash;
    this.chunkSize = session.partSize;
  }

  get offset(): number {
    return this.#hash.offset;
  }

  get state(): string {
    const { id, partSize } = this.#session;
    return JSON.stringify({ kind: 'box-session', id, partSize, hash: this.#hash.saved } satisfies BoxState);
  }

  async write({ offset, bytes }: Chunk, signal: AbortSignal): Promise<void> {
    const { partSize, size } = this.#session;
    if (offset !== this.offset || bytes.length !== Math.min(partSize, size - offset))
      throw new ProviderError('invalid', `a part of ${bytes.length} bytes at ${offset}, where Box takes parts of ${partSize} in order`);
    if (bytes.length === 0) return;
    const sha1 = createHash('sha1').update(bytes).digest('hex');
    const wanted = { offset, size: bytes.length, sha1 };
    if (!this.#parts.has(offset)) await this.#send({ offset, bytes, sha1 }, signal);
    if (!isPart(this.#parts.get(offset), wanted)) {
      await this.abort(signal);
      throw new ProviderError('unavailable', 'Box holds other bytes in a part, which cannot be replaced: the upload starts again');
    }
    this.#hash.update(bytes);
  }

  async commit(signal: AbortSignal): Promise<Verification> {
    if (this.#proven !== undefined) return this.#proven;
    const { size, target } = this.#session;
    if (this.offset < size) throw new ProviderError('invalid', `commit after ${this.offset} of ${size} bytes`);
    const wanted = { size, sha1: this.#hash.digestWith(Buffer.alloc(0)) };
    const file = await this.#publish(wanted, signal);
    if (file !== 'appeared' && !fits(file, wanted)) {
      await undo(this.#api, target, file, signal);
      throw new ProviderError('unavailable', 'Box published other bytes than it was sent; the copy was taken back');
    }
    this.#proven = 'object';
    return this.#proven;
  }

  /** No connection is open between two parts. */
  async suspend(): Promise<void> {
    return undefined;
  }

  async abort(signal: AbortSignal): Promise<void> {
    if (this.#proven === undefined) await abortSession(this.#api, this.#session.id, signal);
  }

  async #send(part: { offset: number; bytes: Buffer; sha1: string }, signal: AbortSignal): Promise<void> {
    try {
      const stored = await putPart(this.#api, this.#session, part, signal);
      if (stored === 'gone') throw sessionGone();
      if (stored === 'taken') await this.#askForParts(signal);
      else this.#parts.set(stored.offset, stored);
    } catch (error) {
      // The answer may have got lost, and the part be there: it must not be sent twice.
      if (!(error instanceof ProviderError) || error.kind !== 'unavailable' || signal.aborted) throw error;
      await this.#askForParts(signal);
      if (!this.#parts.has(part.offset)) throw error;
    }
    if (!this.#parts.has(part.offset)) throw new ProviderError('unavailable', 'Box refuses a part that it does not hold');
  }

  async #askForParts(signal: AbortSignal): Promise<void> {
    const parts = await listParts(this.#api, this.#session.id, signal);
    if (parts === undefined) throw sessionGone();
    this.#parts = parts;
  }

  async #publish(wanted: { sha1: string; size: number }, signal: AbortSignal) {
    const { place } = this.#session.target;
    try {
      const answer = await this.#commitUntilReady(wanted.sha1, signal);
      if (answer !== 'gone') return answer;
    } catch (error) {
      const lost = error instanceof ProviderError && error.kind === 'unavailable' && !signal.aborted;
      if (!lost || !(await appeared(this.#api, place, wanted, signal))) throw error;
      return 'appeared';
    }
    // The session is over and the file is there: an earlier answer got lost.
    if (await appeared(this.#api, place, wanted, signal)) return 'appeared';
    throw sessionGone();
  }

  async #commitUntilReady(sha1: string, signal: AbortSignal) {
    const { id } = this.#session;
    for (let tries = 1; ; tries++) {
      const answer = await commitSession(this.#api, id, { parts: [...this.#parts.values()], sha1 }, signal);
      if (answer === 'gone') return answer;
      if (answer === 'damaged') {
        await this.abort(signal);
        throw new ProviderError('unavailable', 'Box put together other bytes than it was sent: the upload starts again');
      }
      if ('file' in answer) return answer.file;
      const waitMs = Math.min(answer.waitMs, this.#limits.commitWaitMs);
      if (tries >= this.#limits.commitTries)
        throw new ProviderError('throttled', 'Box is still putting the file together', { retryAfterMs: waitMs });
      await after(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

const isPart = (part: BoxPart | undefined, wanted: Omit<BoxPart, 'part_id'>): boolean =>
  part?.offset === wanted.offset && part.size === wanted.size && part.sha1 === wanted.sha1;
