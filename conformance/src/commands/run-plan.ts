// Owns what a run is going to do: which checks, which of them do not apply, and whether the user agrees to it.
import type { Check } from '../kit/check.ts';
import { declaredChecks } from '../kit/capabilities.ts';
import { consentText } from '../kit/consent.ts';
import type { Contract } from '../kit/contract.ts';
import type { Environment } from '../kit/environment.ts';
import { type Exceptions, noExceptions, readExceptions } from '../kit/expected-failures.ts';
import { UsageError } from '../kit/faults.ts';
import { type FrozenSet, readFrozenSet } from '../kit/frozen-sets.ts';
import { loadChecks } from '../kit/load-checks.ts';
import { notOffered } from '../kit/offered.ts';
import { select } from '../kit/selection.ts';
import { placeOf, type Target } from '../kit/target.ts';
import type { Surroundings } from './command.ts';
import type { RunOptions } from './run-options.ts';

export interface RunPlan {
  readonly known: readonly Check[];
  readonly checks: readonly Check[];
  readonly exceptions: Exceptions;
  readonly frozen: FrozenSet | undefined;
  readonly gate: (check: Check) => string | undefined;
}

export async function planOf(options: RunOptions, target: Target, contract: Contract): Promise<RunPlan> {
  const own = await loadChecks(contract);
  const known = [...own, ...declaredChecks(contract.operations.values(), target)];
  const checks = select(known, options.only);
  if (checks.length === 0)
    throw new UsageError(`no check matches ${options.only.join(' or ')}; \`click-conformance list\` shows their ids`);
  const ids = new Set(known.map(({ id }) => id));
  return {
    known,
    checks,
    exceptions: options.expectedFailures === undefined ? noExceptions : await readExceptions(options.expectedFailures),
    frozen: options.frozen === undefined ? undefined : await readFrozenSet(options.frozen, ids),
    gate: (check) => {
      if (check.impact === 'destructive' && !options.allow.includes('destructive'))
        return 'it touches what it did not create, which needs --allow destructive';
      return notOffered(check, target);
    },
  };
}

const consentOf = ({ checks, gate }: RunPlan, { target, contract, prefix }: Environment): string =>
  consentText({ target, contract, prefix, checks: checks.filter((check) => gate(check) === undefined) });

/** On a terminal the user is asked, unless they have agreed already; elsewhere the text is printed and the run goes on. */
export async function agreed(
  plan: RunPlan,
  environment: Environment,
  { yes, spawn }: RunOptions,
  { terminal, ask }: Surroundings,
): Promise<boolean> {
  if (spawn) return true;
  terminal.write(`${consentOf(plan, environment)}\n\n`);
  if (yes || ask === undefined) return true;
  const answer = await ask('Go on? [y/N] ');
  if (!answer) terminal.write('Nothing was sent.\n');
  return answer;
}

/** A state of its own: nothing is executed, so nothing is said about the target. */
export function dryRunText(plan: RunPlan, environment: Environment): string {
  const width = Math.max(...plan.checks.map(({ id }) => id.length));
  const rows = plan.checks.map((check) => {
    const reason = plan.gate(check);
    return `  ${check.id.padEnd(width)}  ${reason === undefined ? check.impact : `left out: ${reason}`}`;
  });
  const left = plan.checks.filter((check) => plan.gate(check) !== undefined).length;
  return [
    consentOf(plan, environment),
    '',
    ...rows,
    '',
    `DRY RUN: nothing was sent and nothing is known about ${placeOf(environment.target)}; ${plan.checks.length - left} checks would run, ${left} are left out`,
  ].join('\n');
}
