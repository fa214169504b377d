// Owns the verdict: the one function that decides what a run says, used by every command and reporter.
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { type CheckResult, countsOf, leftOpen, type Level, type Status, type Verdict } from '../result.ts';

export interface Judged {
  readonly verdict: Verdict;
  readonly exitCode: ExitCode;
  readonly reasons: string[];
}

export interface RunFacts {
  readonly checks: readonly Pick<CheckResult, 'level' | 'status' | 'failures' | 'cutShort'>[];
  readonly interrupted: boolean;
  /** The limit of the whole run passed before its last check. */
  readonly outOfTime?: boolean;
  readonly cleanupErrors: readonly string[];
  /** Entries of the expected-failures file that no longer hold. */
  readonly stale?: readonly string[];
}

const codes: Record<Verdict, ExitCode> = {
  passed: exitCodes.passed,
  failed: exitCodes.failed,
  incomplete: exitCodes.incomplete,
  'kit-fault': exitCodes.kitFault,
};

/**
 * A failed MUST is a finding whatever else went wrong. SHOULD is counted apart and INFO is never judged, so neither fails a run,
 * but a MUST or SHOULD that could not run leaves the question open. Nothing executed is never green. What is expected to fail, known
 * to be flaky or newer than the frozen set decides nothing; a list of such exceptions that no longer holds fails the run.
 */
export function judge({ checks, interrupted, outOfTime, cleanupErrors, stale = [] }: RunFacts): Judged {
  const { byLevel, passed, failed, error, expected, unscored } = countsOf(checks);
  const of = (status: Status, ...at: Level[]): number => at.reduce((sum, level) => sum + byLevel[level][status], 0);
  const say = (verdict: Verdict, ...reasons: (string | false)[]): Judged => ({
    verdict,
    exitCode: codes[verdict],
    reasons: reasons.filter((reason) => reason !== false),
  });
  const open = [
    interrupted && 'the run was interrupted',
    timeIsUp(outOfTime),
    of('blocked', 'MUST', 'SHOULD') > 0 && `${plural(of('blocked', 'MUST', 'SHOULD'), 'check')} could not run`,
    counted(checks.filter(leftOpen).length, 'check', 'ended early at a lesser failure'),
    counted(cleanupErrors.length, 'thing', 'could not be cleaned up'),
    passed + failed === 0 && (expected + unscored === 0 ? 'no check was executed' : 'no check that decides was executed'),
  ];
  const broken = [
    of('failed', 'MUST') > 0 && `${plural(of('failed', 'MUST'), 'MUST check')} failed`,
    stale.length > 0 && `${stale.length} stale ${stale.length === 1 ? 'entry' : 'entries'} in the expected-failures file`,
  ];
  if (broken.some((reason) => reason !== false)) return say('failed', ...broken, ...open);
  if (error > 0) return say('kit-fault', `the kit is at fault in ${plural(error, 'check')}`, ...open);
  if (open.some((reason) => reason !== false)) return say('incomplete', ...open);
  return say(
    'passed',
    of('failed', 'SHOULD') > 0 && `${plural(of('failed', 'SHOULD'), 'SHOULD check')} failed, which does not fail a run`,
    expected > 0 && `${plural(expected, 'check')} failed as expected`,
    unscored > 0 && `${plural(unscored, 'check')} not scored`,
  );
}

const timeIsUp = (outOfTime = false): string | false => outOfTime && 'the run reached its time limit';

const counted = (count: number, noun: string, rest: string): string | false => count > 0 && `${plural(count, noun)} ${rest}`;

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
