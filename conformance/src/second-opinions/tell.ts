// Owns the end of a second opinion: told on the terminal, written to a file, and never a verdict.
import type { Surroundings } from '../commands/command.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { messageOf, UsageError } from '../kit/faults.ts';
import { makeFolder } from '../kit/make-folder.ts';
import { opinionText, type SecondOpinion, writeOpinion } from './opinion.ts';
import { ToolFailed } from './tool-process.ts';

export async function tell(opinion: SecondOpinion, directory: string, { terminal, complain }: Surroundings): Promise<ExitCode> {
  terminal.write(opinionText(opinion));
  terminal.write(`report     ${await writeOpinion(directory, opinion)}\n`);
  if (opinion.looked > 0) return exitCodes.passed;
  complain(`${opinion.tool.name} looked at no answer of the target, so there is no opinion.`);
  return exitCodes.incomplete;
}

export async function makeDirectory(directory: string): Promise<void> {
  try {
    await makeFolder(directory);
  } catch (error) {
    throw new UsageError(`the opinion cannot be written to ${directory}: ${messageOf(error)}`, { cause: error });
  }
}

/** A tool that does not work leaves the question open; it says nothing about the target. */
export async function unlessToolFails(name: string, { complain }: Surroundings, work: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ToolFailed)) throw error;
    complain(`${name} gave no opinion: ${error.message}`);
    return exitCodes.incomplete;
  }
}
