// Owns the upload to a server that does not speak tus: one streamed PUT, not resumable, published by the server itself.
import { discard, nameOf, type HttpClient, type HttpResponse } from './http-client.ts';
import { appeared, confirmSize } from './http-target.ts';
import { ProviderError, type Chunk, type UploadSession, type Verification } from './provider.ts';
import { BodyFeed, holdBack } from './request-body.ts';
import { StallWatchdog } from './stall-watchdog.ts';

export interface PutTarget {
  readonly url: URL;
  readonly size: number;
  readonly contentType: string;
  /** The version that the target had before (`versionOf`). */
  readonly before: string;
}

export class PutUpload implements UploadSession {
  readonly resumable = false;
  readonly state = JSON.stringify({ kind: 'put' });
  readonly #client: HttpClient;
  readonly #target: PutTarget;
  readonly #feed: BodyFeed;
  readonly #watch: StallWatchdog;
  #answer: Promise<HttpResponse> | undefined;
  #tail: Buffer = Buffer.alloc(0);
  #committed = false;
  #offset = 0;

  constructor(client: HttpClient, target: PutTarget) {
    this.#client = client;
    this.#target = target;
    this.#watch = new StallWatchdog(nameOf({ method: 'PUT', url: target.url }));
    this.#feed = new BodyFeed(client.limits.sliceBytes, () => this.#watch.expect(client.limits.stallMs));
  }

  /** Bytes handed to the connection; nothing is durable before `commit`. */
  get offset(): number {
    return this.#offset;
  }

  async write({ bytes }: Chunk, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const end = this.#offset + bytes.length;
    if (end > this.#target.size) throw new ProviderError('invalid', 'more bytes than the upload was opened for');
    const { now, later } = holdBack(bytes, end === this.#target.size, this.#client.limits.sliceBytes);
    await this.#whileListening(signal, () => this.#push(now));
    this.#tail = later;
    this.#offset = end;
  }

  async commit(signal: AbortSignal): Promise<Verification> {
    signal.throwIfAborted();
    if (this.#committed) return 'size';
    const { url, size, before } = this.#target;
    if (this.#offset < size) throw new ProviderError('invalid', `commit after ${this.#offset} of ${size} bytes`);
    await this.#whileListening(signal, async () => {
      try {
        await this.#push(this.#tail);
        this.#tail = Buffer.alloc(0);
        this.#feed.end();
        this.#watch.expect(this.#client.limits.headersMs);
        await discard(await this.#started());
      } catch (error) {
        const lost = error instanceof ProviderError && error.kind === 'unavailable' && !signal.aborted;
        if (!lost || !(await appeared(this.#client, url, { size, before }, signal))) throw error;
      }
      await confirmSize(this.#client, url, size, signal);
    });
    this.#committed = true;
    this.#watch.close();
    return 'size';
  }

  async suspend(): Promise<void> {
    this.#watch.abort(new ProviderError('unavailable', 'the upload was suspended'));
    this.#feed.end();
  }

  /** The last bytes wait for `commit`, so the server never had all: it discards an unfinished PUT when the connection goes. */
  async abort(): Promise<void> {
    await this.suspend();
  }

  async #push(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return;
    const { connectMs, stallMs } = this.#client.limits;
    this.#watch.expect(this.#answer === undefined ? connectMs + stallMs : stallMs);
    await Promise.race([this.#feed.push(bytes), this.#refusal()]);
  }

  #started(): Promise<HttpResponse> {
    if (this.#answer !== undefined) return this.#answer;
    const { url, size, contentType } = this.#target;
    const request = { method: 'PUT' as const, url, headers: { 'content-type': contentType, 'content-length': String(size) } };
    this.#answer = this.#client.send(size === 0 ? request : { ...request, body: this.#feed }, this.#watch.signal);
    // Whoever writes or commits next gets the failure; until then it is not unhandled.
    this.#answer.catch(() => undefined);
    return this.#answer;
  }

  async #refusal(): Promise<never> {
    await this.#started();
    throw new ProviderError('unavailable', 'the server answered before it had the whole body');
  }

  async #whileListening(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    const onAbort = (): void => this.#watch.abort(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await work();
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#watch.rest();
    }
  }
}
