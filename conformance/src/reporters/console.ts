// Owns what the terminal shows: progress, a card for each failure, the counts and the verdict.
import { totalsOf } from '../kit/coverage.ts';
import { requirementLine } from '../kit/requirement-results.ts';
import { type CheckResult, type Counts, levels, type RunResult, type Status, statuses, type Verdict } from '../result.ts';
import { failureCard } from './failure-card.ts';
import { type Paint, paintFor } from './paint.ts';
import { groupReasons } from './reasons.ts';
import type { Asked } from './repeat.ts';
import type { Reporter } from './reporter.ts';

export interface Terminal {
  readonly write: (text: string) => void;
  readonly isTTY: boolean;
  readonly columns: number;
}

export interface ConsoleOptions {
  readonly terminal: Terminal;
  readonly quiet: boolean;
  readonly colour: boolean;
}

const signs: Record<Status, string> = {
  passed: '✓',
  failed: '✗',
  blocked: '■',
  'not-applicable': '–',
  error: '!',
  expected: '≈',
  unscored: '~',
};
const banners: Record<Verdict, string> = {
  passed: 'PASSED',
  failed: 'FAILED',
  incomplete: 'INCOMPLETE',
  'kit-fault': 'KIT FAULT',
};
const reasonsShown = 5;

export function consoleReporter({ terminal, quiet, colour }: ConsoleOptions): Reporter {
  const paint = paintFor(colour);
  const line = (text = ''): void => terminal.write(`${text}\n`);
  const live = terminal.isTTY && !quiet;
  let total = 0;
  let asked: Asked = { url: '', spawned: false };
  const erase = (): void => {
    if (live) terminal.write('\r\u001B[2K');
  };
  return {
    begin: (plan) => {
      total = plan.total;
      asked = { url: plan.targetUrl, spawned: plan.spawned === true };
      if (quiet) return;
      line(`${paint.bold('click-conformance')} ${plan.contract} against ${plan.targetUrl}`);
      line(paint.dim(`run ${plan.runId}, ${plan.total} of ${plan.known} checks`));
    },
    started: ({ id }, index) => {
      if (!live) return;
      erase();
      terminal.write(`${paint.dim(`[${index + 1}/${total}]`)} ${id}`.slice(0, terminal.columns + 20));
    },
    ended: (result, index) => {
      erase();
      if (result.status === 'failed') line(failureCard(result, paint, asked));
      else if (result.status === 'error') line(`${paint.yellow(signs.error)} ${paint.bold(result.id)} kit fault: ${result.reason ?? ''}`);
      else if (!quiet && !live) line(`[${index + 1}/${total}] ${signs[result.status]} ${result.id} ${result.ms} ms`);
    },
    finish: (result) => {
      erase();
      line(summaryOf(result, paint));
      return Promise.resolve(undefined);
    },
  };
}

export function summaryOf(result: RunResult, paint: Paint): string {
  const { verdict, counts, checks, coverage, run, cleanupErrors } = result;
  const { operations, statuses: covered, frames } = totalsOf(coverage);
  const colour = { passed: paint.green, failed: paint.red, incomplete: paint.yellow, 'kit-fault': paint.yellow }[verdict.verdict];
  return [
    '',
    countsTable(counts, paint),
    '',
    ...grouped(checks, 'blocked', paint),
    ...grouped(checks, 'not-applicable', paint),
    ...grouped(checks, 'expected', paint),
    ...grouped(checks, 'unscored', paint),
    ...(result.stale ?? []).map((entry) => `${paint.red('stale')}  ${entry}`),
    ...undocumented(checks, paint),
    ...cleanupErrors.map((error) => `${paint.yellow('left behind')} ${error}`),
    `requirements  ${requirementLine(result.requirements)}`,
    `coverage  ${operations.exercised}/${operations.known} operations, ${covered.exercised}/${covered.known} operation × status, ${frames.exercised}/${frames.known} message types`,
    `${colour(paint.bold(banners[verdict.verdict]))} in ${(run.ms / 1000).toFixed(1)} s${verdict.reasons.length > 0 ? `: ${verdict.reasons.join('; ')}` : ''}`,
  ].join('\n');
}

function countsTable(counts: Counts, paint: Paint): string {
  const head = ['', ...statuses, 'total'];
  const rows = levels.map((level) => {
    const cells = statuses.map((status) => counts.byLevel[level][status]);
    return [level, ...cells.map(String), String(cells.reduce((sum, cell) => sum + cell, 0))];
  });
  const last = ['all', ...statuses.map((status) => String(counts[status])), String(counts.total)];
  const format = (row: readonly string[]): string => row.map((cell, index) => (index === 0 ? cell.padEnd(8) : cell.padStart(16))).join('');
  return [paint.dim(format(head)), ...rows.map(format), format(last)].join('\n');
}

function grouped(checks: readonly CheckResult[], status: Status, paint: Paint): string[] {
  const lines = [...groupReasons(checks, status)].map(([reason, count]) => `${paint.yellow(status)}  ${count} × ${reason}`);
  return lines.length > reasonsShown
    ? [...lines.slice(0, reasonsShown), `${status}  … and ${lines.length - reasonsShown} other reasons`]
    : lines;
}

function undocumented(checks: readonly CheckResult[], paint: Paint): string[] {
  const seen = new Set(checks.flatMap((check) => check.undocumented.map(({ kind, where, what }) => `${kind} ${what} at ${where}`)));
  return seen.size === 0 ? [] : [paint.dim(`undocumented things seen: ${seen.size} (listed in the reports)`)];
}
