// Owns requests to the API of a provider that accounts are linked with by OAuth: tokens, deadlines, bodies in both directions, errors.
import { Agent, type Dispatcher } from 'undici';
import { guardedBody } from './guarded-body.ts';
import { cut, discard, header, type HttpResponse, readText } from './http-client.ts';
import { kindOfStatus, networkError, retryAfter } from './http-errors.ts';
import { defaultHttpLimits, type HttpLimits } from './http-limits.ts';
import { type AccessTokens, type ObjectReader, ProviderError, type ProviderErrorKind } from './provider.ts';
import { StallWatchdog } from './stall-watchdog.ts';
import { StreamReader } from './stream-reader.ts';
import { printable } from './oauth-client.ts';
import { withToken } from './oauth-tokens.ts';

export interface VendorRequest {
  /** Names the request in errors, without secrets: "Dropbox files/upload". */
  readonly what: string;
  readonly method: Dispatcher.HttpMethod;
  /** Absolute, or below the address of the API. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object goes as JSON, bytes as they are. */
  readonly body?: Buffer | Readonly<Record<string, unknown>>;
  /** Without the token: upload addresses that carry their own proof must not see it. */
  readonly anonymous?: boolean;
  /** Statuses that are an answer and no error, beside 2xx. */
  readonly tolerated?: readonly number[];
  /** Looks at the head of a download and throws when it is not the version that was meant. */
  readonly check?: (header: VendorAnswer['header']) => void;
}

export interface VendorAnswer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  /** An empty object when the body is none. */
  readonly json: Readonly<Record<string, unknown>>;
  /** What a JSON array holds; empty when the body is none. */
  readonly items: readonly unknown[];
}

export interface VendorManners {
  /** As people write it. */
  readonly name: string;
  /** Why the vendor refused, where the status alone does not tell; undefined leaves it to the status. */
  kindOf?(status: number, json: Readonly<Record<string, unknown>>): ProviderErrorKind | undefined;
  /** What the vendor says of it, for the message; never anything that was sent along. */
  wordsOf?(json: Readonly<Record<string, unknown>>): string | undefined;
}

const agents = new WeakMap<HttpLimits, Agent>();

function agentFor(limits: HttpLimits): Agent {
  const known = agents.get(limits);
  if (known !== undefined) return known;
  const agent = new Agent({
    connect: { timeout: limits.connectMs },
    connections: limits.connectionsPerServer,
    bodyTimeout: limits.stallMs,
  });
  agents.set(limits, agent);
  return agent;
}

export class VendorApi {
  readonly limits: HttpLimits;
  readonly #manners: VendorManners;
  readonly #tokens: AccessTokens;

  constructor(manners: VendorManners, tokens: AccessTokens, limits: HttpLimits = defaultHttpLimits) {
    this.#manners = manners;
    this.#tokens = tokens;
    this.limits = limits;
  }

