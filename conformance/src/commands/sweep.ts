// Owns `sweep`: removes what a run that was killed has left at a target and on this machine.
import { proveValidator } from '../kit/canary.ts';
import { loadContract } from '../kit/contract.ts';
import { type Environment, newEnvironment } from '../kit/environment.ts';
import { Blocked, messageOf, NoAnswer, UsageError } from '../kit/faults.ts';
import { liveRuns } from '../kit/live-runs.ts';
import { setUpApi, signIn } from '../kit/login.ts';
import { SchemaValidator } from '../kit/schema-validator.ts';
import { cloudAccounts, historyRecords, kitPrefix, type Leftover, type Ours, temporaryFolders } from '../kit/sweep.ts';
import { ssoConfigurations } from '../kit/sso/leftovers.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { Command, Surroundings } from './command.ts';
import { parse, positiveInteger } from './options.ts';
import { chooseTarget, targetFlags, targetHelp } from './target-options.ts';

const flags = {
  ...targetFlags,
  prefix: { type: 'string', default: kitPrefix },
  timeout: { type: 'string', default: '10000' },
  'dry-run': { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false },
} as const;

export const sweep: Command = {
  summary: 'remove what a killed run left behind',
  help: `Usage: click-conformance sweep [options]

${targetHelp}
  --prefix TEXT        only what bears this prefix of one run (default ${kitPrefix}, which is every run but those that go on on this machine)
  --dry-run            say what would be removed
  --yes                do not ask
  --timeout MS         the longest that one request may take (default 10000)

Exit codes: 0 nothing is left, 2 something could not be looked at or removed.`,
  run: async (args, surroundings) => {
    const values = parse(args, flags);
    if (!/^ckit-[0-9a-f]{0,8}$/.test(values.prefix))
      throw new UsageError(`--prefix takes the prefix of a run, such as ${kitPrefix}0a1b2c3d, not ${values.prefix}`);
    const contract = loadContract();
    const { target } = await chooseTarget(values, surroundings, contract);
    const validator = new SchemaValidator(contract);
    proveValidator(contract, validator);
    const timeoutMs = positiveInteger(values.timeout, '--timeout');
    const environment = newEnvironment({ contract, validator, target, timeoutMs, signal: surroundings.signal });
    try {
      return await sweepAt(environment, values, surroundings);
    } finally {
      await environment.cleanup.run();
      await environment.http.close();
    }
  },
};

interface SweepOptions {
  readonly prefix: string;
  readonly 'dry-run': boolean;
  readonly yes: boolean;
}

async function sweepAt(environment: Environment, options: SweepOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { terminal, complain, ask } = surroundings;
  const live = await liveRuns();
  const going = live.get(options.prefix);
  if (going !== undefined) throw new UsageError(`the run ${options.prefix} is going on (process ${going}): wait for it or stop it first`);
  for (const [prefix, pid] of live)
    if (prefix.startsWith(options.prefix)) complain(`Left alone: ${prefix}, a run that is going on (process ${pid})`);
  const ours: Ours = (name) => name.startsWith(options.prefix) && !live.has(name.slice(0, kitPrefix.length + 8));
  const local = await temporaryFolders(ours);
  const remote = await atTarget(environment, ours).catch((error: unknown) => {
    if (!(error instanceof Blocked || error instanceof NoAnswer)) throw error;
    complain(`${environment.target.url} could not be looked at: ${environment.redactor.text(messageOf(error))}`);
    return undefined;
  });
  const found = [...(remote ?? []), ...local];
  for (const { what } of found) terminal.write(`found     ${what}\n`);
  const open = remote === undefined ? exitCodes.incomplete : exitCodes.passed;
  if (found.length === 0) terminal.write('Nothing is left behind.\n');
  if (found.length === 0 || options['dry-run']) return open;
  if (!options.yes && ask !== undefined && !(await ask('Remove it? [y/N] '))) return exitCodes.incomplete;
  return (await removeAll(found, surroundings)) ? open : exitCodes.incomplete;
}

async function atTarget(environment: Environment, ours: Ours): Promise<Leftover[]> {
  const { credentials } = environment.target;
  if (credentials === undefined) throw new Blocked('no --username and --password are given');
  const api = setUpApi(environment, 'sweep', environment.signal);
  const token = await signIn(environment, credentials, api, environment.signal);
  environment.cleanup.add('the session', () => api.forCleanUp().call('logout', { body: { jwtToken: token } }));
  const own = api.withToken(token);
  try {
    return [...(await cloudAccounts(own, ours)), ...(await historyRecords(own, ours)), ...(await ssoConfigurations(own, ours))];
  } catch (error) {
    throw new Blocked(messageOf(error), { cause: error });
  }
}

/** Goes on after what cannot be removed, so that a second sweep has less to do. */
async function removeAll(found: readonly Leftover[], { terminal, complain, signal }: Surroundings): Promise<boolean> {
  let left = 0;
  for (const { what, remove } of found) {
    try {
      signal.throwIfAborted();
      await remove();
      terminal.write(`removed   ${what}\n`);
    } catch (error) {
      left += 1;
      complain(`left      ${what}: ${messageOf(error)}`);
    }
  }
  terminal.write(`${found.length - left} removed, ${left} left\n`);
  return left === 0;
}
