// Owns one request and its answer on a connection of the pool.
import { type Body, bodyFor } from './body.ts';
import type { Connection } from './connection.ts';
import { type Head, parseHead, requestHead } from './head.ts';
import { Pool, type PoolLimits } from './pool.ts';
import { ProviderError } from '../provider.ts';

export interface WireLimits extends PoolLimits {
  /** Milliseconds from the last byte of a request to the head of its answer. */
  readonly headersMs: number;
  /** Milliseconds without a single byte, in either direction, after which a body is given up. */
  readonly stallMs: number;
}

export interface WireRequest {
  /** Names the request in errors, without secrets. */
  readonly what: string;
  readonly method: string;
  /** Scheme, host and port. */
  readonly origin: URL;
  /** As it goes over the wire, query included. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** In place of `headersMs`, for requests that are long in the making. */
  readonly answerMs?: number;
  /** Does no harm when it is sent twice: goes again, once, when a connection that was kept turns out to be closed. */
  readonly repeatable: boolean;
}

const HEAD_BYTES = 32 * 1024;
/** Up to this size head and body go in one packet, by a copy. */
const JOINED_BYTES = 32 * 1024;
const pools = new WeakMap<object, Pool>();

// One pool for all accounts with the same limits: providers are made per call, connections must outlive them.
export function poolFor(limits: PoolLimits): Pool {
  let pool = pools.get(limits);
  if (pool === undefined) pools.set(limits, (pool = new Pool(limits)));
  return pool;
}

/** An answer whose body is still to be read; `drop` or read it to the end, or its connection stays taken. */
export class Answer {
  readonly status: number;
  readonly body: Body;
  readonly #head: Head;
  readonly #connection: Connection;
  readonly #pool: Pool;
  readonly #limits: WireLimits;
  readonly #what: string;
  #held = true;

  constructor(connection: Connection, head: Head, context: { pool: Pool; limits: WireLimits; what: string }) {
    this.status = head.status;
    this.body = bodyFor(connection, head);
    this.#head = head;
    this.#connection = connection;
    this.#pool = context.pool;
    this.#limits = context.limits;
    this.#what = context.what;
    connection.rest();
    this.#settle();
  }

  header(name: string): string | undefined {
    return this.#head.headers.get(name);
  }

  async fill(bytes: Buffer, signal: AbortSignal): Promise<void> {
    if (bytes.length === 0) return signal.throwIfAborted();
    await this.#guarded(signal, () => this.body.fill(bytes));
  }

  /** The body as far as it fits; rejects when it breaks off. */
  async text(limit: number, signal: AbortSignal): Promise<string> {
    const pieces: Buffer[] = [];
    let size = 0;
    while (!this.body.ended && size < limit) {
      const piece = await this.#guarded(signal, () => this.body.some());
      pieces.push(Buffer.from(piece));
      size += piece.length;
    }
    this.drop();
    return Buffer.concat(pieces).toString('utf8');
  }

  /** Lets go of the connection: back to the pool when nothing of the answer is left on it. */
  drop(): void {
    if (!this.#held) return;
    if (this.body.ended) return this.#settle();
    this.#held = false;
    this.#connection.fail(new Error('the answer was dropped'));
  }

  async #guarded<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (!this.#held) throw new ProviderError('unavailable', `${this.#what}: nothing is left of the answer`);
    signal.throwIfAborted();
    const onAbort = (): void => this.#connection.fail(asError(signal.reason));
    signal.addEventListener('abort', onAbort, { once: true });
    this.#connection.watch(this.#what, this.#limits.stallMs);
    try {
      const result = await work();
      this.#settle();
      return result;
    } finally {
      signal.removeEventListener('abort', onAbort);
      if (this.#held) this.#connection.rest();
    }
  }

  #settle(): void {
    if (!this.body.ended || !this.#held) return;
    this.#held = false;
    if (this.#head.keepAlive) this.#pool.release(this.#connection, this.#head.keepMs);
    else this.#connection.fail(new Error('the server keeps no connection'));
  }
}

/** Sends the request and reads the head of its answer. Rejects with network errors as they are; the signal's reason wins. */
export async function exchange(request: WireRequest, limits: WireLimits, signal: AbortSignal): Promise<Answer> {
  const pool = poolFor(limits);
  const connection = await pool.acquire(request.origin, signal);
  const kept = connection.served > 0;
  try {
    return await converse(connection, request, { pool, limits }, signal);
  } catch (error) {
    // Nothing of an answer came: the server had closed the connection before it saw the request.
    const stale = kept && request.repeatable && isLoss(error) && connection.waiting === 0 && !signal.aborted;
    if (!stale) throw error;
    return await converse(await pool.acquire(request.origin, signal, true), request, { pool, limits }, signal);
  }
}

async function converse(
  connection: Connection,
  request: WireRequest,
  { pool, limits }: { pool: Pool; limits: WireLimits },
  signal: AbortSignal,
): Promise<Answer> {
  const { what, method } = request;
  const onAbort = (): void => connection.fail(asError(signal.reason));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    let pending = true;
    const sent = send(connection, request, limits).then(() => (pending = false));
    // Fails together with the head, which reports it.
    sent.catch(() => undefined);
    const head = await headOf(connection, method);
    // The socket may hold the rest of the body still. An answer that early is a refusal, and ends the connection.
    if (head.status < 300 && pending) await sent;
    return new Answer(connection, pending ? { ...head, keepAlive: false } : head, { pool, limits, what });
  } catch (error) {
    connection.fail(asError(error));
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

async function send(connection: Connection, request: WireRequest, { stallMs, headersMs }: WireLimits): Promise<void> {
  const { what, body } = request;
  const head = headBytes(request);
  connection.watch(what, stallMs);
  if (body === undefined || body.length <= JOINED_BYTES) {
    await connection.write(body === undefined ? head : Buffer.concat([head, body]));
  } else {
    await Promise.all([connection.write(head), connection.write(body)]);
  }
  connection.watch(what, request.answerMs ?? headersMs);
}

/** Interim answers (100, 103) are passed over. */
export async function headOf(connection: Connection, method: string): Promise<Head> {
  for (;;) {
    const head = parseHead(await connection.until('\r\n\r\n', HEAD_BYTES), method);
    if (head.status === 101) throw new ProviderError('unavailable', 'the server changed the protocol unasked');
    if (head.status >= 200) return head;
  }
}

export function headBytes({ method, path, origin, headers, body }: WireRequest): Buffer {
  const length = body === undefined ? {} : { 'content-length': String(body.length) };
  return Buffer.from(requestHead(method, path, origin.host, { ...headers, ...length }), 'latin1');
}

function isLoss(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['ECONNRESET', 'EPIPE', 'ECONNABORTED'].includes(String(error.code));
}

export function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}
