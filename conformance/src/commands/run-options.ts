// Owns the options of `run`: flags before the profile before the environment before defaults.
import { join, resolve } from 'node:path';
import type { Contract } from '../kit/contract.ts';
import { UsageError } from '../kit/faults.ts';
import { type Permission, permissions } from '../kit/profile.ts';
import { smokeChecks } from '../kit/smoke.ts';
import type { Target } from '../kit/target.ts';
import type { Surroundings } from './command.ts';
import { parse, positiveInteger } from './options.ts';
import { chooseTarget, targetFlags, targetHelp } from './target-options.ts';

export interface RunOptions {
  /** Of a spawned agent only what the profile declares of it; the rest comes when it is up. */
  readonly target: Target;
  readonly spawn: boolean;
  readonly profile: string | undefined;
  readonly expectedFailures: string | undefined;
  readonly frozen: string | undefined;
  readonly allow: readonly Permission[];
  readonly reportDirectory: (runId: string) => string;
  readonly only: readonly string[];
  readonly timeoutMs: number;
  /** Of the whole run. */
  readonly maxMs: number;
  readonly bail: boolean;
  readonly quiet: boolean;
  readonly dryRun: boolean;
  /** The user has agreed already to what will be touched. */
  readonly yes: boolean;
}

const defaultTimeoutMs = 60_000;
const defaultMaxMs = 600_000;

const flags = {
  ...targetFlags,
  'report-dir': { type: 'string' },
  'expected-failures': { type: 'string' },
  frozen: { type: 'string' },
  allow: { type: 'string', multiple: true, default: [] as string[] },
  spawn: { type: 'boolean', default: false },
  only: { type: 'string', multiple: true, default: [] as string[] },
  smoke: { type: 'boolean', default: false },
  timeout: { type: 'string' },
  'max-time': { type: 'string' },
  bail: { type: 'boolean', default: false },
  quiet: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false },
} as const;

export const runHelp = `Usage: click-conformance run [options]

${targetHelp}
  --spawn              start a fresh reference agent, judge it, stop it
  --only PATTERN       run only checks whose id matches, * stands for any text; repeatable
  --smoke              only the main path of every controller: ${smokeChecks.length} checks, a few seconds
  --allow destructive  also run checks that touch what they did not create
  --dry-run            send nothing; say what would run and what it would touch
  --yes                do not ask before a target is touched
  --expected-failures FILE  failures that are known, each with reason, owner and expiry; a stale entry fails the run
  --frozen VERSION     only the checks of that version's frozen set decide; later ones run and are not scored
  --timeout MS         the longest that one check may take (default ${defaultTimeoutMs})
  --max-time MS        the longest that the run may take; what has not run by then is blocked (default ${defaultMaxMs})
  --bail               stop at the first failure
  --report-dir DIR     where the reports go (default ./reports/<run id>)
  --quiet              failures and the summary only

Exit codes: 0 passed (or a dry run), 1 failed, 2 incomplete, 64 usage, 70 fault of the kit.`;

type Place = Pick<Surroundings, 'env' | 'cwd'>;
type Values = ReturnType<typeof parse<typeof flags>>;

function refuseContradictions(values: Values): void {
  const own = (['target', 'username', 'password', 'type', 'totp-secret'] as const).filter((flag) => values[flag] !== undefined);
  if (values.spawn && own.length > 0) throw new UsageError(`--spawn brings its own target and users: leave out --${own.join(' and --')}`);
  if (values.smoke && values.only.length > 0) throw new UsageError('--smoke is a selection of its own: leave out --only');
  if (values['dry-run'] && values.bail) throw new UsageError('--dry-run runs nothing that --bail could stop: give one of them');
  if (values['report-dir'] === '') throw new UsageError('--report-dir takes a folder');
}

export async function readRunOptions(args: readonly string[], { env, cwd }: Place, contract: Contract): Promise<RunOptions> {
  const values = parse(args, flags);
  refuseContradictions(values);
  const { target, profile, profilePath } = await chooseTarget(values, { env, cwd }, contract);
  const directory = values['report-dir'] ?? profile?.reports;
  const allow = permissionsOf(values.allow, profile?.allow ?? []);
  return {
    target,
    spawn: values.spawn,
    profile: profilePath,
    expectedFailures: values['expected-failures'] === undefined ? undefined : resolve(cwd, values['expected-failures']),
    frozen: values.frozen,
    // A spawned agent is thrown away afterwards: there is nothing on it to be careful with.
    allow: values.spawn ? permissions : allow,
    reportDirectory: (runId) => (directory === undefined ? join(cwd, 'reports', runId) : resolve(cwd, directory)),
    only: values.smoke ? smokeChecks : values.only,
    timeoutMs: milliseconds(values, 'timeout') ?? profile?.timeoutMs ?? defaultTimeoutMs,
    maxMs: milliseconds(values, 'max-time') ?? profile?.maxTimeMs ?? defaultMaxMs,
    bail: values.bail,
    quiet: values.quiet,
    dryRun: values['dry-run'],
    yes: values.yes,
  };
}

function milliseconds(values: Values, flag: 'timeout' | 'max-time'): number | undefined {
  const text = values[flag];
  return text === undefined ? undefined : positiveInteger(text, `--${flag}`);
}

function permissionsOf(given: readonly string[], ofProfile: readonly Permission[]): Permission[] {
  const words = given.flatMap((text) => text.split(','));
  const unknown = words.find((word) => !permissions.some((permission) => permission === word));
  if (unknown !== undefined) throw new UsageError(`--allow takes ${permissions.join(' or ')}, not ${unknown}`);
  return permissions.filter((permission) => words.includes(permission) || ofProfile.includes(permission));
}
