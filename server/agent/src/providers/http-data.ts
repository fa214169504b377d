// Owns the requests to an HTTP storage server that carry or weigh objects (GET, HEAD, PUT, PATCH), on connections of our own.
import { nameOf, redirectTarget, type HttpClient, type Tolerated } from './http-client.ts';
import { networkError, statusError } from './http-errors.ts';
import { ProviderError, type ProviderErrorKind } from './provider.ts';
import { exchange, type Answer, type WireRequest } from './wire/exchange.ts';
import { StreamedRequest } from './wire/streamed-request.ts';

export interface DataRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'PATCH';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

const REDIRECTS = [301, 302, 303, 307, 308];
const DETAIL_BYTES = 64 * 1024;

/** Follows redirects of GET and HEAD; rejects for statuses other than 2xx and `tolerated`. */
export async function openData(client: HttpClient, request: DataRequest, signal: AbortSignal, tolerated: Tolerated = []): Promise<Answer> {
  const { redirects } = client.limits;
  let { url } = request;
  for (let hops = 0; ; hops++) {
    const answer = await once(client, { ...request, url }, signal);
    if ((answer.status >= 200 && answer.status < 300) || tolerated.includes(answer.status)) return answer;
    const location = answer.header('location');
    const redirected =
      REDIRECTS.includes(answer.status) && location !== undefined && request.body === undefined && request.method !== 'PUT';
    if (!redirected) throw await dataFailure(client, nameOf(request), answer, signal);
    await answer.text(DETAIL_BYTES, signal).catch(() => '');
    if (hops >= redirects) throw new ProviderError('invalid', `${nameOf(request)} was redirected more than ${redirects} times`);
    url = redirectTarget(location, url);
  }
}

/** The error for an answer, with the server's own words as far as they are short JSON or plain text. */
export async function dataFailure(
  client: HttpClient,
  what: string,
  answer: Answer,
  signal: AbortSignal,
  kind?: ProviderErrorKind,
): Promise<ProviderError> {
  const legible = /json|text\/plain/.test(answer.header('content-type') ?? '');
  // The status alone decides; a cut explanation is no explanation.
  const text = await answer.text(DETAIL_BYTES, signal).catch(() => '');
  const detail = legible ? client.detailOf(text) : '';
  return statusError(what, { status: answer.status, retryAfter: answer.header('retry-after'), detail }, kind);
}

/** A request whose body is written piece by piece; `headers` tells its length. */
export async function streamData(client: HttpClient, request: DataRequest, signal: AbortSignal): Promise<StreamedRequest> {
  try {
    return await StreamedRequest.open(onWire(client, request), client.limits, signal);
  } catch (error) {
    throw networkError(nameOf(request), error, signal);
  }
}

async function once(client: HttpClient, request: DataRequest, signal: AbortSignal): Promise<Answer> {
  try {
    return await exchange(onWire(client, request), client.limits, signal);
  } catch (error) {
    throw networkError(nameOf(request), error, signal);
  }
}

function onWire(client: HttpClient, { method, url, headers, body }: DataRequest): WireRequest {
  const authorization = client.authorizationFor(url);
  return {
    what: nameOf({ method, url }),
    method,
    origin: url,
    path: `${url.pathname}${url.search}`,
    headers: { 'accept-encoding': 'identity', ...headers, ...(authorization !== undefined && { authorization }) },
    ...(body !== undefined && { body }),
    repeatable: method === 'GET' || method === 'HEAD' || (method === 'PUT' && headers?.['if-none-match'] === undefined),
  };
}
