// Owns how an expected failure looks on the wire: status, `error-code` header and body (errors.md).
import type { Schema } from '@click-kit/contract';
import type { Response } from 'express';
import { Failure } from '../account/failure.ts';
import { ProviderError, type ProviderErrorKind } from '../providers/provider.ts';
import { LocalFileError } from '../transfers/errors.ts';

export type ErrorCode = Schema<'ErrorCode'>;
export type ProblemStatus = 400 | 401 | 403 | 404 | 405 | 499;

/** An expected failure with the status that the contract documents for it. */
export class Problem extends Error {
  readonly status: ProblemStatus;
  readonly code: ErrorCode;

  constructor(status: ProblemStatus, code: ErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'Problem';
    this.status = status;
    this.code = code;
  }
}

const providerCodes: Record<ProviderErrorKind, ErrorCode> = {
  auth: 'ACCESS',
  missing: 'NOT_FOUND',
  conflict: 'DUPLICATE',
  changed: 'TRANSFER',
  invalid: 'DEFAULT',
  throttled: 'DEFAULT',
  unavailable: 'DEFAULT',
};

/** Translates what services and providers throw; `undefined` for anything unexpected, which is a defect of the agent. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error instanceof Failure) return new Problem(error.unauthenticated ? 401 : 499, error.code, error.message, error);
  if (error instanceof ProviderError) return new Problem(499, providerCodes[error.kind], error.message, error);
  if (error instanceof LocalFileError) return new Problem(499, 'FILESYSTEM_ACCESS', error.message, error);
  return undefined;
}

/** Writes the problem. The body is the documented `ValidationProblemDetails`; other statuses borrow its shape. */
export function sendProblem(response: Response, { status, code, message }: Problem): void {
  response
    .status(status)
    .set('error-code', code)
    .json({ type: code, status, errors: { [code]: [message] } });
}
