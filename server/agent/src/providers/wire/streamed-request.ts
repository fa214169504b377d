// Owns one request whose body comes piece by piece, over a time of any length.
import { asError, Answer, headBytes, headOf, poolFor, type WireLimits, type WireRequest } from './exchange.ts';
import { ProviderError } from '../provider.ts';
import type { Connection } from './connection.ts';
import type { Head } from './head.ts';

export class StreamedRequest {
  readonly #connection: Connection;
  readonly #request: WireRequest;
  readonly #limits: WireLimits;
  readonly #signal: AbortSignal;
  readonly #head: Promise<Head>;
  #answered = false;
  readonly #onAbort = (): void => this.#connection.fail(asError(this.#signal.reason));

  constructor(connection: Connection, request: WireRequest, limits: WireLimits, signal: AbortSignal) {
    this.#connection = connection;
    this.#request = request;
    this.#limits = limits;
    this.#signal = signal;
    // An answer may come at any time: a refusal does before the body's end.
    this.#head = headOf(connection, request.method);
    this.#head.catch((error: unknown) => this.#end(asError(error)));
    signal.addEventListener('abort', this.#onAbort, { once: true });
    if (signal.aborted) this.#onAbort();
  }

  /** The signal ends the request at any time. The headers tell the length of the body. */
  static async open(request: WireRequest, limits: WireLimits, signal: AbortSignal): Promise<StreamedRequest> {
    // Not one that is kept: when it turns out to be closed, the body cannot be sent again.
    const connection = await poolFor(limits).acquire(request.origin, signal, true);
    const opened = new StreamedRequest(connection, request, limits, signal);
    await opened.#send(headBytes(request));
    return opened;
  }

  /** Fulfils when the connection holds no reference to the bytes any more: with the answer, when it came before the end. */
  async write(bytes: Buffer): Promise<Answer | undefined> {
    const sent = this.#send(bytes).then(() => undefined);
    sent.catch(() => undefined);
    const head = await Promise.race([this.#head, sent]);
    if (head === undefined) return undefined;
    if (head.status < 300) await sent;
    return this.#answer({ ...head, keepAlive: false });
  }

  /** Sends the last bytes; the answer to the whole. */
  async finish(bytes: Buffer): Promise<Answer> {
    const sent = this.#send(bytes).then(() => this.#connection.watch(this.#request.what, this.#limits.headersMs));
    sent.catch(() => undefined);
    const head = await this.#head;
    if (this.#answered || head.status < 300) await sent;
    return this.#answer(head);
  }

  async #send(bytes: Buffer): Promise<void> {
    // The connection may serve another request by now.
    if (this.#answered) throw new ProviderError('unavailable', 'the request was answered already');
    this.#connection.watch(this.#request.what, this.#limits.stallMs);
    await this.#connection.write(bytes);
    this.#connection.rest();
  }

  #answer(head: Head): Answer {
    this.#answered = true;
    this.#signal.removeEventListener('abort', this.#onAbort);
    return new Answer(this.#connection, head, { pool: poolFor(this.#limits), limits: this.#limits, what: this.#request.what });
  }

  #end(error: Error): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#connection.fail(error);
  }
}
