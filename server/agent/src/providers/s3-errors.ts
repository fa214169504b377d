// Owns the translation of S3 error codes, statuses and SDK failures into `ProviderError`.
import { kindOfStatus, networkCode, retryAfter } from './http-errors.ts';
import { ProviderError, type ProviderErrorKind } from './provider.ts';

const KIND_OF_CODE: Readonly<Record<string, ProviderErrorKind>> = {
  AccessDenied: 'auth',
  InvalidAccessKeyId: 'auth',
  SignatureDoesNotMatch: 'auth',
  ExpiredToken: 'auth',
  InvalidToken: 'auth',
  RequestTimeTooSkewed: 'auth',
  NoSuchBucket: 'missing',
  NoSuchKey: 'missing',
  NotFound: 'missing',
  NoSuchUpload: 'unavailable',
  PreconditionFailed: 'changed',
  BucketNotEmpty: 'conflict',
  BucketAlreadyExists: 'conflict',
  BucketAlreadyOwnedByYou: 'conflict',
  OperationAborted: 'conflict',
  SlowDown: 'throttled',
  Throttling: 'throttled',
  ThrottlingException: 'throttled',
  TooManyRequests: 'throttled',
  RequestLimitExceeded: 'throttled',
  RequestTimeout: 'unavailable',
  InternalError: 'unavailable',
  ServiceUnavailable: 'throttled',
  BadDigest: 'unavailable',
  XAmzContentSHA256Mismatch: 'unavailable',
  XAmzContentChecksumMismatch: 'unavailable',
  // Another write of the same key was under way; S3 asks to send it again.
  ConditionalRequestConflict: 'unavailable',
  TimeoutError: 'unavailable',
};

/** An answer that is an error, in the shape of the SDK's own. */
export class S3Refusal extends Error {
  readonly $metadata: { readonly httpStatusCode: number };
  readonly $response: { readonly headers: Record<string, string> };

  constructor(code: string | undefined, message: string, { status, retryAfter }: { status: number; retryAfter?: string }) {
    super(message === '' ? `status ${status}` : message);
    this.name = code ?? CODE_OF_STATUS[status] ?? 'UnknownError';
    this.$metadata = { httpStatusCode: status };
    this.$response = { headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter } };
  }
}

/** What the answer to a HEAD cannot say. */
const CODE_OF_STATUS: Readonly<Record<number, string>> = { 403: 'Forbidden', 404: 'NotFound', 412: 'PreconditionFailed' };

/** The S3 error code, or the name of the SDK's own error. */
export function s3Code(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

export function s3Status(error: unknown): number | undefined {
  return error instanceof Error && '$metadata' in error ? (error.$metadata as { httpStatusCode?: number }).httpStatusCode : undefined;
}

/** An aborted signal wins, since it is the caller's own doing. */
export function s3Error(what: string, error: unknown, signal?: AbortSignal): unknown {
  if (signal?.aborted === true) return signal.reason;
  if (error instanceof ProviderError) return error;
  const code = s3Code(error);
  const status = s3Status(error);
  const retryAfterMs = retryAfter(retryAfterHeader(error));
  const network = networkCode(error);
  const kind = KIND_OF_CODE[code] ?? (network === undefined ? kindOfS3Status(status) : 'unavailable');
  const message = `${what} failed: ${code === 'Error' ? (network ?? 'unknown reason') : code}${status === undefined ? '' : ` (${status})`}`;
  return new ProviderError(kind, message, { cause: bare(error), ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
}

// The SDK's errors carry the whole exchange, Authorization header and socket included: only name, message and the code of the network may travel.
function bare(error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  const cause = error instanceof AggregateError ? new AggregateError(error.errors.map(bare), message) : new Error(message);
  cause.name = s3Code(error);
  const code = networkCode(error);
  return code === undefined ? cause : Object.assign(cause, { code });
}

// A cut or garbled answer reaches us as a parse error with status 200: nothing is known, so it counts as down.
function kindOfS3Status(status: number | undefined): ProviderErrorKind {
  if (status === undefined) return 'invalid';
  return status < 300 ? 'unavailable' : kindOfStatus(status);
}

function retryAfterHeader(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('$response' in error)) return undefined;
  return (error.$response as { headers?: Record<string, string> } | undefined)?.headers?.['retry-after'];
}
