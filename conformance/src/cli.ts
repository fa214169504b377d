#!/usr/bin/env node
// Owns the command line: which command, and which exit code when it cannot be carried out.
import type { Command, Surroundings } from './commands/command.ts';
import { coverage } from './commands/coverage.ts';
import { list } from './commands/list.ts';
import { run } from './commands/run.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { KitFault, UsageError } from './kit/faults.ts';
import { kitVersion } from './version.ts';

const commands: Readonly<Record<string, Command>> = { run, list, coverage };

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
process.on('SIGTERM', () => stopping.abort(new Error('the run was interrupted')));

process.exitCode = await main(process.argv.slice(2), {
  terminal: { write: (text) => void process.stdout.write(text), isTTY: process.stdout.isTTY, columns: process.stdout.columns ?? 80 },
  complain,
  env: process.env,
  cwd: process.env.INIT_CWD ?? process.cwd(),
  signal: stopping.signal,
}).catch((error: unknown) => codeFor(error, complain));
