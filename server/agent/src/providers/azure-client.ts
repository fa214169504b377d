// Owns requests to the Blob service of one Azure storage account: address, signature, deadlines, errors.
import { Agent, type Dispatcher } from 'undici';
import { azureError } from './azure-errors.ts';
import { type AzureKey, AZURE_VERSION, sharedKey } from './azure-shared-key.ts';
import { textOf } from './azure-xml.ts';
import { header, type HttpResponse, readText } from './http-client.ts';
import { networkCode, networkError } from './http-errors.ts';
import type { HttpLimits } from './http-limits.ts';
import { ProviderError, type ProviderAccount } from './provider.ts';
import { slicesOf } from './request-body.ts';
import { StallWatchdog } from './stall-watchdog.ts';

export interface AzureLimits extends HttpLimits {
  /** Whether blocks go with their MD5, which the service checks: about 1.4 s of a core for each GiB. */
  readonly contentMd5: boolean;
  /** Largest source that Copy Blob From URL takes, and the size of the blocks that replace it beyond. */
  readonly copyBytes: number;
}

export interface AzureRequest {
  /** The operation as the documentation names it: "Put Block". */
  readonly name: string;
  readonly method: Dispatcher.HttpMethod;
  readonly container?: string;
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Error codes that are an answer and no error. */
  readonly tolerated?: readonly string[];
}

export interface AzureAnswer {
  readonly status: number;
  /** The error code, empty when there is none. */
  readonly code: string;
  readonly text: string;
  header(name: string): string | undefined;
}

// The list of 50,000 committed and 100,000 uncommitted blocks.
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
const SAFE = new Set(['GET', 'HEAD']);
const agents = new WeakMap<HttpLimits, Agent>();

// One pool for all accounts with the same limits: providers are made per call, connections must outlive them.
function agentFor(limits: HttpLimits): Agent {
  const known = agents.get(limits);
  if (known !== undefined) return known;
  const { connectMs, connectionsPerServer, stallMs } = limits;
  const agent = new Agent({ connect: { timeout: connectMs }, connections: connectionsPerServer, bodyTimeout: stallMs });
  agents.set(limits, agent);
  return agent;
}

export class AzureClient {
  readonly limits: AzureLimits;
  readonly key: AzureKey;
  readonly base: URL;

  constructor(account: ProviderAccount, limits: AzureLimits) {
    this.limits = limits;
    this.key = { account: account.accessKey, key: account.secretKey };
    this.base = baseUrl(account);
  }

  /** The encoded path of a container or blob. */
  path(container = '', key = ''): string {
    refuseUnsafe(key);
    const segments = [container, ...key.split('/')].map(encodeSegment);
    return `${this.base.pathname.replace(/\/$/, '')}/${container === '' ? '' : (key === '' ? segments.slice(0, 1) : segments).join('/')}`;
  }

