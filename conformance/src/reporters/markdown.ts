// Owns the Markdown summary: what a pull request or a job page shows of a run.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { totalsOf } from '../kit/coverage.ts';
import { type CheckResult, levelOf, levels, type RunResult, statuses, type Verdict } from '../result.ts';
import { replayOf } from './repeat.ts';
import type { Reporter } from './reporter.ts';

const headlines: Readonly<Record<Verdict, string>> = {
  passed: '✅ Passed',
  failed: '❌ Failed',
  incomplete: '⚠️ Incomplete',
  'kit-fault': '⚠️ Fault of the kit',
};
const failuresShown = 50;
const reasonsShown = 20;

/** What the target says must not become markup: neither a table cell, nor a tag, nor a code fence. */
export const escapeMarkdown = (text: string): string =>
  text
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_{}[\]|~#!]/g, String.raw`\$&`);

export function toMarkdown(result: RunResult): string {
  const { verdict, run, contract, target, selection, kit } = result;
  const reasons = verdict.reasons.map((reason) => `- ${escapeMarkdown(reason)}`);
  return [
    `# ${headlines[verdict.verdict]}`,
    '',
    `${escapeMarkdown(contract.title)} ${contract.version} against ${escapeMarkdown(target.url)}${target.spawned ? ' (reference agent)' : ''}: ` +
      `${selection.selected} of ${selection.known} checks in ${(run.ms / 1000).toFixed(1)} s, exit code ${verdict.exitCode}.`,
    '',
    ...(reasons.length > 0 ? [...reasons, ''] : []),
    ...countsTable(result),
    ...coverageLines(result),
    ...failures(result),
    ...reasonsOf(result),
    ...leftBehind(result),
    `${kit.name} ${kit.version}, run ${run.id} of ${run.startedAt}, contract ${contract.digest}, selection ${selection.digest}`,
    '',
  ].join('\n');
}

function countsTable({ counts }: RunResult): string[] {
  const row = (...cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  return [
    row('level', ...statuses, 'total'),
    row('---', ...statuses.map(() => '---:'), '---:'),
    ...levels.map((level) => {
      const cells = statuses.map((status) => counts.byLevel[level][status]);
      return row(
        level,
        ...cells,
        cells.reduce((sum, cell) => sum + cell, 0),
      );
    }),
    row('all', ...statuses.map((status) => counts[status]), counts.total),
    '',
  ];
}

function coverageLines({ coverage }: RunResult): string[] {
  const { operations, statuses: covered, frames } = totalsOf(coverage);
  return [
    `Exercised: ${operations.exercised}/${operations.known} operations, ${covered.exercised}/${covered.known} operation × status, ${frames.exercised}/${frames.known} message types.`,
    '',
  ];
}

function failures({ checks, target }: RunResult): string[] {
  const failed = checks.filter(({ status }) => status === 'failed' || status === 'error');
  if (failed.length === 0) return [];
  const shown = failed.slice(0, failuresShown).flatMap((check) => [...card(check), `  \`${replayOf(check, target).replaceAll('`', '')}\``]);
  const more = failed.length - failuresShown;
  return ['## Failures', '', ...shown, ...(more > 0 ? [`- … and ${more} more, in report.html`] : []), ''];
}

function card(check: CheckResult): string[] {
  const { id, title, status, reason, failures: found } = check;
  const lines = found.map(({ level, message, expected, actual }) =>
    [
      `  - ${level}: ${escapeMarkdown(message)}`,
      expected === undefined ? undefined : `expected ${escapeMarkdown(expected)}`,
      actual === undefined ? undefined : `actual ${escapeMarkdown(actual)}`,
    ]
      .filter((part) => part !== undefined)
      .join(', '),
  );
  const why = status === 'error' ? [`  - kit fault: ${escapeMarkdown(reason ?? '')}`] : [];
  return [`- **${escapeMarkdown(id)}** (${levelOf(check)}): ${escapeMarkdown(title)}`, ...lines, ...why];
}

/** What did not decide, by reason: blocked, not applicable, and whatever else carries one. */
function reasonsOf({ checks }: RunResult): string[] {
  const byReason = new Map<string, number>();
  for (const { status, reason } of checks) {
    if (status === 'passed' || status === 'failed' || status === 'error') continue;
    const key = `${status}: ${escapeMarkdown(reason ?? 'no reason given')}`;
    byReason.set(key, (byReason.get(key) ?? 0) + 1);
  }
  if (byReason.size === 0) return [];
  const lines = [...byReason].map(([reason, count]) => `- ${count} × ${reason}`);
  const more = lines.length - reasonsShown;
  return ['## Not decided', '', ...lines.slice(0, reasonsShown), ...(more > 0 ? [`- … and ${more} other reasons`] : []), ''];
}

function leftBehind({ cleanupErrors }: RunResult): string[] {
  return cleanupErrors.length === 0 ? [] : ['## Left behind', '', ...cleanupErrors.map((error) => `- ${escapeMarkdown(error)}`), ''];
}

export const markdownReporter = (directory: string): Reporter => ({
  finish: async (result) => {
    const path = join(directory, 'summary.md');
    await writeFile(path, toMarkdown(result));
    return path;
  },
});
