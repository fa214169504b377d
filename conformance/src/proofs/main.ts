#!/usr/bin/env node
// Owns the command that tests the tester: node dist/src/proofs/main.js [--only PATTERN] [--report-dir DIR].
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parse } from '../commands/options.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { loadContract } from '../kit/contract.ts';
import { messageOf, UsageError } from '../kit/faults.ts';
import { loadChecks } from '../kit/load-checks.ts';
import { makeFolder } from '../kit/make-folder.ts';
import { matches } from '../kit/selection.ts';
import { AgentNotStarted } from '../kit/spawn-agent.ts';
import { loadProofs } from './load-proofs.ts';
import { isGood, proofLine, proofsReport, summaryLines } from './proofs-report.ts';
import { proofDeadlines, runProofs } from './run-proofs.ts';

const help = `Usage: node conformance/dist/src/proofs/main.js [options]

Runs every proof: a fault before the reference agent, and the check that has to find it.

  --only PATTERN       checks or proofs whose id matches, * stands for any text; repeatable
  --report-dir DIR     where proofs.json goes (default ./reports)

Exit codes: 0 every MUST check has a proof and at least 98 % of the faults are found, 1 not so, 2 interrupted or no agent,
64 usage, 70 fault of the kit.`;

const write = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(args: readonly string[], signal: AbortSignal): Promise<ExitCode> {
  const values = parse(args, {
    only: { type: 'string', multiple: true, default: [] },
    'report-dir': { type: 'string' },
    help: { type: 'boolean', default: false },
  });
  if (values.help) {
    write(help);
    return exitCodes.passed;
  }
  const contract = loadContract();
  const wanted = (...ids: string[]): boolean =>
    values.only.length === 0 || ids.some((id) => values.only.some((pattern) => matches(id, pattern)));
  const known = await loadChecks(contract);
  const proofs = (await loadProofs(contract)).filter(({ id, check }) => wanted(id, check));
  if (proofs.length === 0) throw new UsageError(`no proof matches ${values.only.join(' or ')}`);
  const directory = resolve(process.env.INIT_CWD ?? process.cwd(), values['report-dir'] ?? 'reports');
  await makeFolder(directory).catch((error: unknown) => {
    throw new UsageError(`the report cannot be written to ${directory}: ${messageOf(error)}`);
  });
  const begun = performance.now();
  const outcome = await runProofs({
    contract,
    checks: known,
    proofs,
    deadlines: proofDeadlines,
    signal,
    onResult: (result) => write(proofLine(result)),
  });
  const checks = values.only.length === 0 ? known : known.filter(({ id }) => proofs.some(({ check }) => check === id));
  const report = proofsReport({ ...outcome, contract, checks, ms: Math.round(performance.now() - begun) });
  const path = join(directory, 'proofs.json');
  await writeFile(path, `${JSON.stringify(report, null, 2)}\n`);
  summaryLines(report).forEach(write);
  write(`report       ${path}`);
  if (signal.aborted) return exitCodes.incomplete;
  return isGood(report) ? exitCodes.passed : exitCodes.failed;
}

function codeFor(error: unknown): ExitCode {
  process.stderr.write(`${messageOf(error)}\n`);
  if (error instanceof UsageError) return exitCodes.usage;
  return error instanceof AgentNotStarted ? exitCodes.incomplete : exitCodes.kitFault;
}

const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort(new Error('the proofs were interrupted')));
process.exitCode = await main(process.argv.slice(2), stopping.signal).catch(codeFor);
