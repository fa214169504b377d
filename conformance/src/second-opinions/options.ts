// Owns the options that the second opinions share, and what each of them needs before it can begin.
import { join, resolve } from 'node:path';
import type { Surroundings } from '../commands/command.ts';
import { positiveInteger } from '../commands/options.ts';
import { chooseTarget, targetFlags, type TargetValues } from '../commands/target-options.ts';
import type { Contract } from '../kit/contract.ts';
import { UsageError } from '../kit/faults.ts';
import type { Target } from '../kit/target.ts';

const defaultTimeoutMs = 30_000;

export const opinionFlags = {
  ...targetFlags,
  spawn: { type: 'boolean', default: false },
  timeout: { type: 'string', default: String(defaultTimeoutMs) },
  'report-dir': { type: 'string' },
} as const;

export const opinionHelp = `  --spawn              start a fresh reference agent, ask it, stop it
  --timeout MS         the longest that one check or one run of the tool may take (default ${defaultTimeoutMs})
  --report-dir DIR     where the opinion goes (default ./reports/second-opinions)

Exit codes: 0 the opinion is there, whatever it says; 2 the target or the tool could not be asked; 64 usage, or the tool is not installed.`;

type Values = TargetValues & {
  readonly spawn: boolean;
  readonly timeout: string;
  readonly 'report-dir'?: string | undefined;
};

export interface OpinionOptions {
  readonly target: Target;
  readonly spawn: boolean;
  readonly timeoutMs: number;
  readonly directory: string;
}

export async function opinionOptions(values: Values, surroundings: Surroundings, contract: Contract): Promise<OpinionOptions> {
  if (values.spawn && (values.target !== undefined || values.username !== undefined || values.password !== undefined))
    throw new UsageError('--spawn brings its own target and users: leave out --target, --username and --password');
  const { target } = await chooseTarget(values, surroundings, contract);
  const given = values['report-dir'];
  return {
    target,
    spawn: values.spawn,
    timeoutMs: positiveInteger(values.timeout, '--timeout'),
    directory: given === undefined ? join(surroundings.cwd, 'reports', 'second-opinions') : resolve(surroundings.cwd, given),
  };
}
