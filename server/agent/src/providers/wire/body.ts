// Owns the bodies of answers: one of a known length, one in chunks (RFC 9112, 7.1), one that ends with the connection.
import { ProviderError } from '../provider.ts';
import type { Connection } from './connection.ts';
import type { Head } from './head.ts';

export interface Body {
  /** Bytes that follow; undefined when that is not known. */
  readonly left: number | undefined;
  readonly ended: boolean;
  /** Fills the whole buffer, or rejects. */
  fill(target: Buffer): Promise<void>;
  /** Some of the bytes that follow; none at the end. */
  some(): Promise<Buffer>;
}

const LINE_BYTES = 4096;
const PIECE_BYTES = 64 * 1024;

export function bodyFor(connection: Connection, head: Head): Body {
  if (head.body === 'chunked') return new ChunkedBody(connection);
  return head.body === 'close' ? new ClosingBody(connection) : new LengthBody(connection, head.body);
}

class LengthBody implements Body {
  left: number;
  readonly #connection: Connection;

  constructor(connection: Connection, length: number) {
    this.left = length;
    this.#connection = connection;
  }

  get ended(): boolean {
    return this.left === 0;
  }

  async fill(target: Buffer): Promise<void> {
    if (target.length > this.left) throw tooShort();
    await this.#connection.fill(target);
    this.left -= target.length;
  }

  async some(): Promise<Buffer> {
    const bytes = this.left === 0 ? Buffer.alloc(0) : await this.#connection.some(Math.min(this.left, PIECE_BYTES));
    this.left -= bytes.length;
    return bytes;
  }
}

class ChunkedBody implements Body {
  readonly left = undefined;
  ended = false;
  readonly #connection: Connection;
  /** Bytes left of the current chunk. */
  #chunk = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async fill(target: Buffer): Promise<void> {
    for (let filled = 0; filled < target.length;) {
      await this.#begin();
      if (this.ended) throw tooShort();
      const part = target.subarray(filled, filled + this.#chunk);
      await this.#connection.fill(part);
      filled += part.length;
      await this.#took(part.length);
    }
  }

  async some(): Promise<Buffer> {
    await this.#begin();
    if (this.ended) return Buffer.alloc(0);
    const bytes = await this.#connection.some(Math.min(this.#chunk, PIECE_BYTES));
    await this.#took(bytes.length);
    return bytes;
  }

  async #begin(): Promise<void> {
    if (this.#chunk > 0 || this.ended) return;
    const size = /^([0-9a-f]{1,12})[ \t]*(?:;|\r\n$)/i.exec((await this.#connection.until('\r\n', LINE_BYTES)).toString('latin1'))?.[1];
    if (size === undefined) throw new ProviderError('unavailable', 'the server sent a malformed chunk');
    this.#chunk = Number.parseInt(size, 16);
    if (this.#chunk > 0) return;
    // Trailers say nothing that is used here.
    while ((await this.#connection.until('\r\n', LINE_BYTES)).length > 2);
    this.ended = true;
  }

  async #took(count: number): Promise<void> {
    this.#chunk -= count;
    if (this.#chunk === 0 && (await this.#connection.until('\r\n', 2)).length !== 2)
      throw new ProviderError('unavailable', 'the server sent a malformed chunk');
  }
}

class ClosingBody implements Body {
  readonly left = undefined;
  ended = false;
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async fill(target: Buffer): Promise<void> {
    await this.#connection.fill(target);
  }

  async some(): Promise<Buffer> {
    try {
      return await this.#connection.some(PIECE_BYTES);
    } catch {
      this.ended = true;
      return Buffer.alloc(0);
    }
  }
}

function tooShort(): ProviderError {
  return new ProviderError('unavailable', 'the server ended its answer before all bytes were there');
}
