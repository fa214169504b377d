// Owns `run`: from options to a verdict and its reports.
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { proveValidator } from '../kit/canary.ts';
import type { Check } from '../kit/check.ts';
import { type Contract, loadContract } from '../kit/contract.ts';
import { coverageOf } from '../kit/coverage.ts';
import { newEnvironment } from '../kit/environment.ts';
import { UsageError } from '../kit/faults.ts';
import { loadChecks } from '../kit/load-checks.ts';
import { runChecks, type RunOutcome } from '../kit/runner.ts';
import { SchemaValidator } from '../kit/schema-validator.ts';
import { digestOf, select } from '../kit/selection.ts';
import { AgentNotStarted, spawnAgent } from '../kit/spawn-agent.ts';
import { isLocal, type Target } from '../kit/target.ts';
import { judge } from '../kit/verdict.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { consoleReporter } from '../reporters/console.ts';
import { htmlReporter } from '../reporters/html.ts';
import { jsonReporter } from '../reporters/json.ts';
import { junitReporter } from '../reporters/junit.ts';
import type { Reporter } from '../reporters/reporter.ts';
import { countsOf, type RunResult } from '../result.ts';
import { kitVersion } from '../version.ts';
import type { Command, Surroundings } from './command.ts';
import { readRunOptions, runHelp, type RunOptions } from './run-options.ts';

export const run: Command = {
  summary: 'judge an agent',
  help: runHelp,
  run: async (args, surroundings) => {
    const options = readRunOptions(args, surroundings);
    if (!options.spawn) return await judgeTarget(targetOf(options), options, surroundings);
    try {
      const agent = await spawnAgent(surroundings.signal);
      try {
        return await judgeTarget(agent.target, options, surroundings);
      } finally {
        await agent.stop();
      }
    } catch (error) {
      if (!(error instanceof AgentNotStarted)) throw error;
      surroundings.complain(error.message);
      return exitCodes.incomplete;
    }
  },
};

const targetOf = ({ targetUrl, credentials }: RunOptions): Target => ({
  url: targetUrl,
  spawned: false,
  ...(credentials !== undefined && { credentials }),
  ...(credentials?.totpSecret !== undefined && { mfaCredentials: credentials }),
});

async function judgeTarget(target: Target, options: RunOptions, surroundings: Surroundings): Promise<ExitCode> {
  const contract = loadContract();
  const validator = new SchemaValidator(contract);
  proveValidator(contract, validator);
  const known = await loadChecks(contract);
  const checks = select(known, options.only);
  if (checks.length === 0)
    throw new UsageError(`no check matches ${options.only.join(' or ')}; \`click-conformance list\` shows their ids`);
  if (!isLocal(target))
    surroundings.complain(
      `Warning: ${target.url} is not this machine. The API carries tokens in URLs, which proxies and logs on the way can read.`,
    );

  const runId = `${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}-${randomBytes(3).toString('hex')}`;
  const directory = options.reportDirectory(runId);
  await makeDirectory(directory);
  const reporters = reportersFor(options, surroundings, directory);
  for (const { begin } of reporters)
    begin?.({ runId, targetUrl: target.url, contract: `${contract.title} ${contract.version}`, total: checks.length, known: known.length });

  const environment = newEnvironment({ contract, validator, target, timeoutMs: options.timeoutMs, signal: surroundings.signal });
  const startedAt = new Date();
  try {
    const outcome = await runChecks({
      environment,
      checks,
      bail: options.bail,
      listener: {
        started: (check, index) => reporters.forEach((reporter) => reporter.started?.(check, index)),
        ended: (result, index) => reporters.forEach((reporter) => reporter.ended?.(result, index)),
      },
    });
    const result = resultOf({ contract, target, options, checks, known: known.length, runId, startedAt, outcome });
    await report(environment.redactor.deep(result), reporters, surroundings);
    return result.verdict.exitCode as ExitCode;
  } finally {
    await environment.http.close();
  }
}

async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
  } catch (error) {
    throw new UsageError(`the reports cannot be written to ${directory}: ${(error as Error).message}`, { cause: error });
  }
}

interface ResultParts {
  readonly contract: Contract;
  readonly target: Target;
  readonly options: RunOptions;
  readonly checks: readonly Check[];
  readonly known: number;
  readonly runId: string;
  readonly startedAt: Date;
  readonly outcome: RunOutcome;
}

function resultOf({ contract, target, options, checks, known, runId, startedAt, outcome }: ResultParts): RunResult {
  const { results, interrupted, cleanupErrors, reachable, observed } = outcome;
  return {
    kit: { name: '@click-kit/conformance', version: kitVersion },
    contract: { title: contract.title, version: contract.version, digest: contract.digest },
    run: { id: runId, startedAt: startedAt.toISOString(), ms: Date.now() - startedAt.getTime(), interrupted, timeoutMs: options.timeoutMs },
    target: { url: target.url, spawned: target.spawned, reachable },
    selection: { only: options.only, selected: checks.length, known, digest: digestOf(checks) },
    verdict: judge({ checks: results, interrupted, cleanupErrors }),
    counts: countsOf(results),
    checks: results,
    coverage: coverageOf(contract, observed),
    cleanupErrors,
  };
}

function reportersFor({ quiet }: RunOptions, { terminal, env }: Surroundings, directory: string): Reporter[] {
  const colour = terminal.isTTY && env.NO_COLOR === undefined;
  return [consoleReporter({ terminal, quiet, colour }), jsonReporter(directory), junitReporter(directory), htmlReporter(directory)];
}

async function report(result: RunResult, reporters: readonly Reporter[], { terminal }: Surroundings): Promise<void> {
  for (const { finish } of reporters) {
    const path = await finish(result);
    if (path !== undefined) terminal.write(`report    ${path}\n`);
  }
}
