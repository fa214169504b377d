// Owns one socket to a server: bytes out whose progress is seen, bytes in straight into the buffer of whoever waits.
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { ProviderError } from '../provider.ts';

const SPARE_BYTES = 256 * 1024;
/** TLS encrypts all that it is given at once, into memory of its own. */
const TLS_SLICE_BYTES = 1024 * 1024;
const NOTHING = Buffer.alloc(0);

interface Waiter {
  /** Left out by who waits for any bytes in the inbox. */
  readonly target?: Buffer;
  filled: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** A connection that broke; the code is one that `networkCode` knows. */
function broken(message: string): Error {
  return Object.assign(new Error(message), { code: 'ECONNRESET' });
}

/**
 * Node asks for the buffer of the next read before it looks whether this read was to be the last, and TLS hands over what it has
 * decrypted even after a pause. So a spare buffer is named whenever nobody waits, and what arrives there is kept in the inbox.
 */
export class Connection {
  readonly origin: string;
  /** Answers read from it so far. */
  served = 0;
  /** Fulfils when the connection stands. */
  readonly opened: Promise<void>;
  /** Told once, when the connection is of no use any more. */
  onGone: () => void = () => undefined;
  readonly #socket: Socket;
  readonly #spare = Buffer.allocUnsafeSlow(SPARE_BYTES);
  #inbox: Buffer = NOTHING;
  #region: Buffer | undefined;
  #waiter: Waiter | undefined;
  #reading = true;
  #idle = false;
  #failure: Error | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stallMs = 0;
  #stalled: () => void = () => undefined;
  /** A large write is under way. */
  #flushing = false;
  readonly #sliceBytes: number;
  #refuse: (error: Error) => void = () => undefined;

  constructor(origin: URL, connectMs: number) {
    this.origin = origin.origin;
    const onread = { buffer: () => this.#nextBuffer(), callback: (count: number, into: Uint8Array) => this.#onData(count, into) };
    const secure = origin.protocol === 'https:';
    const host = origin.hostname.replace(/^\[|\]$/g, '');
    const options = { host, port: Number(origin.port === '' ? (secure ? 443 : 80) : origin.port), onread };
    this.#socket = secure
      ? connectTls({ ...options, ALPNProtocols: ['http/1.1'], ...(isIP(host) === 0 && { servername: host }) })
      : connectTcp(options);
    this.#sliceBytes = secure ? TLS_SLICE_BYTES : Infinity;
    this.#socket.setNoDelay(true);
    this.#socket.on('timeout', () => this.#stalled());
    this.#socket.on('error', (error) => this.fail(error));
    this.#socket.on('end', () => this.fail(broken('the server closed the connection')));
    this.#socket.on('close', () => this.fail(broken('the connection was closed')));
    this.#timer = setTimeout(() => this.fail(Object.assign(new Error('no connection in time'), { code: 'ETIMEDOUT' })), connectMs);
    this.opened = new Promise((resolve, reject) => {
      this.#refuse = reject;
      this.#socket.once(secure ? 'secureConnect' : 'connect', () => {
        this.rest();
        resolve();
      });
    });
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Bytes that arrived and nobody has taken yet. */
  get waiting(): number {
    return this.#inbox.length;
  }

  /** From now on something must move within `ms` milliseconds, again and again. */
  watch(what: string, ms: number): void {
    this.rest();
    this.#stallMs = ms;
    this.#stalled = () => this.fail(new ProviderError('unavailable', `${what} stalled: nothing moved for ${ms} ms`));
    this.#arm();
  }

  /** Nothing is expected of the server for now. */
  rest(): void {
    this.#stallMs = 0;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#flushing) this.#socket.setTimeout(0);
  }

