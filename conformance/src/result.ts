// Owns the result of a run: the one object that every reporter reads, and the one place where it is counted.

/** MUST: documented. SHOULD: inferred from a sibling page. INFO: chosen by this contract, reported and never judged. */
export const levels = ['MUST', 'SHOULD', 'INFO'] as const;
export type Level = (typeof levels)[number];

/**
 * `blocked`: applies, but could not run. `not-applicable`: does not apply to this target. `error`: the kit itself is at fault.
 * `expected`: failed, as the expected-failures file says. `unscored`: ran, but does not decide (flaky, or newer than the frozen set).
 */
export const statuses = ['passed', 'failed', 'blocked', 'not-applicable', 'error', 'expected', 'unscored'] as const;
export type Status = (typeof statuses)[number];

export interface RecordedExchange {
  /** The operation, or a name for a request outside the contract. */
  readonly operation: string;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Record<string, string>;
    readonly body: string | null;
  };
  /** Null when no answer came. */
  readonly response: { readonly status: number; readonly headers: Record<string, string>; readonly body: string } | null;
  readonly ms: number;
}

export interface Frame {
  readonly channel: string;
  /** Milliseconds since the check began. */
  readonly at: number;
  readonly message: string;
  readonly text: string;
}

export interface Failure {
  readonly level: Level;
  readonly message: string;
  readonly expected?: string;
  readonly actual?: string;
  /** Index into the exchanges of the check. */
  readonly exchange?: number;
}

export interface Undocumented {
  readonly kind: 'status' | 'field' | 'header' | 'media type' | 'frame';
  /** Where: an operation or a channel, and the path inside. */
  readonly where: string;
  readonly what: string;
}

/** Why a check does not decide the verdict, and how it ended. */
export interface Standing {
  readonly kind: 'expected' | 'flaky' | 'not-scored';
  readonly outcome: Status;
  readonly why: string;
  readonly owner?: string;
  readonly expires?: string;
}

export interface CheckResult {
  readonly id: string;
  readonly title: string;
  readonly kind: 'case' | 'scenario';
  /** The controller of the documentation, or `Channels`. */
  readonly controller: string;
  readonly operations: readonly string[];
  readonly proves: readonly string[];
  readonly level: Level;
  readonly status: Status;
  /** Why a check is blocked, not applicable, in error, expected or unscored. */
  readonly reason?: string;
  /** Only of checks that failed: it ended before its last step, so what it has not reported is open. */
  readonly cutShort?: true;
  /** Only of checks that are `expected` or `unscored`. */
  readonly standing?: Standing;
  readonly failures: readonly Failure[];
  /** How many assertions were made: a pass without evidence is a kit fault. */
  readonly evidence: number;
  readonly exchanges: readonly RecordedExchange[];
  readonly frames: readonly Frame[];
  /** The addresses of the channels that the check listened to, where it did. */
  readonly channels?: readonly string[];
  readonly undocumented: readonly Undocumented[];
  readonly ms: number;
}

export type Verdict = 'passed' | 'failed' | 'incomplete' | 'kit-fault';

export type Counts = Record<Status, number> & { readonly total: number; readonly byLevel: Record<Level, Record<Status, number>> };

export interface StatusCoverage {
  readonly operation: string;
  readonly controller: string;
  readonly statuses: readonly { readonly status: number; readonly exchanges: number; readonly reason?: string }[];
}

export interface Coverage {
  readonly operations: readonly StatusCoverage[];
  readonly frames: readonly { readonly message: string; readonly frames: number; readonly reason?: string }[];
}

/** What the run was told beside its target and its selection; never a secret. */
export interface RunSettings {
  readonly profile?: string;
  readonly expectedFailures?: string;
  readonly frozen?: string;
  readonly allow: readonly string[];
  readonly userType?: number;
}

export const requirementStatuses = ['passed', 'failed', 'blocked', 'not-executed', 'not-applicable'] as const;
export type RequirementStatus = (typeof requirementStatuses)[number];

/** Of every requirement that can be observed; as good as the worst of the checks that prove it. */
export interface RequirementResult {
  readonly id: string;
  readonly level: 'MUST' | 'SHOULD';
  readonly text: string;
  readonly status: RequirementStatus;
  readonly controllers: readonly string[];
  readonly checks: readonly string[];
}

export interface RunResult {
  readonly kit: { readonly name: string; readonly version: string };
  readonly contract: { readonly title: string; readonly version: string; readonly digest: string };
  readonly run: {
    readonly id: string;
    readonly startedAt: string;
    readonly ms: number;
    readonly interrupted: boolean;
    readonly timeoutMs: number;
    /** The longest that all checks together may take, and whether that was too short. */
    readonly maxMs: number;
    readonly outOfTime: boolean;
  };
  readonly target: { readonly url: string; readonly spawned: boolean; readonly reachable: boolean };
  readonly selection: { readonly only: readonly string[]; readonly selected: number; readonly known: number; readonly digest: string };
  readonly settings?: RunSettings;
  /** Entries of the expected-failures file that no longer hold; each fails the run. */
  readonly stale?: readonly string[];
  readonly verdict: { readonly verdict: Verdict; readonly exitCode: number; readonly reasons: readonly string[] };
  readonly counts: Counts;
  readonly checks: readonly CheckResult[];
  readonly requirements: readonly RequirementResult[];
  readonly coverage: Coverage;
  readonly cleanupErrors: readonly string[];
}

/** A failed check counts at the level of its worst failure; every other one at its own. */
export function levelOf(check: Pick<CheckResult, 'level' | 'status' | 'failures'>): Level {
  if (check.status !== 'failed') return check.level;
  return levels.find((level) => check.failures.some((failure) => failure.level === level)) ?? check.level;
}

/** Ended early by a failure of a weaker level than its own: whether its stronger rules hold is open. */
export const leftOpen = (check: Pick<CheckResult, 'level' | 'status' | 'failures' | 'cutShort'>): boolean =>
  check.cutShort === true && check.status === 'failed' && levels.indexOf(levelOf(check)) > levels.indexOf(check.level);

export function countsOf(checks: readonly Pick<CheckResult, 'level' | 'status' | 'failures'>[]): Counts {
  const zero = (): Record<Status, number> => ({
    passed: 0,
    failed: 0,
    blocked: 0,
    'not-applicable': 0,
    error: 0,
    expected: 0,
    unscored: 0,
  });
  const counts = { ...zero(), total: checks.length, byLevel: { MUST: zero(), SHOULD: zero(), INFO: zero() } };
  for (const check of checks) {
    counts[check.status] += 1;
    counts.byLevel[levelOf(check)][check.status] += 1;
  }
  return counts;
}
