// Owns why a push stops: failures that are tried again, failures that are not, and stops that somebody asked for.

import { hasErrorCode } from '../http-error.ts';

export class PushFailure extends Error {
  readonly retryable: boolean;
  /** How long the target asked to wait. */
  readonly retryAfterMs: number | undefined;
  /** What the target answered; undefined when it did not, or when the answer itself was fine. */
  readonly status: number | undefined;

  constructor(message: string, options: { retryable: boolean; retryAfterMs?: number | undefined; status?: number; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = 'PushFailure';
    this.retryable = options.retryable;
    this.retryAfterMs = options.retryAfterMs;
    this.status = options.status;
  }
}

/** No connection could be made at all: the one failure that the relay helps against. */
export class Unreachable extends PushFailure {
  constructor(host: string, cause: unknown) {
    super(`${host} cannot be reached (${codeOf(cause)}).`, { retryable: true, cause });
    this.name = 'Unreachable';
  }
}

/** The reason of the signals of a run that was paused, cancelled or suspended. */
export class Stopped extends Error {
  constructor() {
    super('The push was stopped.');
    this.name = 'Stopped';
  }
}

export const fatal = (message: string, cause?: unknown): PushFailure => new PushFailure(message, { retryable: false, cause });

export interface Answer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** What the target said about a refusal, short and without secrets. */
  detail: string;
  /** The body, where it was asked for. */
  text: string;
}

export function headerOf({ headers }: Answer, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** Whether the target has surely done nothing of what it was asked for: a gateway's 5xx leaves that open. */
export const isRefusal = (error: unknown): boolean => error instanceof PushFailure && error.status !== undefined && error.status < 500;

const AGAIN: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** What an unexpected answer means; `what` names the request. */
export function refusalOf(what: string, answer: Answer): PushFailure {
  const { status } = answer;
  const detail = answer.detail === '' ? '' : ` ${answer.detail}`;
  const refused = (message: string): PushFailure => new PushFailure(message, { retryable: false, status });
  if (status === 401 || status === 403) return refused(`The target refuses the credentials: ${what} was answered ${status}.${detail}`);
  if (status === 412) return refused('The target exists already, and overwriting it was not asked for.');
  if (status >= 300 && status < 400) return refused(`The target redirects ${what} (${status}); redirects are not followed.`);
  const retryAfterMs = retryAfter(headerOf(answer, 'retry-after'));
  return new PushFailure(`${what} was answered ${status}.${detail}`, { retryable: AGAIN.has(status), retryAfterMs, status });
}

/** Both forms of Retry-After (RFC 9110, section 10.2.3), in milliseconds from now. */
export function retryAfter(value: string | undefined, now: number = Date.now()): number | undefined {
  if (value === undefined) return undefined;
  if (/^\s*\d{1,9}\s*$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** What a person reads in `error`; the text of a defect could hold anything and stays in the log. */
export const explained = (error: unknown): string => {
  if (error instanceof PushFailure) return error.message;
  if (hasErrorCode(error, 'EIO')) return 'The disk of the source server failed.';
  return 'The push stopped because of an internal error; see the log of the source server.';
};

/** Short, for people; never the text of the error, which could hold anything. */
export function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error instanceof Error && 'code' in error ? String(error.code) : 'no connection';
}
