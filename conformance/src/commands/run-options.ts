// Owns the options of `run`: flags before environment before defaults.
import { join, resolve } from 'node:path';
import { UsageError } from '../kit/faults.ts';
import type { Credentials } from '../kit/target.ts';
import type { Surroundings } from './command.ts';
import { httpUrl, parse, positiveInteger } from './options.ts';

export interface RunOptions {
  readonly spawn: boolean;
  readonly targetUrl: string;
  readonly credentials: Credentials | undefined;
  readonly reportDirectory: (runId: string) => string;
  readonly only: readonly string[];
  readonly timeoutMs: number;
  readonly bail: boolean;
  readonly quiet: boolean;
}

const defaultTarget = 'http://localhost:29123';
const defaultTimeoutMs = 60_000;

const flags = {
  target: { type: 'string' },
  username: { type: 'string' },
  password: { type: 'string' },
  type: { type: 'string' },
  'totp-secret': { type: 'string' },
  'report-dir': { type: 'string' },
  spawn: { type: 'boolean', default: false },
  only: { type: 'string', multiple: true, default: [] as string[] },
  timeout: { type: 'string', default: String(defaultTimeoutMs) },
  bail: { type: 'boolean', default: false },
  quiet: { type: 'boolean', default: false },
} as const;

export const runHelp = `Usage: click-conformance run [options]

  --target URL         the agent to judge (default ${defaultTarget})
  --spawn              start a fresh reference agent, judge it, stop it
  --username NAME      who to sign in as (or CLICK_USERNAME)
  --password WORD      (or CLICK_PASSWORD, which keeps it out of the process list)
  --type NUMBER        user type: 16 administrator, 32 creative, 64 standard
  --totp-secret TEXT   the user's second factor (or CLICK_TOTP_SECRET)
  --only PATTERN       run only checks whose id matches, * stands for any text; repeatable
  --timeout MS         the longest that one check may take (default ${defaultTimeoutMs})
  --bail               stop at the first failure
  --report-dir DIR     where the reports go (default ./reports/<run id>)
  --quiet              failures and the summary only

Exit codes: 0 passed, 1 failed, 2 incomplete, 64 usage, 70 fault of the kit.`;

export function readRunOptions(args: readonly string[], { env, cwd }: Pick<Surroundings, 'env' | 'cwd'>): RunOptions {
  const values = parse(args, flags);
  if (values.spawn && (values.target !== undefined || values.username !== undefined || values.password !== undefined)) {
    throw new UsageError('--spawn brings its own target and users: leave out --target, --username and --password');
  }
  const directory = values['report-dir'];
  return {
    spawn: values.spawn,
    targetUrl: httpUrl(values.target ?? defaultTarget, '--target'),
    credentials: values.spawn ? undefined : credentialsOf(values, env),
    reportDirectory: (runId) => (directory === undefined ? join(cwd, 'reports', runId) : resolve(cwd, directory)),
    only: values.only,
    timeoutMs: positiveInteger(values.timeout, '--timeout'),
    bail: values.bail,
    quiet: values.quiet,
  };
}

type Given = {
  username?: string | undefined;
  password?: string | undefined;
  type?: string | undefined;
  'totp-secret'?: string | undefined;
};

function credentialsOf(values: Given, env: Surroundings['env']): Credentials | undefined {
  const username = values.username ?? env.CLICK_USERNAME;
  const password = values.password ?? env.CLICK_PASSWORD;
  const totpSecret = values['totp-secret'] ?? env.CLICK_TOTP_SECRET;
  if (username === undefined && password === undefined) return undefined;
  if (username === undefined || password === undefined) throw new UsageError('give both --username and --password, or neither');
  return {
    username,
    password,
    ...(values.type !== undefined && { type: positiveInteger(values.type, '--type') }),
    ...(totpSecret !== undefined && { totpSecret }),
  };
}
