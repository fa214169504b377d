// Owns `replay`: one check again, as an earlier run had it, with every exchange in full.
import { proveValidator } from '../kit/canary.ts';
import { declaredChecks } from '../kit/capabilities.ts';
import type { Check } from '../kit/check.ts';
import { type Contract, loadContract } from '../kit/contract.ts';
import { newEnvironment } from '../kit/environment.ts';
import { UsageError } from '../kit/faults.ts';
import { loadChecks } from '../kit/load-checks.ts';
import { notOffered } from '../kit/offered.ts';
import { permissions } from '../kit/profile.ts';
import { runChecks } from '../kit/runner.ts';
import { SchemaValidator } from '../kit/schema-validator.ts';
import { levelOf, type CheckResult, type RunResult } from '../result.ts';
import { judge } from '../kit/verdict.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { Target } from '../kit/target.ts';
import type { Command, Surroundings } from './command.ts';
import { onTarget } from './on-target.ts';
import { parseWith, positiveInteger } from './options.ts';
import { storedResult, type StoredResult } from './stored-result.ts';
import { chooseTarget, targetFlags, targetHelp } from './target-options.ts';
import { transcriptOf } from './transcript.ts';

/** Whole bodies; what is larger than this is a file, and no reading matter. */
const limits = { exchanges: 2000, frames: 5000, bodyCharacters: 1_000_000 };
const defaultTimeoutMs = 60_000;

const flags = {
  ...targetFlags,
  report: { type: 'string' },
  spawn: { type: 'boolean', default: false },
  allow: { type: 'string' },
  timeout: { type: 'string' },
} as const;

export const replay: Command = {
  summary: 'run one check again and show every exchange',
  help: `Usage: click-conformance replay ID [options]

Takes target and options from the stored result of a run; flags win over it. Secrets are not stored: give them again.

  --report FILE        the result.json of the run, or its folder (default: the newest below ./reports)
  --spawn              a fresh reference agent
${targetHelp}
  --allow destructive  needed again for a check that touches what it did not create
  --timeout MS         the longest that the check may take

Exit codes: as of \`run\`, for this check alone.`,
  run: async (args, surroundings) => {
    const contract = loadContract();
    const { spawn, target, ...asked } = await askedFor(args, surroundings, contract);
    return await onTarget({ spawn, target }, surroundings, (actual) => replayAt({ ...asked, target: actual, contract }, surroundings));
  },
};

async function askedFor(args: readonly string[], surroundings: Surroundings, contract: Contract) {
  const {
    values,
    given: [id],
  } = parseWith(['the id of a check'], args, flags);
  refuseContradictions(values);
  // A line that was pasted from a report says all there is to know.
  const isWhole = values.spawn || values.target !== undefined;
  const stored = isWhole && values.report === undefined ? undefined : await storedResult(values.report, surroundings.cwd);
  const before = stored === undefined ? undefined : checkIn(stored, id);
  if (stored !== undefined && stored.result.contract.digest !== contract.digest)
    surroundings.complain(`Note: the run was against another bundle of the contract, of version ${stored.result.contract.version}.`);
  const spawn = values.spawn || (!isWhole && stored?.result.target.spawned === true);
  const { target } = await chooseTarget({ ...withStored(values, stored?.result), spawn }, surroundings, contract);
  return { id, spawn, target, before, timeoutMs: timeoutOf(values.timeout, stored?.result), allowed: spawn || values.allow !== undefined };
}

function checkIn({ path, result }: StoredResult, id: string): CheckResult {
  const found = result.checks.find((check) => check.id === id);
  if (found === undefined) throw new UsageError(`${path} has no check ${id}`);
  return found;
}

function refuseContradictions(values: { spawn: boolean; target?: string | undefined; allow?: string | undefined }): void {
  if (values.spawn && values.target !== undefined) throw new UsageError('--spawn brings its own target: leave out --target');
  if (values.allow !== undefined && !permissions.some((permission) => permission === values.allow))
    throw new UsageError(`--allow takes ${permissions.join(' or ')}, not ${values.allow}`);
}

const timeoutOf = (given: string | undefined, stored: RunResult | undefined): number =>
  given === undefined ? (stored?.run.timeoutMs ?? defaultTimeoutMs) : positiveInteger(given, '--timeout');

type Values = { [Flag in keyof typeof targetFlags]?: string | undefined };

function withStored(values: Values, stored: RunResult | undefined): Values {
  const profile = values.profile ?? stored?.settings?.profile;
  const type = values.type ?? stored?.settings?.userType?.toString();
  return {
    ...values,
    ...((values.target ?? stored?.target.url) !== undefined && { target: values.target ?? stored?.target.url }),
    ...(profile !== undefined && { profile }),
    ...(type !== undefined && { type }),
  };
}

interface Replay {
  readonly id: string;
  readonly target: Target;
  readonly contract: Contract;
  readonly timeoutMs: number;
  readonly allowed: boolean;
  readonly before: CheckResult | undefined;
}

async function replayAt({ id, target, contract, timeoutMs, allowed, before }: Replay, surroundings: Surroundings): Promise<ExitCode> {
  const checks: readonly Check[] = [...(await loadChecks(contract)), ...declaredChecks(contract.operations.values(), target)];
  const check = checks.find((candidate) => candidate.id === id);
  if (check === undefined) throw new UsageError(`there is no check ${id}; \`click-conformance list\` shows their ids`);
  const validator = new SchemaValidator(contract);
  proveValidator(contract, validator);
  const environment = newEnvironment({ contract, validator, target, timeoutMs, signal: surroundings.signal });
  try {
    const gate = ({ impact }: Check): string | undefined =>
      impact === 'destructive' && !allowed
        ? 'it touches what it did not create, which needs --allow destructive'
        : notOffered(check, target);
    const { results, interrupted, cleanupErrors } = await runChecks({
      environment,
      checks: [check],
      bail: false,
      gate,
      recorderLimits: limits,
    });
    const verdict = judge({ checks: results, interrupted, cleanupErrors });
    for (const result of results) surroundings.terminal.write(environment.redactor.text(`${transcriptOf(result)}\n`));
    for (const error of cleanupErrors) surroundings.complain(`left behind ${error}`);
    const level = results[0] === undefined ? '' : `${levelOf(results[0])} `;
    const then = before === undefined ? '' : `, ${before.status} in the stored run`;
    surroundings.terminal.write(
      `${level}${results[0]?.status ?? ''} now${then}: ${verdict.verdict}${verdict.reasons.map((reason) => `; ${reason}`).join('')}\n`,
    );
    return verdict.exitCode;
  } finally {
    await environment.http.close();
  }
}
