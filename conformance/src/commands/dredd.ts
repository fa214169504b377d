// Owns `dredd`: what Dredd says about the reading operations of a target, beside the verdict of the kit.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Contract, type JsonObject, loadContract } from '../kit/contract.ts';
import { type Environment, newEnvironment } from '../kit/environment.ts';
import { setUpApi, signIn } from '../kit/login.ts';
import { SchemaValidator } from '../kit/schema-validator.ts';
import { type Target, unreachable } from '../kit/target.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { Blocked, NoAnswer } from '../kit/faults.ts';
import { dreddSight, dreddTool, projectionCanaries, runDredd } from '../second-opinions/dredd.ts';
import type { DreddTransaction } from '../second-opinions/dredd-hooks.ts';
import { type InstalledTool, installedTool } from '../second-opinions/installed-tool.ts';
import { counted, type SecondOpinion } from '../second-opinions/opinion.ts';
import { opinionFlags, opinionHelp, opinionOptions, type OpinionOptions } from '../second-opinions/options.ts';
import { makeDirectory, tell, unlessToolFails } from '../second-opinions/tell.ts';
import type { Command, Surroundings } from './command.ts';
import { onTarget } from './on-target.ts';
import { parse } from './options.ts';
import { targetHelp } from './target-options.ts';

export const dredd: Command = {
  summary: 'a second opinion: Dredd on the 3.0 projection',
  help: `Usage: click-conformance dredd [options]

${targetHelp}
  --dredd FOLDER       where the package dredd is installed (default: as seen from the working directory)
${opinionHelp}`,
  run: async (args, surroundings) => {
    const values = parse(args, { ...opinionFlags, dredd: { type: 'string' } });
    const contract = loadContract();
    const options = await opinionOptions(values, surroundings, contract);
    const tool = installedTool(dreddTool, values.dredd, surroundings.cwd);
    await makeDirectory(options.directory);
    return await onTarget(options, surroundings, (target) =>
      unlessToolFails(tool.name, surroundings, () => ask({ tool, target, contract, options, surroundings })),
    );
  },
};

/** Dredd lists every missing property by itself. */
const longestMessage = 500;

interface Asking {
  readonly tool: InstalledTool;
  readonly target: Target;
  readonly contract: Contract;
  readonly options: OpinionOptions;
  readonly surroundings: Surroundings;
}

async function ask({ tool, target, contract, options, surroundings }: Asking): Promise<ExitCode> {
  const { signal, complain } = surroundings;
  const validator = new SchemaValidator(contract);
  const environment = newEnvironment({ contract, validator, target, timeoutMs: options.timeoutMs, signal });
  try {
    const down = await unreachable(target, environment.http, signal);
    if (down !== undefined) {
      complain(down);
      return exitCodes.incomplete;
    }
    const token = await tokenOf(environment, complain);
    const document = createRequire(import.meta.url).resolve('@click-kit/contract/click/openapi-3.0.json');
    const projection = JSON.parse(readFileSync(document, 'utf8')) as JsonObject;
    const common = { tool, deadlineMs: options.timeoutMs, signal };
    const canaries = await dreddSight(common, projectionCanaries(projection));
    const transactions = await runDredd({ ...common, document, target: target.url, ...(token !== undefined && { token }) });
    return await tell(environment.redactor.deep({ ...opinionOf(tool, target, transactions), canaries }), options.directory, surroundings);
  } finally {
    await environment.http.close();
  }
}

/** Without a token the opinion is about an agent that refuses; that is worth less, and is said. */
async function tokenOf(environment: Environment, complain: (line: string) => void): Promise<string | undefined> {
  const { target, signal, redactor } = environment;
  if (target.credentials === undefined) {
    complain('No credentials are given, so Dredd asks without a token and will be refused.');
    return undefined;
  }
  try {
    const token = await signIn(environment, target.credentials, setUpApi(environment, 'dredd', signal), signal);
    redactor.add(token);
    return token;
  } catch (error) {
    if (!(error instanceof Blocked || error instanceof NoAnswer)) throw error;
    complain(`${error.message}; Dredd asks without a token.`);
    return undefined;
  }
}

function opinionOf(
  { name, version }: InstalledTool,
  target: Target,
  transactions: readonly DreddTransaction[],
): Omit<SecondOpinion, 'canaries'> {
  const asked = transactions.filter(({ outcome, actual }) => outcome !== 'skip' && actual !== null);
  const failed = transactions.filter(({ outcome }) => outcome === 'fail');
  return {
    tool: { name, version },
    target: target.url,
    looked: asked.length,
    findings: counted(
      failed.map(({ method, path, expected, actual, messages }) => ({
        where: `${method} ${path}`,
        what: actual === expected ? messages.join('; ').slice(0, longestMessage) : `expects ${expected}, got ${actual ?? 'no answer'}`,
      })),
    ),
    notes: [
      `${transactions.length - asked.length} of ${transactions.length} transactions were left out: only the 2xx answer of a GET is asked for, so that nothing is changed`,
      'ids come from the examples of the contract, so an operation on one id finds nothing at a real target',
    ],
  };
}
