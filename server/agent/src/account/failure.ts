// Owns the error that services throw for an expected failure; they know its code, the HTTP layer knows its status.
import type { Schema } from '@click-kit/contract';

/** One of the 28 documented application error codes (errors.md). */
export type ErrorCode = Schema<'ErrorCode'>;

export class Failure extends Error {
  readonly code: ErrorCode;
  /** True when it is the caller who is not known (401), false when the request is refused (499); see decision 0002. */
  readonly unauthenticated: boolean;

  constructor(code: ErrorCode, message: string, options: { unauthenticated: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = 'Failure';
    this.code = code;
    this.unauthenticated = options.unauthenticated;
  }
}

/** The caller is not known: wrong credentials, a bad token or an ended session. */
export const unauthenticated = (code: 'AUTH' | 'TOKEN' | 'SESSION', message: string, cause?: unknown): Failure =>
  new Failure(code, message, { unauthenticated: true, cause });

/** The request is understood and refused. */
export const refusal = (code: ErrorCode, message: string, cause?: unknown): Failure =>
  new Failure(code, message, { unauthenticated: false, cause });
