#!/usr/bin/env node
// Owns the command line: which command, and which exit code when it cannot be carried out.
import type { Command, Surroundings } from './commands/command.ts';
import { coverage } from './commands/coverage.ts';
import { diff } from './commands/diff.ts';
import { dredd } from './commands/dredd.ts';
import { explain } from './commands/explain.ts';
import { list } from './commands/list.ts';
import { proxy } from './commands/proxy.ts';
import { replay } from './commands/replay.ts';
import { run } from './commands/run.ts';
import { sweep } from './commands/sweep.ts';
import { ask } from './commands/ask.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { KitFault, UsageError } from './kit/faults.ts';
import { kitVersion } from './version.ts';

const commands: Readonly<Record<string, Command>> = { run, list, coverage, explain, replay, sweep, diff, dredd, proxy };

const usage = `Usage: click-conformance <command> [options]

${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`)
  .join('\n')}

\`click-conformance <command> --help\` shows the options of a command; without a command, options go to \`run\`.`;

async function main(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const { write } = surroundings.terminal;
  const [first] = args;
  const named = first !== undefined && !first.startsWith('-');
  if (first === '--version') {
    write(`${kitVersion}\n`);
    return exitCodes.passed;
  }
  if (args.length === 0 || (!named && args.includes('--help'))) {
    write(`${usage}\n`);
    return args.length === 0 ? exitCodes.usage : exitCodes.passed;
  }
  const command = named ? commands[first] : run;
  if (command === undefined) throw new UsageError(`there is no command ${String(first)}`);
  const rest = named ? args.slice(1) : args;
  if (rest.includes('--help')) {
    write(`${command.help}\n`);
    return exitCodes.passed;
  }
  return await command.run(rest, surroundings);
}

function codeFor(error: unknown, complain: (line: string) => void): ExitCode {
  if (error instanceof UsageError) {
    complain(`${error.message}. Try \`click-conformance --help\`.`);
    return exitCodes.usage;
  }
  complain(
    error instanceof KitFault
      ? `The kit is at fault: ${error.message}`
      : `The kit is at fault: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
  return exitCodes.kitFault;
}

const stopping = new AbortController();
const complain = (line: string): void => void process.stderr.write(`${line}\n`);
process.on('SIGINT', () => {
  if (stopping.signal.aborted) process.exit(exitCodes.incomplete);
  complain('\nStopping: cleaning up and writing what there is. Press Ctrl-C again to leave at once.');
  stopping.abort(new Error('the run was interrupted'));
});
process.on('SIGTERM', () => {
  if (stopping.signal.aborted) process.exit(exitCodes.incomplete);
  stopping.abort(new Error('the run was interrupted'));
});

process.exitCode = await main(process.argv.slice(2), {
  terminal: { write: (text) => void process.stdout.write(text), isTTY: process.stdout.isTTY, columns: process.stdout.columns ?? 80 },
  complain,
  ask: process.stdin.isTTY && process.stdout.isTTY ? (question) => ask(question, stopping.signal) : undefined,
  env: process.env,
  cwd: process.env.INIT_CWD ?? process.cwd(),
  signal: stopping.signal,
}).catch((error: unknown) => codeFor(error, complain));
