// Owns the wire: one HTTP request and its whole answer, with a limit on time and on size.
import { Agent, request as send, type Dispatcher } from 'undici';
import { kitVersion } from '../version.ts';
import { deadline } from './deadline.ts';
import { NoAnswer } from './faults.ts';

export interface HttpLimits {
  readonly requestTimeoutMs: number;
  readonly responseBytes: number;
}

export const defaultHttpLimits: HttpLimits = { requestTimeoutMs: 10_000, responseBytes: 64 * 1024 * 1024 };

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | null;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly bytes: Buffer;
  readonly ms: number;
}

export class HttpClient {
  readonly #agent: Agent;
  readonly #limits: HttpLimits;

  constructor(limits: HttpLimits = defaultHttpLimits) {
    this.#limits = limits;
    this.#agent = new Agent({ connect: { timeout: limits.requestTimeoutMs }, connections: 16, keepAliveTimeout: 2000 });
  }

  /** Throws `NoAnswer` when nothing comes, or not in time; whoever aborts the signal gets their own reason. */
  async send({ method, url, headers = {}, body = null, signal }: HttpRequest): Promise<HttpAnswer> {
    const begun = performance.now();
    const limit = deadline(this.#limits.requestTimeoutMs, signal);
    try {
      const response = await send(url, {
        method: method as Dispatcher.HttpMethod,
        headers: { 'user-agent': `click-conformance/${kitVersion}`, ...headers },
        body,
        dispatcher: this.#agent,
        signal: limit.signal,
      });
      const bytes = await this.#read(response.body);
      return { status: response.statusCode, headers: flat(response.headers), bytes, ms: Math.round(performance.now() - begun) };
    } catch (error) {
      signal.throwIfAborted();
      if (limit.late()) throw new NoAnswer(`no whole answer within ${this.#limits.requestTimeoutMs} ms`, { cause: error });
      throw new NoAnswer(reasonOf(error), { cause: error });
    } finally {
      limit.clear();
    }
  }

  async #read(body: AsyncIterable<Buffer>): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of body) {
      size += chunk.length;
      if (size > this.#limits.responseBytes) throw new Error(`the answer is larger than ${this.#limits.responseBytes} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}

const certificateFaults = /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  if (code === 'ECONNREFUSED') return 'the connection was refused';
  if (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET') return 'the connection was closed before the answer was complete';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'no such host is known';
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG')
    return 'it does not speak TLS; try the URL with http:';
  if (code !== undefined && certificateFaults.test(code))
    return `its certificate is not trusted (${code}); NODE_EXTRA_CA_CERTS names a file of authorities to trust`;
  return message ?? String(error);
}
