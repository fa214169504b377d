// Owns the HTTP conversation of one run with its target: one connection, no redirects, a stall deadline, answers without secrets.

import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Limits } from '../limits.ts';
import type { AddressPolicy } from './address-policy.ts';
import { dialDirect, dialRelay, type Relay } from './dialer.ts';
import { type Answer, PushFailure, Unreachable } from './push-failure.ts';
import type { PushTarget } from './push.ts';

export interface TargetClientOptions {
  target: PushTarget;
  limits: Readonly<Limits>;
  policy: AddressPolicy;
  /** Undefined: there is no way but the direct one. */
  relay: Relay | undefined;
  signal: AbortSignal;
}

export interface TargetRequest {
  method: string;
  url: URL;
  headers?: Record<string, string>;
  /** Read block by block; a block may be used again once the next one is asked for. */
  body?: AsyncIterable<Buffer>;
  /** So many bytes of the answer's body are wanted; a longer one is cut off. */
  textBytes?: number;
  /** For a request whose answer must not get lost: it has `pushAnswerGraceMs` more when the run is cut off. */
  awaited?: boolean;
}

const MAX_DETAIL_BYTES = 16 * 1024;
const DETAIL_CHARS = 200;

type Connected = (error: Error | null, stream: Duplex) => void;
// Node's type wants a stream beside an error; nobody looks at it.
const NO_STREAM = undefined as unknown as Duplex;

/** Connections are made by the dialer, TLS included, so that node's client sees a plain byte stream either way. */
class DialedAgent extends Agent {
  readonly #dial: () => Promise<Duplex>;

  constructor(dial: () => Promise<Duplex>) {
    super({ keepAlive: true, maxSockets: 1 });
    this.#dial = dial;
  }

  override createConnection(_options: unknown, connected?: Connected): undefined {
    void this.#connect(connected ?? (() => undefined));
  }

  async #connect(connected: Connected): Promise<void> {
    let stream: Duplex;
    try {
      stream = await this.#dial();
    } catch (error) {
      connected(error instanceof Error ? error : new Error(String(error)), NO_STREAM);
      return;
    }
    connected(null, stream);
  }
}

export class TargetClient {
  readonly #options: TargetClientOptions;
  readonly #agent: Agent;
  readonly #base: URL;
  readonly #secrets: string[];
  via: 'direct' | 'turn' = 'direct';

  constructor(options: TargetClientOptions) {
    const { url, accessKey, secretKey } = options.target;
    this.#options = options;
    this.#base = new URL(url);
    const pair = Buffer.from(`${accessKey}:${secretKey}`).toString('base64');
    this.#secrets = [pair, secretKey].filter((secret) => secret !== '' && accessKey !== '');
    this.#agent = new DialedAgent(() => this.#dial());
  }

  object({ bucket, key }: { bucket: string; key: string }): URL {
    return new URL(this.#base.href + [bucket, ...key.split('/')].map(encodeSegment).join('/'));
  }

  /** A Location of the same server; another origin would be shown the keys. */
  sameServer(location: string, from: URL): URL | undefined {
    const url = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
    return url?.origin === this.#base.origin ? url : undefined;
  }