  /** The whole answer; rejects with a `ProviderError` for error codes other than those tolerated. */
  async call(request: AzureRequest, signal: AbortSignal): Promise<AzureAnswer> {
    return this.#watched(request, signal, async (response, watch) => {
      watch.expect(this.limits.headersMs);
      const text = await readText(response, MAX_ANSWER_BYTES);
      const { statusCode: status } = response;
      const code = isFine(response) ? '' : codeIn(response, text);
      if (!isFine(response) && request.tolerated?.includes(code) !== true) throw refusal(request, response, code);
      return { status, code, text, header: (name) => header(response, name) };
    });
  }

  /** The answer with its body still to be read; undefined when it is a tolerated error. */
  async open(request: AzureRequest, signal: AbortSignal): Promise<HttpResponse | undefined> {
    return this.#watched(request, signal, async (response) => {
      if (isFine(response)) return response;
      const code = codeIn(response, await readText(response, this.limits.jsonBytes).catch(() => ''));
      if (request.tolerated?.includes(code) === true) return undefined;
      throw refusal(request, response, code);
    });
  }

  async #watched<T>(
    request: AzureRequest,
    signal: AbortSignal,
    take: (response: HttpResponse, watch: StallWatchdog) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted();
    const watch = new StallWatchdog(nameOf(request), signal);
    try {
      return await take(await this.#exchange(request, watch), watch);
    } catch (error) {
      throw networkError(nameOf(request), error, watch.signal);
    } finally {
      watch.close();
    }
  }

  async #exchange(request: AzureRequest, watch: StallWatchdog): Promise<HttpResponse> {
    try {
      return await this.#dispatch(request, watch);
    } catch (error) {
      // A kept-alive connection that the service closed meanwhile: a safe request may go again, once.
      const stale = ['UND_ERR_SOCKET', 'ECONNRESET'].includes(networkCode(error) ?? '');
      if (!stale || !SAFE.has(request.method) || watch.signal.aborted) throw error;
      return await this.#dispatch(request, watch);
    }
  }

  #dispatch(request: AzureRequest, watch: StallWatchdog): Promise<HttpResponse> {
    const { method, body, query = {} } = request;
    const { connectMs, headersMs, stallMs, sliceBytes } = this.limits;
    const path = this.path(request.container, request.key);
    watch.expect(connectMs + (body === undefined ? headersMs : stallMs));
    const slices = (bytes: Buffer): AsyncIterable<Uint8Array> =>
      slicesOf(bytes, sliceBytes, (last) => watch.expect(last ? headersMs : stallMs));
    return agentFor(this.limits).request({
      origin: this.base.origin,
      path: `${path}${queryOf(query)}`,
      method,
      headersTimeout: 0,
      signal: watch.signal,
      headers: this.#headers(request, path),
      body: body === undefined ? null : (slices(body) as AsyncIterable<Uint8Array> & Dispatcher.DispatchOptions['body']),
    });
  }

  #headers({ method, headers = {}, body, query = {} }: AzureRequest, path: string): Record<string, string> {
    const all: Record<string, string> = {
      ...headers,
      'x-ms-date': new Date().toUTCString(),
      'x-ms-version': AZURE_VERSION,
      ...(body !== undefined && { 'content-length': String(body.length) }),
    };
    const authorization = sharedKey(this.key, { method, path, query, headers: all });
    return { ...all, 'accept-encoding': 'identity', authorization };
  }
}

export function nameOf({ name, container = '', key = '' }: Pick<AzureRequest, 'name' | 'container' | 'key'>): string {
  return `${name} ${container}${key === '' ? '' : `/${key}`}`.trim();
}

export function queryOf(query: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

const isFine = ({ statusCode }: HttpResponse): boolean => statusCode >= 200 && statusCode < 300;

const codeIn = (response: HttpResponse, text: string): string => header(response, 'x-ms-error-code') ?? textOf(text, 'Code');

function refusal(request: AzureRequest, response: HttpResponse, code: string): ProviderError {
  return azureError(nameOf(request), { status: response.statusCode, code, retryAfter: header(response, 'retry-after') });
}

function baseUrl({ accessKey, endpoint }: ProviderAccount): URL {
  if (endpoint === '') {
    // The name becomes part of a host name (learn.microsoft.com/azure/storage/common/storage-account-overview).
    if (!/^[a-z0-9]{3,24}$/.test(accessKey))
      throw new ProviderError('invalid', 'accessKey must be the name of the storage account: 3 to 24 lower-case letters and digits');
    return new URL(`https://${accessKey}.blob.core.windows.net`);
  }
  const text = /^https?:\/\//i.test(endpoint) ? endpoint : `https://${endpoint}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.username !== '' || url.search !== '' || url.hash !== '')
    throw new ProviderError('invalid', 'endpoint must be a host name or an http or https URL, without credentials or a query');
  return url;
}

// The service takes "\" for "/" and drops dots at the end of a segment; "." and ".." are resolved by every URL parser
// (learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata).
function refuseUnsafe(key: string): void {
  if (/\\/.test(key) || key.split('/').some((segment) => segment.endsWith('.')))
    throw new ProviderError('invalid', 'Azure keeps no key with a backslash, or with a dot at the end of a path segment: rename it');
}

function encodeSegment(segment: string): string {
  try {
    return encodeURIComponent(segment);
  } catch (error) {
    throw new ProviderError('invalid', 'container and key must be well-formed Unicode', { cause: error });
  }
}
