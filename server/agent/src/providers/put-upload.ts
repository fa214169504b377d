// Owns the upload to a server that does not speak tus: one streamed PUT, not resumable, published by the server itself.
import { nameOf, type HttpClient } from './http-client.ts';
import { dataFailure, streamData } from './http-data.ts';
import { networkError } from './http-errors.ts';
import { appeared, confirmSize } from './http-target.ts';
import { ProviderError, type Chunk, type UploadSession, type Verification } from './provider.ts';
import { holdBack } from './request-body.ts';
import type { Answer } from './wire/exchange.ts';
import type { StreamedRequest } from './wire/streamed-request.ts';

export interface PutTarget {
  readonly url: URL;
  readonly size: number;
  readonly contentType: string;
  /** The version that the target had before (`versionOf`). */
  readonly before: string;
  readonly ifAbsent: boolean;
}

export class PutUpload implements UploadSession {
  readonly resumable = false;
  readonly state = JSON.stringify({ kind: 'put' });
  readonly #client: HttpClient;
  readonly #target: PutTarget;
  readonly #what: string;
  /** Ends the request; `suspend` and `abort` do. */
  readonly #end = new AbortController();
  #request: Promise<StreamedRequest> | undefined;
  #tail: Buffer = Buffer.alloc(0);
  #sent = false;
  #committed = false;
  #offset = 0;

  constructor(client: HttpClient, target: PutTarget) {
    this.#client = client;
    this.#target = target;
    this.#what = nameOf({ method: 'PUT', url: target.url });
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
    try {
      if (!this.#sent)
        await this.#whileListening(signal, async () => {
          const request = await this.#started();
          (await this.#accepted(await request.finish(this.#tail))).drop();
          this.#sent = true;
        });
    } catch (error) {
      const lost = error instanceof ProviderError && error.kind === 'unavailable' && !signal.aborted;
      if (!lost || !(await appeared(this.#client, url, { size, before }, signal))) throw error;
    }
    await confirmSize(this.#client, url, size, signal);
    this.#committed = true;
    return 'size';
  }

  async suspend(): Promise<void> {
    this.#end.abort(new ProviderError('unavailable', 'the upload was suspended'));
  }

  /** The last bytes wait for `commit`, so the server never had all: it discards an unfinished PUT when the connection goes. */
  async abort(): Promise<void> {
    await this.suspend();
  }

  async #push(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return;
    const early = await (await this.#started()).write(bytes);
    if (early === undefined) return;
    await this.#accepted(early);
    early.drop();
    throw new ProviderError('unavailable', 'the server answered before it had the whole body');
  }

  async #accepted(answer: Answer): Promise<Answer> {
    if (answer.status >= 200 && answer.status < 300) return answer;
    const kind = this.#target.ifAbsent && answer.status === 412 ? 'conflict' : undefined;
    throw await dataFailure(this.#client, this.#what, answer, this.#end.signal, kind);
  }

  #started(): Promise<StreamedRequest> {
    const { url, size, contentType, ifAbsent } = this.#target;
    const headers = { 'content-type': contentType, 'content-length': String(size), ...(ifAbsent && { 'if-none-match': '*' }) };
    return (this.#request ??= streamData(this.#client, { method: 'PUT', url, headers }, this.#end.signal));
  }

  async #whileListening(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    const onAbort = (): void => this.#end.abort(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      this.#end.signal.throwIfAborted();
      await work();
    } catch (error) {
      throw networkError(this.#what, error, this.#end.signal);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
}
