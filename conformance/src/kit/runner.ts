// Owns running checks one after the other, and what each way of ending means.
import type { CheckResult, Status } from '../result.ts';
import { contextOf, type Check } from './check.ts';
import { Cleanup } from './cleanup.ts';
import type { Observed } from './coverage.ts';
import type { Environment } from './environment.ts';
import { Blocked, CheckFailed, KitFault, messageOf, NoAnswer, NotApplicable } from './faults.ts';
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
  const { environment, checks, bail, gate = () => undefined, standing = (result) => result, listener = {} } = options;
  const run = new Run(environment, options.recorderLimits);
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
  readonly #limits: RecorderLimits | undefined;

  constructor(environment: Environment, limits: RecorderLimits | undefined) {
    this.#environment = environment;
    this.#limits = limits;
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

  #blockedBy({ after }: Check, all: readonly Check[]): string | undefined {
    if (this.#environment.signal.aborted) return 'the run was interrupted';
    if (this.down !== undefined) return this.down;
    if (this.bailed !== undefined) return `the run was told to stop at the first failure, which was ${this.bailed}`;
    // A prerequisite that was not selected is the caller's own risk.
    const missing = after.find((id) => all.some((check) => check.id === id) && this.results.get(id)?.status !== 'passed');
    return missing === undefined ? undefined : `${missing} did not pass`;
  }

  async #run(check: Check): Promise<CheckResult> {
    const { redactor, deadlines, signal: interrupted } = this.#environment;
    const [recorder, cleanup] = [new Recorder(redactor, this.#limits), new Cleanup()];
    const late = AbortSignal.timeout(deadlines.checkMs);
    const signal = AbortSignal.any([interrupted, late]);
    const begun = performance.now();
    const error = await outcomeOf(check.run(contextOf({ environment: this.#environment, check, recorder, cleanup, signal })), signal);
    const failedBefore = recorder.hasFailed();
    let end = endOf(check, recorder, error, { interrupted: interrupted.aborted, late: late.aborted, checkMs: deadlines.checkMs });
    this.cleanupErrors.push(...(await cleanup.run()).map((text) => `${check.id}: ${text}`));
    if (error instanceof NoAnswer || late.aborted) {
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

interface End {
  readonly status: Status;
  readonly reason?: string;
  readonly cutShort?: true;
}

interface Circumstances {
  readonly interrupted: boolean;
  readonly late: boolean;
  readonly checkMs: number;
}

function endOf(check: Check, recorder: Recorder, error: unknown, { interrupted, late, checkMs }: Circumstances): End {
  if (error === undefined) {
    if (recorder.hasFailed()) return { status: 'failed' };
    return recorder.evidence > 0 ? { status: 'passed' } : { status: 'error', reason: 'the check made no assertion' };
  }
  if (interrupted) return { status: 'blocked', reason: 'the run was interrupted' };
  if (error instanceof CheckFailed) return { status: 'failed', cutShort: true };
  if (error instanceof NotApplicable) return { status: 'not-applicable', reason: error.message };
  if (error instanceof KitFault) return { status: 'error', reason: error.message };
  if (late) recorder.fail({ level: check.level, message: `the check ends within ${checkMs} ms` });
  else if (error instanceof NoAnswer) recorder.fail({ level: check.level, message: 'the target answers', actual: error.message });
  // What follows from a deviation that is recorded already is the target's doing, not the kit's.
  if (recorder.hasFailed()) return { status: 'failed', cutShort: true };
  if (error instanceof Blocked) return { status: 'blocked', reason: error.message };
  return { status: 'error', reason: error instanceof Error ? `${messageOf(error)}${place(error)}` : messageOf(error) };
}

const place = ({ stack }: Error): string => {
  const line = stack?.split('\n').find((text) => text.includes('.scenario.') || text.includes('.cases.'));
  return line === undefined ? '' : ` (${line.trim().split('/').at(-1)?.replace(/\)$/, '') ?? ''})`;
};

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
