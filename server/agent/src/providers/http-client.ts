// Owns requests to one HTTP storage server: credentials, deadlines, redirects, and errors that name what failed.
import { Agent, type Dispatcher } from 'undici';
import { networkCode, networkError, statusError } from './http-errors.ts';
import { defaultHttpLimits, type HttpLimits } from './http-limits.ts';
import { ProviderError, type ProviderErrorKind } from './provider.ts';

export interface ServerAddress {
  readonly serviceUrl: string;
  /** Empty access and secret keys make the requests anonymous. */
  readonly accessKey: string;
  readonly secretKey: string;
}

export interface HttpRequest {
  readonly method: Dispatcher.HttpMethod;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: AsyncIterable<Uint8Array>;
}

export type HttpResponse = Dispatcher.ResponseData;

/** Statuses that are an answer and no error, beside 2xx. */
export type Tolerated = readonly number[];

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
const DETAIL_CHARS = 200;
const agents = new WeakMap<HttpLimits, Agent>();

// One pool for all accounts with the same limits: providers are made per call, connections must outlive them.
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

export class HttpClient {
  readonly limits: HttpLimits;
  readonly #base: URL;
  readonly #authorization: string | undefined;
  readonly #secrets: readonly string[];

  constructor(address: ServerAddress, limits: HttpLimits = defaultHttpLimits) {
    this.#base = baseUrl(address.serviceUrl);
    this.limits = limits;
    const anonymous = address.accessKey === '' && address.secretKey === '';
    const credentials = Buffer.from(`${address.accessKey}:${address.secretKey}`).toString('base64');
    this.#authorization = anonymous ? undefined : `Basic ${credentials}`;
    this.#secrets = anonymous ? [] : [credentials, address.secretKey].filter((secret) => secret !== '');
  }

  /** The URL of a bucket or object; rejects keys that a server could resolve to another place. */
  url(bucket: string, key?: string): URL {
    const segments = [...(bucket === '' ? [] : [bucket]), ...(key === undefined || key === '' ? [] : key.split('/'))];
    if (segments.some((segment) => segment === '.' || segment === '..')) {
      throw new ProviderError('invalid', 'bucket and key must not contain "." or ".." as a path segment');
    }
    return new URL(`${this.#base.href}${segments.map(encodeSegment).join('/')}`);
  }

  /** Resolves a Location of the same server; another origin would receive the account's credentials. */
  sameServer(location: string, from: URL): URL {
    const url = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
    if (url?.origin !== this.#base.origin) throw new ProviderError('invalid', 'the server points to an upload address on another origin');
    return url;
  }

  /** Sends the request, following redirects of safe methods; rejects for statuses other than 2xx and `tolerated`. */
  async send(request: HttpRequest, signal: AbortSignal, tolerated: Tolerated = []): Promise<HttpResponse> {
    const what = nameOf(request);
    let { url } = request;
    for (let hops = 0; ; hops++) {
      const response = await this.#exchange({ ...request, url }, signal);
      const { statusCode } = response;
      if ((statusCode >= 200 && statusCode < 300) || tolerated.includes(statusCode)) return response;
      const location = header(response, 'location');
      const redirected = [301, 302, 303, 307, 308].includes(statusCode) && location !== undefined && SAFE.has(request.method);
      if (!redirected) throw await this.failure(what, response);
      await discard(response);
      if (hops >= this.limits.redirects)
        throw new ProviderError('invalid', `${what} was redirected more than ${this.limits.redirects} times`);
      url = redirectTarget(location, url);
    }
  }

  /** The credentials go to the account's own server only. */
  authorizationFor(url: URL): string | undefined {
    return url.origin === this.#base.origin ? this.#authorization : undefined;
  }

  /** The error for an answer, with the server's own words as far as they are short JSON or plain text. */
  async failure(what: string, response: HttpResponse, kind?: ProviderErrorKind): Promise<ProviderError> {
    const detail = this.detailOf(await readDetail(response));
    return statusError(what, { status: response.statusCode, retryAfter: header(response, 'retry-after'), detail }, kind);
  }

  /** The server's words, short and on one line; it may repeat what it was sent, and messages are stored and shown. */
  detailOf(text: string): string {
    const words = messageIn(text).replaceAll(/\s+/g, ' ');
    return this.#secrets.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), words).slice(0, DETAIL_CHARS);
  }

  async #exchange(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    signal.throwIfAborted();
    try {
      return await this.#dispatch(request, signal);
    } catch (error) {
      // A kept-alive connection that the server closed meanwhile: a safe request may go again, once.
      const stale = ['UND_ERR_SOCKET', 'ECONNRESET'].includes(networkCode(error) ?? '');
      if (!stale || !SAFE.has(request.method) || signal.aborted) throw networkError(nameOf(request), error, signal);
      return await this.#dispatch(request, signal).catch((second: unknown) => {
        throw networkError(nameOf(request), second, signal);
      });
    }
  }

  #dispatch({ method, url, headers, body }: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    const authorization = this.authorizationFor(url);
    return agentFor(this.limits).request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method,
      signal,
      // With a body the sender's own watchdog keeps the deadline: undici's counts from the first byte sent.
      headersTimeout: body === undefined ? this.limits.headersMs : 0,
      headers: { 'accept-encoding': 'identity', ...headers, ...(authorization === undefined ? {} : { authorization }) },
      ...(body === undefined ? {} : { body: body as AsyncIterable<Uint8Array> & Dispatcher.DispatchOptions['body'] }),
    });
  }
}

