// Owns one request to a token endpoint or to a small JSON answer of a provider: bounded in time and size, never redirected.
import { Agent, type Dispatcher, request as send } from 'undici';
import { header, readText } from './http-client.ts';
import { networkError, retryAfter } from './http-errors.ts';
import { ProviderError } from './provider.ts';

export interface OAuthLimits {
  readonly connectMs: number;
  /** From the first byte of the request to the last one of the answer. */
  readonly totalMs: number;
  readonly answerBytes: number;
}

export const defaultOAuthLimits: OAuthLimits = { connectMs: 10_000, totalMs: 15_000, answerBytes: 64 * 1024 };

export interface OAuthRequest {
  /** Who is asked for what, for messages: "the token endpoint of Dropbox". */
  readonly what: string;
  readonly method: Dispatcher.HttpMethod;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
}

export interface OAuthAnswer {
  readonly status: number;
  readonly retryAfterMs: number | undefined;
  /** Undefined when the body is no JSON object. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
}

const agents = new WeakMap<OAuthLimits, Agent>();

function agentFor(limits: OAuthLimits): Agent {
  const known = agents.get(limits) ?? new Agent({ connect: { timeout: limits.connectMs }, connections: 16 });
  agents.set(limits, known);
  return known;
}

/** The answer, whatever its status; rejects with `unavailable` when none comes in time, and with `invalid` when it is too large. */
export async function ask(
  { what, method, url, headers, form }: OAuthRequest,
  signal: AbortSignal,
  limits: OAuthLimits,
): Promise<OAuthAnswer> {
  const deadline = AbortSignal.timeout(limits.totalMs);
  try {
    const response = await send(url, {
      method,
      headers: {
        accept: 'application/json',
        'accept-encoding': 'identity',
        ...(form !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
        ...headers,
      },
      body: form === undefined ? null : new URLSearchParams(form).toString(),
      dispatcher: agentFor(limits),
      signal: AbortSignal.any([signal, deadline]),
    });
    const text = await readText(response, limits.answerBytes);
    return { status: response.statusCode, retryAfterMs: retryAfter(header(response, 'retry-after')), json: objectIn(text) };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (deadline.aborted) throw new ProviderError('unavailable', `${what} did not answer within ${limits.totalMs} ms`, { cause: error });
    if (error instanceof ProviderError) throw new ProviderError(error.kind, `${what}: ${error.message}`, { cause: error });
    throw networkError(what, error);
  }
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    // An error page of a proxy; the status says what there is to say.
    return undefined;
  }
}
