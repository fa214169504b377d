// The error catalogue: every refusal of this server is one `HttpError` with a code, a status and a sentence.

const STATUS = {
  InvalidRequest: 400,
  InvalidKey: 400,
  InvalidBucketName: 400,
  InvalidToken: 400,
  InvalidFolderMarker: 400,
  UnsupportedChecksum: 400,
  Unauthorized: 401,
  HostNotAllowed: 403,
  AccessDenied: 403,
  SignatureExpired: 403,
  SignatureInvalid: 403,
  NotFound: 404,
  NoSuchBucket: 404,
  NoSuchObject: 404,
  NoSuchUpload: 404,
  NoSuchKey: 404,
  NoSuchPush: 404,
  MethodNotAllowed: 405,
  BucketNotEmpty: 409,
  OffsetMismatch: 409,
  PushConflict: 409,
  UploadExpired: 410,
  LengthRequired: 411,
  PreconditionFailed: 412,
  UnsupportedTusVersion: 412,
  TooLarge: 413,
  UnsupportedMediaType: 415,
  RangeNotSatisfiable: 416,
  UploadLocked: 423,
  TooManyPushes: 429,
  ChecksumMismatch: 460,
  InternalError: 500,
  InsufficientStorage: 507,
} as const;

export type ErrorCode = keyof typeof STATUS;

export const ERROR_CODES = Object.keys(STATUS);

export class HttpError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(code: ErrorCode, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.name = 'HttpError';
    this.code = code;
    this.status = STATUS[code];
    this.headers = headers;
  }
}

export function hasErrorCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** What a client is told about any thrown value; the text of an unexpected one stays in the log. */
export function toHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (hasErrorCode(error, 'ENOSPC', 'EDQUOT')) return new HttpError('InsufficientStorage', 'The server has no space left for this object.');
  if (hasErrorCode(error, 'ENAMETOOLONG')) return new HttpError('InvalidKey', 'The key is too long for the storage of this server.');
  return new HttpError('InternalError', 'The server could not complete the request.');
}
