// Owns the SHA-256 of an object for whoever asks with Want-Repr-Digest (RFC 9530): computed once for each version, while somebody waits.

import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { OpenObject } from './object-store.ts';

const REMEMBERED = 1000;
/** A client that waits for a large object must not take the silence for a stall. */
const SIGN_OF_LIFE_MS = 10_000;

/** Of the algorithms of RFC 9530 this server knows one; a weight of 0 means that it is not wanted. */
export const wantsSha256 = (header: string | undefined): boolean => /(?:^|,)\s*sha-256\s*=\s*[1-9]\d*\s*(?:,|$)/.test(header ?? '');

export class ObjectDigests {
  /** By entity tag, which is random for each version. */
  readonly #known = new Map<string, string>();

  /** The value of Repr-Digest; undefined when the client is gone before it is known. */
  async of({ handle, info }: OpenObject, blockBytes: number, res: ServerResponse): Promise<string | undefined> {
    const known = this.#known.get(info.eTag);
    if (known !== undefined) return known;
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(Math.min(blockBytes, Math.max(1, info.size)));
    let told = performance.now();
    for (let at = 0; at < info.size;) {
      if (res.destroyed) return undefined;
      const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, info.size - at), at);
      if (bytesRead === 0) throw new Error('The object ended early.');
      hash.update(buffer.subarray(0, bytesRead));
      at += bytesRead;
      if (performance.now() - told < SIGN_OF_LIFE_MS) continue;
      told = performance.now();
      res.writeProcessing();
    }
    const value = `sha-256=:${hash.digest('base64')}:`;
    if (this.#known.size >= REMEMBERED) this.#known.delete(this.#known.keys().next().value ?? '');
    this.#known.set(info.eTag, value);
    return value;
  }
}