  /** Rejects with a `ProviderError` for statuses other than 2xx and `tolerated`. */
  async call(request: VendorRequest, signal: AbortSignal): Promise<VendorAnswer> {
    const response = await this.#send(request, signal);
    const text = await readText(response, this.limits.jsonBytes).catch((error: unknown) => this.#lost(request, error, signal));
    const json = jsonIn(text);
    if (!isFine(response, request)) throw this.#refused(request, response, json);
    return { status: response.statusCode, header: (name) => header(response, name), json, items: itemsIn(text) };
  }

  /** The body of a download, exactly `length` bytes from `offset` on; redirects are the caller's: their target must not see the token. */
  async read(request: VendorRequest, extent: { offset: number; length: number | undefined }, signal: AbortSignal): Promise<ObjectReader> {
    const { offset, length } = extent;
    const range =
      offset === 0 && length === undefined ? {} : { range: `bytes=${offset}-${length === undefined ? '' : offset + length - 1}` };
    const response = await this.#send({ ...request, headers: { ...request.headers, ...range } }, signal);
    // Other statuses of 2xx ("202, come back later") bring no bytes of the object.
    if (response.statusCode !== 200 && response.statusCode !== 206) {
      const json = jsonIn(await readText(response, this.limits.jsonBytes).catch(() => ''));
      throw this.#refused(request, response, json);
    }
    const first = /^bytes (\d+)-/.exec(header(response, 'content-range') ?? '')?.[1];
    if (response.statusCode === 206 && Number(first) !== offset) {
      cut(response);
      throw new ProviderError('invalid', `${request.what}: the server answered with another range than asked for`);
    }
    checkHead(request, response);
    const ignored = response.statusCode === 200 && offset > 0;
    const sent = Number(header(response, 'content-length'));
    if (!['', 'identity'].includes(header(response, 'content-encoding') ?? '')) {
      cut(response);
      throw new ProviderError('invalid', `${request.what}: the server insists on a Content-Encoding`);
    }
    const follows = Number.isNaN(sent) ? length : sent - (ignored ? offset : 0);
    const body = guardedBody(response.body, {
      what: request.what,
      skip: ignored ? offset : 0,
      length: follows,
      stallMs: this.limits.stallMs,
      signal,
      translate: (error) => networkError(request.what, error, signal),
    });
    return new StreamReader(body, this.limits.stallMs, follows);
  }

  /** Where a request is redirected to; undefined when it is answered itself (its body is thrown away). */
  async location(request: VendorRequest, signal: AbortSignal): Promise<string | undefined> {
    const response = await this.#send(request, signal);
    const to = response.statusCode >= 300 && response.statusCode < 400 ? header(response, 'location') : undefined;
    if (to === undefined && !isFine(response, request))
      throw this.#refused(request, response, jsonIn(await readText(response, this.limits.jsonBytes).catch(() => '')));
    await discard(response);
    return to;
  }

  #send(request: VendorRequest, signal: AbortSignal): Promise<HttpResponse & { readonly status: number }> {
    if (request.anonymous === true) return this.#dispatch(request, undefined, signal);
    let unread: HttpResponse | undefined;
    return withToken(this.#tokens, signal, async (token) => {
      // A first 401 is followed by a second try with another token; the connection of the first must be free again.
      if (unread !== undefined) await discard(unread);
      unread = undefined;
      const response = await this.#dispatch(request, token, signal);
      if (response.statusCode === 401) unread = response;
      return response;
    }).catch((error: unknown) => {
      if (unread !== undefined) cut(unread);
      throw error;
    });
  }

  async #dispatch(request: VendorRequest, token: string | undefined, signal: AbortSignal) {
    signal.throwIfAborted();
    const { connectMs, headersMs, stallMs } = this.limits;
    const url = new URL(/^https?:/.test(request.url) ? request.url : this.#tokens.apiUrl + request.url);
    const bytes = Buffer.isBuffer(request.body);
    const watch = new StallWatchdog(request.what, signal);
    // A body may take its time, but not stand still: undici counts from the first byte, so the whole is given a generous end.
    watch.expect(connectMs + headersMs + (bytes ? 10 * stallMs : 0));
    try {
      const response = await agentFor(this.limits).request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: request.method,
        headersTimeout: 0,
        signal: watch.signal,
        headers: {
          'accept-encoding': 'identity',
          ...(request.body !== undefined && !bytes && { 'content-type': 'application/json' }),
          ...request.headers,
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        body: request.body === undefined ? null : bytes ? (request.body as Buffer) : JSON.stringify(request.body),
      });
      watch.rest();
      // Until then an abort must reach the body; afterwards a signal that lives long must not collect listeners.
      response.body.once('close', () => watch.close());
      return Object.assign(response, { status: response.statusCode });
    } catch (error) {
      watch.close();
      throw networkError(request.what, error, watch.signal);
    }
  }

  #refused({ what }: VendorRequest, response: HttpResponse, json: VendorAnswer['json']): ProviderError {
    const { statusCode } = response;
    const kind = this.#manners.kindOf?.(statusCode, json) ?? kindOfStatus(statusCode);
    const retryAfterMs = retryAfter(header(response, 'retry-after'));
    const words = this.#manners.wordsOf?.(json);
    const said = words === undefined ? '' : `: ${printable(words, [])}`;
    return new ProviderError(kind, `${what} was answered ${statusCode}${said}`, retryAfterMs === undefined ? {} : { retryAfterMs });
  }

  #lost({ what }: VendorRequest, error: unknown, signal: AbortSignal): never {
    throw networkError(what, error, signal);
  }
}

function checkHead({ check }: VendorRequest, response: HttpResponse): void {
  try {
    check?.((name) => header(response, name));
  } catch (error) {
    cut(response);
    throw error;
  }
}

const isFine = ({ statusCode }: HttpResponse, { tolerated = [] }: VendorRequest): boolean =>
  (statusCode >= 200 && statusCode < 300) || tolerated.includes(statusCode);

function jsonIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function itemsIn(text: string): readonly unknown[] {
  if (!text.startsWith('[')) return [];
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