  /** A place of the server itself, beside its buckets. */
  named(name: string): URL {
    return new URL(name, this.#base);
  }

  close(): void {
    this.#agent.destroy();
  }

  /** Rejects when no answer comes; every status is an answer. */
  async send(asked: TargetRequest): Promise<Answer> {
    const { signal, limits } = this.#options;
    signal.throwIfAborted();
    if (asked.awaited !== true) return await this.#send(asked, signal);
    const later = postponed(signal, limits.pushAnswerGraceMs);
    return await this.#send(asked, later.signal).finally(later.forget);
  }

  async #send({ method, url, headers = {}, body, textBytes = 0 }: TargetRequest, signal: AbortSignal): Promise<Answer> {
    const { limits } = this.#options;
    const { accessKey, secretKey } = this.#options.target;
    const authorization = `Basic ${Buffer.from(`${accessKey}:${secretKey}`).toString('base64')}`;
    const what = `${method} ${url.host}${url.pathname}`;
    return await new Promise<Answer>((resolve, reject) => {
      const req = request({
        agent: this.#agent,
        method,
        host: this.#base.hostname,
        path: url.pathname + url.search,
        headers: { host: url.host, ...(accessKey === '' && secretKey === '' ? {} : { authorization }), ...headers },
        timeout: limits.pushStallMs,
        signal,
      });
      const fail = (error: unknown): void => reject(this.#explain(what, error));
      req.once('timeout', () => req.destroy(new PushFailure(`${what} did not move for ${limits.pushStallMs} ms.`, { retryable: true })));
      req.on('error', fail);
      req.once('response', (res) => void this.#read(req, res, textBytes).then(resolve, fail));
      if (body === undefined) req.end();
      else sendBody(req, body).catch((error: unknown) => req.destroy(error instanceof Error ? error : new Error(String(error))));
    });
  }

  async #dial(): Promise<Duplex> {
    const { policy, limits, relay, signal } = this.#options;
    const options = { policy, connectMs: limits.pushConnectMs };
    if (this.via === 'turn' && relay !== undefined) return await dialRelay(this.#base, relay, options, signal);
    try {
      return await dialDirect(this.#base, options, signal);
    } catch (error) {
      if (relay === undefined || !(error instanceof Unreachable)) throw error;
      const socket = await dialRelay(this.#base, relay, options, signal);
      this.via = 'turn';
      return socket;
    }
  }

  #explain(what: string, error: unknown): unknown {
    const { signal } = this.#options;
    if (signal.aborted) return signal.reason;
    if (error instanceof PushFailure) return error;
    // Failures of the own disk come through here, too: they have a syscall of the file system and are no matter of the network.
    if (error instanceof Error && 'syscall' in error && error.syscall === 'read' && 'code' in error && error.code === 'EIO') return error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no answer';
    return new PushFailure(`${what} failed: ${code}.`, { retryable: true, cause: error });
  }

  async #read(req: ClientRequest, res: IncomingMessage, textBytes: number): Promise<Answer> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of res as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > Math.max(MAX_DETAIL_BYTES, textBytes)) break;
      chunks.push(chunk);
    }
    // Answered before everything was sent: the rest is not wanted.
    if (!req.writableFinished) req.destroy();
    const { statusCode: status = 0, headers } = res;
    const text = status >= 400 || textBytes > 0 ? Buffer.concat(chunks).toString('utf8') : '';
    return { status, headers, detail: status < 400 ? '' : this.#detail(text), text };
  }

  #detail(text: string): string {
    let message = '';
    try {
      const body: unknown = JSON.parse(text);
      if (typeof body === 'object' && body !== null && 'message' in body && typeof body.message === 'string') message = body.message;
    } catch {
      // Not JSON: the status alone has to tell.
    }
    return this.#secrets.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), message).slice(0, DETAIL_CHARS);
  }
}

/** Aborts so many milliseconds after the other signal. */
function postponed(signal: AbortSignal, ms: number): { signal: AbortSignal; forget: () => void } {
  const later = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const begin = (): void => {
    timer = setTimeout(() => later.abort(signal.reason), ms);
  };
  signal.addEventListener('abort', begin, { once: true });
  const forget = (): void => {
    signal.removeEventListener('abort', begin);
    clearTimeout(timer);
  };
  return { signal: later.signal, forget };
}

async function sendBody(req: ClientRequest, body: AsyncIterable<Buffer>): Promise<void> {
  let over = false;
  let release = (): void => undefined;
  const end = (): void => {
    over = true;
    release();
  };
  req.once('close', end).once('response', end);
  for await (const block of body) {
    if (over) return;
    await new Promise<void>((resolve) => {
      release = resolve;
      req.write(block, () => resolve());
    });
    if (over) return;
  }
  req.end();
}

function encodeSegment(segment: string): string {
  // A key is opaque to the object server; to URL parsers a dot segment is not, in any spelling.
  if (segment === '.' || segment === '..')
    throw new PushFailure('A key with "." or ".." as a segment cannot be pushed.', { retryable: false });
  return encodeURIComponent(segment);
}
