// Owns `run`: from options to a verdict and its reports.
import { randomBytes } from 'node:crypto';
import { proveValidator } from '../kit/canary.ts';
import { neverServed } from '../kit/capabilities.ts';
import { type Contract, loadContract } from '../kit/contract.ts';
import { coverageOf } from '../kit/coverage.ts';
import { type Environment, newEnvironment } from '../kit/environment.ts';
import { staleEntries } from '../kit/expected-failures.ts';
import { KitFault, messageOf } from '../kit/faults.ts';
import { loadRegister } from '../kit/register.ts';
import { requirementResults } from '../kit/requirement-results.ts';
import { runChecks, type RunOutcome } from '../kit/runner.ts';
import { SchemaValidator } from '../kit/schema-validator.ts';
import { digestOf } from '../kit/selection.ts';
import { withStanding } from '../kit/standing.ts';
import { doubtAbout, isLocal, type Target } from '../kit/target.ts';
import { judge } from '../kit/verdict.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { consoleReporter } from '../reporters/console.ts';
import { fileReporters } from '../reporters/report-files.ts';
import type { Reporter } from '../reporters/reporter.ts';
import { countsOf, type RunResult, type RunSettings } from '../result.ts';
import { kitVersion } from '../version.ts';
import type { Command, Surroundings } from './command.ts';
import { onTarget } from './on-target.ts';
import { claimFolder } from './report-folder.ts';
import { readRunOptions, runHelp, type RunOptions } from './run-options.ts';
import { agreed, dryRunText, planOf, type RunPlan } from './run-plan.ts';

export const run: Command = {
  summary: 'judge an agent',
  help: runHelp,
  run: async (args, surroundings) => {
    const contract = loadContract();
    const options = await readRunOptions(args, surroundings, contract);
    // A dry run starts nothing either.
    if (options.dryRun) return await judgeTarget(options.target, { contract, options, surroundings });
    return await onTarget(options, surroundings, (target) => judgeTarget(target, { contract, options, surroundings }));
  },
};

interface RunTools {
  readonly contract: Contract;
  readonly options: RunOptions;
  readonly surroundings: Surroundings;
}

async function judgeTarget(target: Target, { contract, options, surroundings }: RunTools): Promise<ExitCode> {
  const { terminal, complain, signal } = surroundings;
  const validator = new SchemaValidator(contract);
  proveValidator(contract, validator);
  const plan = await planOf(options, target, contract);
  const environment = newEnvironment({ contract, validator, target, timeoutMs: options.timeoutMs, signal });
  try {
    if (options.dryRun) {
      terminal.write(`${dryRunText(plan, environment)}\n`);
      return exitCodes.passed;
    }
    const runId = `${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}-${randomBytes(3).toString('hex')}`;
    const directory = options.reportDirectory(runId);
    const release = await claimFolder(directory);
    try {
      if (!(await agreed(plan, environment, options, surroundings))) return exitCodes.incomplete;
      await warn(environment, complain);
      return await execute(plan, environment, { options, surroundings, runId, directory });
    } finally {
      await release();
    }
  } finally {
    await environment.http.close();
  }
}

interface Execution {
  readonly options: RunOptions;
  readonly surroundings: Surroundings;
  readonly runId: string;
  readonly directory: string;
}

async function execute(plan: RunPlan, environment: Environment, execution: Execution): Promise<ExitCode> {
  const { options, surroundings, runId, directory } = execution;
  const { contract, target } = environment;
  const { known, checks, gate } = plan;
  const reporters = reportersFor(options, surroundings, directory);
  for (const { begin } of reporters)
    begin?.({
      runId,
      targetUrl: target.url,
      spawned: target.spawned,
      contract: `${contract.title} ${contract.version}`,
      total: checks.length,
      known: known.length,
    });
  const startedAt = new Date();
  const outcome = await runChecks({
    environment,
    checks,
    gate,
    standing: (result) => withStanding(result, plan),
    bail: options.bail,
    maxMs: options.maxMs,
    listener: {
      started: (check, index) => reporters.forEach((reporter) => reporter.started?.(check, index)),
      ended: (result, index) => reporters.forEach((reporter) => reporter.ended?.(result, index)),
    },
  });
  const absent = neverServed(outcome.observed.statuses);
  if (absent.length > 0 && !target.spawned)
    surroundings.complain(`Not served (404, 405 or 501): ${absent.join(', ')}. The target may be of another version, or no Click agent.`);
  const result = resultOf({ contract, target, options, plan, runId, startedAt, outcome });
  await report(environment.redactor.deep(result), reporters, surroundings);
  return result.verdict.exitCode as ExitCode;
}

/** One line each, for what is likely to be a mistake on this side. */
async function warn({ target, http, signal }: Environment, complain: (line: string) => void): Promise<void> {
  if (!isLocal(target) && target.url.startsWith('http:'))
    complain(`Warning: ${target.url} is not this machine. The API carries tokens in URLs, which proxies and logs on the way can read.`);
  const doubt = signal.aborted ? undefined : await doubtAbout(target, http, signal);
  if (doubt !== undefined) complain(`Warning: ${doubt}`);
}

interface ResultParts {
  readonly contract: Contract;
  readonly target: Target;
  readonly options: RunOptions;
  readonly plan: RunPlan;
  readonly runId: string;
  readonly startedAt: Date;
  readonly outcome: RunOutcome;
}

function resultOf({ contract, target, options, plan, runId, startedAt, outcome }: ResultParts): RunResult {
  const { results, interrupted, outOfTime, cleanupErrors, reachable, observed } = outcome;
  const { checks, known, exceptions } = plan;
  const stale = staleEntries(exceptions, new Set(known.map(({ id }) => id)), results, startedAt.toISOString().slice(0, 10));
  return {
    kit: { name: '@click-kit/conformance', version: kitVersion },
    contract: { title: contract.title, version: contract.version, digest: contract.digest },
    run: {
      id: runId,
      startedAt: startedAt.toISOString(),
      ms: Date.now() - startedAt.getTime(),
      interrupted,
      outOfTime,
      timeoutMs: options.timeoutMs,
      maxMs: options.maxMs,
    },
    target: { url: target.url, spawned: target.spawned, reachable },
    selection: { only: options.only, selected: checks.length, known: known.length, digest: digestOf(checks) },
    settings: settingsOf(options),
    stale,
    verdict: judge({ checks: results, interrupted, outOfTime, cleanupErrors, stale }),
    counts: countsOf(results),
    checks: results,
    requirements: requirementResults(loadRegister(contract), results),
    coverage: coverageOf(contract, observed),
    cleanupErrors,
  };
}

const settingsOf = ({ profile, expectedFailures, frozen, allow, target }: RunOptions): RunSettings => ({
  ...(profile !== undefined && { profile }),
  ...(expectedFailures !== undefined && { expectedFailures }),
  ...(frozen !== undefined && { frozen }),
  ...(target.credentials?.type !== undefined && { userType: target.credentials.type }),
  allow,
});

function reportersFor({ quiet }: RunOptions, { terminal, env }: Surroundings, directory: string): Reporter[] {
  const colour = terminal.isTTY && env.NO_COLOR === undefined;
  return [consoleReporter({ terminal, quiet, colour }), ...fileReporters(directory)];
}

async function report(result: RunResult, reporters: readonly Reporter[], { terminal }: Surroundings): Promise<void> {
  for (const { finish } of reporters) {
    const path = await finish(result).catch((error: unknown) => {
      throw new KitFault(`a report could not be written: ${messageOf(error)}`, { cause: error });
    });
    if (path !== undefined) terminal.write(`report    ${path}\n`);
  }
}
