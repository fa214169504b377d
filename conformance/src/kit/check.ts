// Owns what cases and scenarios have in common: a check with an id, a level, and a story to run.
import type { Level } from '../result.ts';
import { Api } from './api.ts';
import { Assertions } from './assertions.ts';
import type { Cleanup } from './cleanup.ts';
import type { Contract, OperationId } from './contract.ts';
import type { Deadlines, Environment } from './environment.ts';
import { eventually, type Eventually } from './eventually.ts';
import { Given } from './given.ts';
import type { HttpAnswer, HttpRequest } from './http-client.ts';
import type { Recorder } from './recorder.ts';

/**
 * `read`: changes nothing but the session. `self-cleaning`: what it creates bears the run's name and is removed. `destructive`: touches
 * what it did not create, or leaves something behind; runs only when that is allowed.
 */
export type Impact = 'read' | 'self-cleaning' | 'destructive';

export interface Check {
  readonly id: string;
  readonly title: string;
  readonly kind: 'case' | 'scenario';
  readonly controller: string;
  readonly level: Level;
  readonly operations: readonly OperationId[];
  /** Statuses and frames that the check sets out to see, for the static part of `coverage`. */
  readonly statuses: readonly number[];
  readonly proves: readonly string[];
  /** Checks that have to pass first; without them this one is blocked. */
  readonly after: readonly string[];
  readonly impact: Impact;
  readonly run: (context: Context) => Promise<void>;
}

export interface Context {
  /** Calls without a token. */
  readonly api: Api;
  readonly given: Given;
  /** At the level of the check; ends it. */
  readonly expect: Assertions;
  /** At SHOULD and at INFO; these record and let the check go on. */
  readonly should: Assertions;
  readonly info: Assertions;
  readonly contract: Contract;
  readonly targetUrl: string;
  readonly deadlines: Deadlines;
  readonly prefix: string;
  readonly signal: AbortSignal;
  /** A name of this check's own, for keys and accounts. */
  readonly name: (suffix: string) => string;
  /** Reads until it fits, or fails the check at the deadline of transfers. */
  readonly eventually: <Value>(wait: Pick<Eventually<Value>, 'read' | 'fits' | 'rule'>) => Promise<Value>;
  /** Undone after the check, in reverse order, whatever happens; `what` names what would be left behind. */
  readonly cleanUp: (what: string, undo: () => Promise<unknown>) => void;
  readonly oneTimeCode: (secret: string) => Promise<string>;
  /** A request outside the contract, for example to a presigned URL; recorded like any other. */
  readonly request: (request: Omit<HttpRequest, 'signal'>) => Promise<HttpAnswer>;
}

export interface ContextTools {
  readonly environment: Environment;
  readonly check: Check;
  readonly recorder: Recorder;
  readonly cleanup: Cleanup;
  readonly signal: AbortSignal;
}

export function contextOf({ environment, check, recorder, cleanup, signal }: ContextTools): Context {
  const { contract, validator, http, redactor, target, deadlines, prefix } = environment;
  const api = new Api({ contract, validator, http, redactor, targetUrl: target.url, recorder, caseId: check.id, signal });
  const expect = new Assertions(recorder, check.level, true);
  return {
    api,
    given: new Given({ environment, api, recorder, caseId: check.id, cleanup, signal }),
    expect,
    should: new Assertions(recorder, check.level === 'MUST' ? 'SHOULD' : check.level, false),
    info: new Assertions(recorder, 'INFO', false),
    contract,
    targetUrl: target.url,
    deadlines,
    prefix,
    signal,
    name: (suffix) => `${prefix}-${check.id.replaceAll(/[^a-z0-9]+/g, '-')}-${suffix}`,
    eventually: (wait) => eventually({ ...wait, deadlineMs: deadlines.transferMs, signal, expect }),
    cleanUp: (what, undo) => cleanup.add(what, undo),
    oneTimeCode: (secret) => environment.codes.next(secret, signal),
    request: (request) => plainRequest({ http, recorder, signal, caseId: check.id }, request),
  };
}

interface PlainTools {
  readonly http: Environment['http'];
  readonly recorder: Recorder;
  readonly signal: AbortSignal;
  readonly caseId: string;
}

async function plainRequest({ http, recorder, signal, caseId }: PlainTools, request: Omit<HttpRequest, 'signal'>): Promise<HttpAnswer> {
  const headers = { 'x-conformance-case': caseId, ...request.headers };
  const { method, url, body } = request;
  const answer = await http.send({ ...request, headers, signal });
  const shown = body === undefined || body === null ? null : typeof body === 'string' ? body : `${body.length} bytes`;
  const text = answer.bytes.length > 2000 ? `${answer.bytes.length} bytes` : answer.bytes.toString('utf8');
  const operation = `${method} ${new URL(url).pathname}`;
  recorder.exchange({ operation, request: { method, url, headers, body: shown }, response: { ...answer, body: text }, ms: answer.ms });
  return answer;
}
