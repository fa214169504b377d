// Owns running checks one after the other, and what each way of ending means.
import type { CheckResult } from '../result.ts';
import { type End, endOf } from './check-end.ts';
import { contextOf, type Check } from './check.ts';
import { Cleanup } from './cleanup.ts';
import type { Observed } from './coverage.ts';
import { type Deadline, deadline } from './deadline.ts';
import type { Environment } from './environment.ts';
import { NoAnswer } from './faults.ts';
import { markRun } from './live-runs.ts';
import { Recorder, type RecorderLimits } from './recorder.ts';
import { leftHere } from './sweep.ts';
import { unreachable } from './target.ts';

export interface RunListener {
  readonly started?: (check: Check, index: number) => void;
  readonly ended?: (result: CheckResult, index: number) => void;
}

export interface RunOptions {
  readonly environment: Environment;
  readonly checks: readonly Check[];
  readonly bail: boolean;
  /** The longest that all checks together may take; what has not run by then is blocked. The clean-up has a limit of its own. */
  readonly maxMs?: number;
  /** Why a check does not apply to this target or this run, if it does not. */
  readonly gate?: (check: Check) => string | undefined;
  /** Turns how a check ended into what counts, for the exceptions of the run. */
  readonly standing?: (result: CheckResult) => CheckResult;
  readonly recorderLimits?: RecorderLimits;
  readonly listener?: RunListener;
}

export interface RunOutcome {
  readonly results: readonly CheckResult[];
  readonly reachable: boolean;
  readonly interrupted: boolean;
  readonly outOfTime: boolean;
  readonly observed: Observed;
  readonly cleanupErrors: readonly string[];
}

export async function runChecks(options: RunOptions): Promise<RunOutcome> {
  const unmark = await markRun(options.environment.prefix);
  try {
    return await runAll(options);
  } finally {
    await unmark();
  }
}

async function runAll(options: RunOptions): Promise<RunOutcome> {
  const limit = deadline(options.maxMs, options.environment.signal);
  try {
    return await runWithin(limit, options);
  } finally {
    limit.clear();
  }
}

async function runWithin(limit: Deadline, options: RunOptions): Promise<RunOutcome> {
  const { environment, checks, bail, gate = () => undefined, standing = (result) => result, listener = {} } = options;
  const run = new Run(environment, limit, options);
  const results: CheckResult[] = [];
  await run.probe();
  const reachable = run.down === undefined;
  for (const [index, check] of checks.entries()) {
    listener.started?.(check, index);
    const result = standing(await run.check(check, checks, gate(check)));
    results.push(result);
    if (bail && result.status === 'failed') run.bailed = result.id;
    listener.ended?.(result, index);
  }
  const cleanupErrors = [...run.cleanupErrors, ...(await environment.cleanup.run()), ...(await leftHere(environment.prefix))];
  return {
    results,
    reachable,
    interrupted: environment.signal.aborted,
    outOfTime: limit.late(),
    observed: run.observed,
    cleanupErrors: environment.redactor.deep(cleanupErrors),
  };
}

class Run {
  readonly results = new Map<string, CheckResult>();
  readonly observed: { statuses: { operation: string; status: number }[]; frames: string[] } = { statuses: [], frames: [] };
  readonly cleanupErrors: string[] = [];
  /** Why the target cannot be asked any more. */
  down: string | undefined;
  bailed: string | undefined;
  readonly #environment: Environment;
  readonly #limit: Deadline;
  readonly #options: RunOptions;

  constructor(environment: Environment, limit: Deadline, options: RunOptions) {
    this.#environment = environment;
    this.#limit = limit;
    this.#options = options;
  }

  async probe(): Promise<void> {
    const { target, http, signal } = this.#environment;
    if (!signal.aborted)
      this.down = await unreachable(target, http, signal).catch((error: unknown) => (signal.aborted ? undefined : Promise.reject(error)));
  }

  async check(check: Check, all: readonly Check[], excluded: string | undefined): Promise<CheckResult> {
    const reason = excluded ?? this.#blockedBy(check, all);
    const status = excluded === undefined ? 'blocked' : 'not-applicable';
    const result =
      reason === undefined ? await this.#run(check) : resultOf(check, { status, reason }, new Recorder(this.#environment.redactor), 0);
    this.results.set(check.id, result);
    return result;
  }

  /** Why no check runs any more. */
  #stopped(): string | undefined {
    if (this.#environment.signal.aborted) return 'the run was interrupted';
    return this.#limit.late() ? `the run reached its limit of ${this.#options.maxMs} ms` : undefined;
  }

  #blockedBy({ after }: Check, all: readonly Check[]): string | undefined {
    const stopped = this.#stopped();
    if (stopped !== undefined) return stopped;
    if (this.down !== undefined) return this.down;
    if (this.bailed !== undefined) return `the run was told to stop at the first failure, which was ${this.bailed}`;
    // A prerequisite that was not selected is the caller's own risk; one that does not apply says nothing about what builds on it.
    const selected = after.filter((id) => all.some((check) => check.id === id));
    const missing = selected.find((id) => !['passed', 'not-applicable'].includes(this.results.get(id)?.status ?? 'blocked'));
    return missing === undefined ? undefined : `${missing} did not pass`;
  }

  async #run(check: Check): Promise<CheckResult> {
    const { redactor, deadlines } = this.#environment;
    const [recorder, cleanup] = [new Recorder(redactor, this.#options.recorderLimits), new Cleanup()];
    const { signal, late, clear } = deadline(deadlines.checkMs, this.#limit.signal);
    const begun = performance.now();
    const error = await outcomeOf(check.run(contextOf({ environment: this.#environment, check, recorder, cleanup, signal })), signal);
    const [failedBefore, stopped] = [recorder.hasFailed(), this.#stopped()];
    let end = endOf(check, recorder, error, { stopped, late: late(), checkMs: deadlines.checkMs });
    clear();
    this.cleanupErrors.push(...(await cleanup.run()).map((text) => `${check.id}: ${text}`));
    if (stopped === undefined && (error instanceof NoAnswer || late())) {
      await this.probe();
      if (this.down !== undefined && !failedBefore) end = { status: 'blocked', reason: this.down };
    }
    this.observed.statuses.push(...recorder.observed);
    this.observed.frames.push(...recorder.observedFrames);
    return redactor.deep(resultOf(check, end, recorder, Math.round(performance.now() - begun)));
  }
}

/** What the check threw, if anything; a check that does not heed the signal is left behind. */
async function outcomeOf(work: Promise<void>, signal: AbortSignal): Promise<unknown> {
  const aborted = new Promise<never>((_resolve, reject) => {
    const give = (): void => reject(signal.reason as Error);
    if (signal.aborted) give();
    else signal.addEventListener('abort', give, { once: true });
  });
  try {
    await Promise.race([work, aborted]);
    return undefined;
  } catch (error) {
    return error ?? new Error('nothing was thrown');
  }
}

function resultOf(
  { id, title, kind, controller, operations, proves, level }: Check,
  { status, reason, cutShort }: End,
  recorder: Recorder,
  ms: number,
): CheckResult {
  return {
    id,
    title,
    kind,
    controller,
    operations,
    proves,
    level,
    status,
    ...(reason !== undefined && { reason }),
    ...(cutShort !== undefined && { cutShort }),
    failures: recorder.failures(),
    evidence: recorder.evidence,
    exchanges: recorder.exchanges(),
    frames: recorder.frames(),
    ...(recorder.channels.size > 0 && { channels: [...recorder.channels] }),
    undocumented: recorder.undocumented,
    ms,
  };
}
