// Owns what a command gets from the process that it runs in.
import type { ExitCode } from '../exit-codes.ts';
import type { Terminal } from '../reporters/console.ts';

export interface Surroundings {
  readonly terminal: Terminal;
  readonly complain: (line: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Asks the user for a yes; undefined when nobody is there to answer. */
  readonly ask?: ((question: string) => Promise<boolean>) | undefined;
  /** Aborted when the user wants to stop. */
  readonly signal: AbortSignal;
}

export interface Command {
  readonly summary: string;
  readonly help: string;
  readonly run: (args: readonly string[], surroundings: Surroundings) => Promise<ExitCode>;
}
