// Owns `coverage`: what of the contract a run has exercised, or what the checks set out to exercise, and what is left.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { exitCodes } from '../exit-codes.ts';
import type { Check } from '../kit/check.ts';
import { loadContract } from '../kit/contract.ts';
import { coverageOf, type Observed, totalsOf } from '../kit/coverage.ts';
import { UsageError } from '../kit/faults.ts';
import { loadChecks } from '../kit/load-checks.ts';
import { loadRegister } from '../kit/register.ts';
import { resultFile } from '../reporters/json.ts';
import type { Coverage, RunResult } from '../result.ts';
import type { Command } from './command.ts';
import { parse } from './options.ts';
import { requirementCoverage, requirementText } from './requirement-coverage.ts';
import { newestResult } from './stored-result.ts';

export const coverage: Command = {
  summary: 'show what is exercised and what is not',
  help: `Usage: click-conformance coverage [options]

  --report FILE   the ${resultFile} of a run (default: the newest below ./reports)
  --static        from what the checks declare, without a run
  --json          as JSON`,
  run: async (args, { terminal, cwd }) => {
    const values = parse(args, {
      report: { type: 'string' },
      static: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    });
    const contract = loadContract();
    const file = values.static
      ? undefined
      : values.report === undefined
        ? await newestResult(join(cwd, 'reports'))
        : resolve(cwd, values.report);
    const checks = await loadChecks(contract);
    const ran = file === undefined ? undefined : await covered(file);
    const result = ran?.coverage ?? coverageOf(contract, declared(checks));
    const register = loadRegister(contract);
    const requirements = requirementCoverage(register, checks, ran?.requirements);
    const source = file === undefined ? 'what the checks declare (no run)' : file;
    const text = (): string => [textOf(result, source), '', ...requirementText(requirements, register)].join('\n');
    terminal.write(`${values.json ? JSON.stringify({ ...result, requirements }, undefined, 2) : text()}\n`);
    return exitCodes.passed;
  },
};

function declared(checks: readonly Check[]): Observed {
  return {
    statuses: checks.flatMap(({ operations, statuses }) =>
      operations.flatMap((operation) => statuses.map((status) => ({ operation, status }))),
    ),
    frames: [],
  };
}

/** A result of an earlier kit has no requirements. */
async function covered(file: string): Promise<Pick<RunResult, 'coverage'> & Partial<Pick<RunResult, 'requirements'>>> {
  try {
    const found = JSON.parse(await readFile(file, 'utf8')) as Partial<RunResult> | null;
    if (!Array.isArray(found?.coverage?.operations)) throw new Error('it is no result of a run');
    return { coverage: found.coverage, ...(found.requirements !== undefined && { requirements: found.requirements }) };
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function textOf(result: Coverage, source: string): string {
  const { operations, statuses, frames } = totalsOf(result);
  const width = Math.max(...result.operations.map(({ operation }) => operation.length));
  const rows = result.operations.map(
    ({ operation, statuses: of }) =>
      `  ${operation.padEnd(width)}  ${of.map(({ status, exchanges }) => `${status}:${exchanges === 0 ? '-' : exchanges}`).join('  ')}`,
  );
  const missing = [
    ...result.operations.flatMap(({ operation, statuses: of }) =>
      of.filter(({ exchanges }) => exchanges === 0).map(({ status, reason }) => ({ what: `${operation} ${status}`, reason })),
    ),
    ...result.frames.filter((frame) => frame.frames === 0).map(({ message, reason }) => ({ what: `message ${message}`, reason })),
  ];
  const byReason = new Map<string, string[]>();
  for (const { what, reason = 'no check exercises it' } of missing) byReason.set(reason, [...(byReason.get(reason) ?? []), what]);
  const least = Math.min(...result.operations.map(({ statuses: of }) => of.filter(({ exchanges }) => exchanges > 0).length));
  return [
    `Coverage of ${source}`,
    ...rows,
    '',
    ...[...byReason].flatMap(([reason, items]) => [`not covered, because ${reason}:`, ...items.map((item) => `  ${item}`)]),
    '',
    `operations          ${operations.exercised} of ${operations.known}`,
    `operation × status  ${statuses.exercised} of ${statuses.known} (${statuses.excluded} left out, with the reason above)`,
    `least covered       ${least} statuses of one operation`,
    `message types       ${frames.exercised} of ${frames.known} (${frames.excluded} left out, with the reason above)`,
  ].join('\n');
}
