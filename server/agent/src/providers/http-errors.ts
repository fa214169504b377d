// Owns the translation of HTTP statuses and network failures into `ProviderError`.
import { ProviderError, type ProviderErrorKind } from './provider.ts';

const KIND_OF_STATUS: Readonly<Record<number, ProviderErrorKind>> = {
  401: 'auth',
  403: 'auth',
  404: 'missing',
  408: 'throttled',
  409: 'conflict',
  410: 'missing',
  412: 'changed',
  423: 'conflict',
  425: 'throttled',
  429: 'throttled',
  503: 'throttled',
};

const NETWORK_CODE =
  /^(?:E(?:CONN(?:REFUSED|RESET|ABORTED)|TIMEDOUT|PIPE|NOTFOUND|AI_AGAIN|HOSTUNREACH|HOSTDOWN|NETUNREACH|NETDOWN|ADDRNOTAVAIL)|UND_ERR_(?!INVALID_|NOT_SUPPORTED|REQ_CONTENT)|HPE_)/;

export interface HttpFailure {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** What the server said, already cut to a bearable length. */
  readonly detail: string;
}

export function kindOfStatus(status: number): ProviderErrorKind {
  return KIND_OF_STATUS[status] ?? (status >= 500 ? 'unavailable' : 'invalid');
}

/** `what` names the request without secrets: "PUT bucket/key". */
export function statusError(what: string, failure: HttpFailure, kind?: ProviderErrorKind): ProviderError {
  const detail = failure.detail === '' ? '' : `: ${failure.detail}`;
  const retryAfterMs = retryAfter(failure.retryAfter);
  return new ProviderError(
    kind ?? kindOfStatus(failure.status),
    `${what} was answered ${failure.status}${detail}`,
    retryAfterMs === undefined ? {} : { retryAfterMs },
  );
}

/** Both forms of Retry-After (seconds, HTTP date) in milliseconds from now. */
export function retryAfter(header: string | undefined, now: number = Date.now()): number | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Translates what a request or a body stream threw; an aborted signal wins, since it is the caller's own doing. */
export function networkError(what: string, error: unknown, signal?: AbortSignal): unknown {
  if (signal?.aborted === true) return signal.reason;
  if (error instanceof ProviderError) return error;
  const code = networkCode(error);
  const kind = code === undefined ? 'invalid' : 'unavailable';
  return new ProviderError(kind, `${what} failed: ${code ?? messageOf(error)}`, { cause: error });
}

/** The code of a failure below HTTP, found through `cause` chains and the AggregateError of a dual-stack connect. */
export function networkCode(error: unknown, depth = 0): string | undefined {
  if (!(error instanceof Error) || depth > 4) return undefined;
  if ('code' in error && typeof error.code === 'string' && NETWORK_CODE.test(error.code)) return error.code;
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error.cause;
  return networkCode(inner, depth + 1);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
