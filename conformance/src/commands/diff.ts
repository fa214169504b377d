// Owns `diff`: what two runs say differently, above all which checks have stopped executing.
import { exitCodes } from '../exit-codes.ts';
import type { CheckResult, RunResult } from '../result.ts';
import type { Command } from './command.ts';
import { parseWith } from './options.ts';
import { storedResult } from './stored-result.ts';

export const diff: Command = {
  summary: 'compare two runs',
  help: `Usage: click-conformance diff OLD NEW [options]

OLD and NEW are result.json files, or the folders that they lie in.

  --json   as JSON

Exit codes: 0 nothing got worse, 1 a check newly fails or is no longer executed.`,
  run: async (args, { terminal, complain, cwd }) => {
    const { values, given } = parseWith(['OLD', 'NEW'], args, { json: { type: 'boolean', default: false } });
    const [before, after] = [await storedResult(given[0], cwd), await storedResult(given[1], cwd)];
    for (const doubt of doubtsAbout(before.result, after.result)) complain(`Note: ${doubt}`);
    const found = differences(before.result, after.result);
    terminal.write(values.json ? `${JSON.stringify(found, undefined, 2)}\n` : `${textOf(found)}\n`);
    return found.newlyFailing.length + found.noLongerExecuted.length > 0 ? exitCodes.failed : exitCodes.passed;
  },
};

interface Change {
  readonly id: string;
  readonly before: string;
  readonly after: string;
}

export interface Differences {
  readonly newlyFailing: readonly Change[];
  readonly noLongerExecuted: readonly Change[];
  readonly newlyPassing: readonly Change[];
  readonly newlyExecuted: readonly Change[];
}

/** How it ended, whether or not that decides: a failure that was made an exception of is still one. */
const outcomeOf = (check: CheckResult | undefined): string => check?.standing?.outcome ?? check?.status ?? 'absent';
const wasExecuted = (outcome: string): boolean => outcome === 'passed' || outcome === 'failed';

export function differences(before: RunResult, after: RunResult): Differences {
  const [old, now] = [before, after].map(({ checks }) => new Map(checks.map((check) => [check.id, check])));
  const ids = [...new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])];
  const changes = ids.map((id): Change => ({ id, before: outcomeOf(old?.get(id)), after: outcomeOf(now?.get(id)) }));
  return {
    newlyFailing: changes.filter((change) => change.after === 'failed' && change.before !== 'failed'),
    noLongerExecuted: changes.filter((change) => wasExecuted(change.before) && !wasExecuted(change.after)),
    newlyPassing: changes.filter((change) => change.after === 'passed' && change.before === 'failed'),
    newlyExecuted: changes.filter((change) => wasExecuted(change.after) && !wasExecuted(change.before)),
  };
}

function doubtsAbout(before: RunResult, after: RunResult): string[] {
  const differ = (what: string, a: string, b: string): string[] => (a === b ? [] : [`the ${what} differs: ${a} before, ${b} after`]);
  return [
    ...differ('version of the kit', before.kit.version, after.kit.version),
    ...differ('contract', `${before.contract.version} (${before.contract.digest})`, `${after.contract.version} (${after.contract.digest})`),
    ...differ(
      'target',
      before.target.spawned ? 'a spawned agent' : before.target.url,
      after.target.spawned ? 'a spawned agent' : after.target.url,
    ),
    ...differ('selection', before.selection.only.join(' ') || 'every check', after.selection.only.join(' ') || 'every check'),
    ...(after.run.interrupted ? ['the newer run was interrupted'] : []),
  ];
}

function textOf(found: Differences): string {
  const group = (title: string, changes: readonly Change[]): string[] =>
    changes.length === 0
      ? []
      : [`${title} (${changes.length})`, ...changes.map(({ id, before, after }) => `  ${id}  ${before} -> ${after}`)];
  const lines = [
    ...group('Newly failing', found.newlyFailing),
    ...group('No longer executed', found.noLongerExecuted),
    ...group('Newly passing', found.newlyPassing),
    ...group('Newly executed', found.newlyExecuted),
  ];
  return lines.length === 0 ? 'Every check ends as it did before.' : lines.join('\n');
}
