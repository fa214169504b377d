// Owns what cases and scenarios have in common: a check with an id, a level, and a story to run.
import type { Level } from '../result.ts';
import { Api } from './api.ts';
import { Assertions } from './assertions.ts';
import type { Cleanup } from './cleanup.ts';
import type { Contract, OperationId } from './contract.ts';
import type { Deadlines, Environment } from './environment.ts';
import { eventually, type Eventually } from './eventually.ts';
import { Given } from './given.ts';
import type { Recorder } from './recorder.ts';

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
  readonly destructive: boolean;
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
  readonly deadlines: Deadlines;
  readonly prefix: string;
  readonly signal: AbortSignal;
  /** A name of this check's own, for keys and accounts. */
  readonly name: (suffix: string) => string;
  /** Reads until it fits, or fails the check at the deadline of transfers. */
  readonly eventually: <Value>(wait: Pick<Eventually<Value>, 'read' | 'fits' | 'rule'>) => Promise<Value>;
  readonly cleanup: Cleanup;
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
    deadlines,
    prefix,
    signal,
    name: (suffix) => `${prefix}-${check.id.replaceAll(/[^a-z0-9]+/g, '-')}-${suffix}`,
    eventually: (wait) => eventually({ ...wait, deadlineMs: deadlines.transferMs, signal, expect }),
    cleanup,
  };
}