export function header(response: HttpResponse, name: string): string | undefined {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Reads an unwanted body away (or cuts it), so that its connection is free again. */
export async function discard(response: HttpResponse): Promise<void> {
  await response.body.dump({ limit: 64 * 1024 });
}

/** Gives up on a body without reading it; undici reports that as an error, which says nothing new. */
export function cut(response: HttpResponse): void {
  response.body.on('error', () => undefined).destroy();
}

/** "PUT bucket/key": the query stays out, it may hold a signature. */
export function nameOf(request: { readonly method: string; readonly url: URL }): string {
  return `${request.method} ${request.url.host}${request.url.pathname}`;
}

function encodeSegment(segment: string): string {
  try {
    return encodeURIComponent(segment);
  } catch (error) {
    throw new ProviderError('invalid', 'bucket and key must be well-formed Unicode', { cause: error });
  }
}

function baseUrl(serviceUrl: string): URL {
  const url = URL.canParse(serviceUrl) ? new URL(serviceUrl) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new ProviderError('invalid', 'serviceUrl must be an absolute http or https URL');
  }
  if (url.username !== '' || url.password !== '') throw new ProviderError('invalid', 'serviceUrl must not contain credentials');
  url.search = '';
  url.hash = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

export function redirectTarget(location: string, from: URL): URL {
  const target = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (target === undefined || !['http:', 'https:'].includes(target.protocol))
    throw new ProviderError('invalid', 'the server redirects to something that is no HTTP address');
  if (from.protocol === 'https:' && target.protocol === 'http:')
    throw new ProviderError('invalid', 'the server redirects from https to http');
  return target;
}

async function readDetail(response: HttpResponse): Promise<string> {
  const type = header(response, 'content-type') ?? '';
  if (!/json|text\/plain/.test(type) || Number(header(response, 'content-length') ?? '0') > 64 * 1024) {
    await discard(response);
    return '';
  }
  // The status alone decides; a cut explanation is no explanation.
  return readText(response, 64 * 1024).catch(() => '');
}

function messageIn(text: string): string {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null && 'message' in body && typeof body.message === 'string' ? body.message : '';
  } catch {
    return text.startsWith('<') ? '' : text;
  }
}

/** The whole body as text; rejects with `invalid` beyond `limit` bytes. */
export async function readText(response: HttpResponse, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw new ProviderError('invalid', `the answer exceeds ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