  /** Fulfils when the socket holds no reference to the bytes any more. */
  async write(bytes: Buffer): Promise<void> {
    for (let start = 0; start < bytes.length; start += this.#sliceBytes) await this.#flush(bytes.subarray(start, start + this.#sliceBytes));
  }

  /** Fills the whole buffer; one wait at a time. A rejection means that the connection is gone and leaves the buffer alone. */
  async fill(target: Buffer): Promise<void> {
    const filled = this.#inbox.copy(target);
    this.#inbox = this.#inbox.subarray(filled);
    if (filled < target.length) await this.#wait({ target, filled });
  }

  /** The bytes up to the end of `mark`, which must come within `limit` bytes. */
  async until(mark: string, limit: number): Promise<Buffer> {
    for (;;) {
      const at = this.#inbox.indexOf(mark, 0, 'latin1');
      if (at !== -1 && at <= limit) return this.take(at + mark.length);
      if (this.#inbox.length > limit) throw new ProviderError('unavailable', `the server sent more than ${limit} bytes where less was due`);
      await this.#wait({ filled: 0 });
    }
  }

  /** At least one byte, at most `limit`. */
  async some(limit: number): Promise<Buffer> {
    if (this.#inbox.length === 0) await this.#wait({ filled: 0 });
    return this.take(Math.min(limit, this.#inbox.length));
  }

  /** Waits in the pool: whatever arrives meanwhile is nothing that was asked for. */
  park(): void {
    this.rest();
    this.#idle = true;
    this.#socket.unref();
    if (this.#inbox.length > 0) this.fail(broken('the server sent more than its answer'));
    else this.#listen();
  }

  unpark(): void {
    this.#idle = false;
    this.#socket.ref();
  }

  /** Ends the connection; who waits gets the error, and no buffer is touched any more. */
  fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.rest();
    this.#socket.destroy();
    this.#refuse(error);
    this.#waiter?.reject(error);
    this.#waiter = undefined;
    this.onGone();
  }

  take(count: number): Buffer {
    const taken = this.#inbox.subarray(0, count);
    this.#inbox = this.#inbox.subarray(count);
    return taken;
  }

  #flush(slice: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      const large = slice.length > SPARE_BYTES;
      if (large) this.#expectFlow(true);
      this.#socket.write(slice, (error) => {
        if (error != null) this.fail(error);
        if (this.#failure !== undefined) return reject(this.#failure);
        if (large) this.#expectFlow(false);
        else this.#timer?.refresh();
        resolve();
      });
    });
  }

  #expectFlow(flushing: boolean): void {
    this.#flushing = flushing;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#socket.setTimeout(0);
    this.#arm();
  }

  // The callback of a write comes when all of it is gone. Node's own timeout asks the kernel before whether any of it went meanwhile.
  #arm(): void {
    if (this.#stallMs === 0) return;
    if (this.#flushing) this.#socket.setTimeout(this.#stallMs);
    else this.#timer = setTimeout(() => this.#stalled(), this.#stallMs);
  }

  #wait(wish: { target?: Buffer; filled: number }): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      if (this.#waiter !== undefined) return reject(new Error('two wait for the same connection'));
      this.#waiter = { ...wish, resolve, reject };
      this.#listen();
    });
  }

  #listen(): void {
    if (this.#reading) return;
    this.#reading = true;
    this.#socket.resume();
  }

  #nextBuffer(): Buffer {
    const { target, filled } = this.#waiter ?? { filled: 0 };
    this.#region = target?.subarray(filled);
    return this.#region ?? this.#spare;
  }

  /** Returns false to pause. */
  #onData(count: number, into: Uint8Array): boolean {
    const waiter = this.#waiter;
    if (this.#idle) this.fail(broken('the server sent something that nobody asked for'));
    else if (into === this.#region && waiter !== undefined) waiter.filled += count;
    else this.#sort(this.#spare.subarray(0, count));
    if (waiter?.target !== undefined) this.#timer?.refresh();
    if (waiter !== undefined && waiter.filled >= (waiter.target?.length ?? 1)) {
      this.#waiter = undefined;
      waiter.resolve();
    }
    this.#reading = this.#waiter !== undefined;
    return this.#reading;
  }

  /** What came into the spare buffer: first to who waits, the rest (a copy) to the inbox. */
  #sort(bytes: Buffer): void {
    const { target, filled } = this.#waiter ?? { filled: 0 };
    const taken = target === undefined ? 0 : bytes.copy(target, filled);
    if (this.#waiter !== undefined) this.#waiter.filled += target === undefined ? bytes.length : taken;
    if (taken < bytes.length) this.#inbox = Buffer.concat([this.#inbox, bytes.subarray(taken)]);
  }
}
