// Owns running checksums whose state can be stored with an upload, so that a resumed one need not read its first bytes again.
import { createMD5, createSHA1, type IHasher } from 'hash-wasm';

const makers = { sha1: createSHA1, md5: createMD5 } as const;

/** `offset` and `state` belong together: the state covers exactly the bytes before the offset. */
export interface SavedState {
  readonly offset: number;
  readonly state: string;
}

/**
 * Hashes of node:crypto cannot be stored, and both vendors hold an upload to a checksum of all its bytes. WebAssembly hashes at
 * 0.3 to 0.4 GiB/s, well above what either vendor takes of one upload.
 */
export class SavedHash {
  readonly #hasher: IHasher;
  #offset: number;

  private constructor(hasher: IHasher, offset: number) {
    this.#hasher = hasher;
    this.#offset = offset;
  }

  /** From the start without a saved state, and when it is not one. */
  static async make(algorithm: keyof typeof makers, saved?: SavedState): Promise<SavedHash> {
    const hasher = await makers[algorithm]();
    try {
      if (saved !== undefined) {
        hasher.load(Buffer.from(saved.state, 'base64'));
        return new SavedHash(hasher, saved.offset);
      }
    } catch {
      // Written by another version of the library: hashed anew.
    }
    return new SavedHash(hasher.init(), 0);
  }

  /** Bytes that are in it. */
  get offset(): number {
    return this.#offset;
  }

  get saved(): SavedState {
    return { offset: this.#offset, state: Buffer.from(this.#hasher.save()).toString('base64') };
  }

  update(bytes: Buffer): void {
    this.#hasher.update(bytes);
    this.#offset += bytes.length;
  }

  /** Of all bytes so far and `rest`, in hexadecimal; the hash itself stays where it is. */
  digestWith(rest: Buffer): string {
    const before = this.#hasher.save();
    const digest = this.#hasher.update(rest).digest('hex');
    this.#hasher.load(before);
    return digest;
  }
}

export function isSavedState(value: unknown): value is SavedState {
  const saved = value as Partial<SavedState> | null | undefined;
  return typeof saved?.offset === 'number' && saved.offset >= 0 && typeof saved.state === 'string';
}
