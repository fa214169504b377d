// Owns `proxy`: what Prism's validation proxy says about the answers that the kit's reading checks bring about.
import { createRequire } from 'node:module';
import { canariesFor, schemasOf, vocabularyOf } from '../kit/canary.ts';
import { type Contract, loadContract, textOf } from '../kit/contract.ts';
import { newEnvironment } from '../kit/environment.ts';
import { HttpClient } from '../kit/http-client.ts';
import { loadChecks } from '../kit/load-checks.ts';
import { runChecks } from '../kit/runner.ts';
import { SchemaValidator } from '../kit/schema-validator.ts';
import { type Target, unreachable } from '../kit/target.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { type InstalledTool, installedTool } from '../second-opinions/installed-tool.ts';
import { counted, type SecondOpinion } from '../second-opinions/opinion.ts';
import { opinionFlags, opinionHelp, opinionOptions, type OpinionOptions } from '../second-opinions/options.ts';
import { ofResponse, prism, prismSight, startPrism, violationsOf } from '../second-opinions/prism.ts';
import { makeDirectory, tell, unlessToolFails } from '../second-opinions/tell.ts';
import type { CheckResult } from '../result.ts';
import type { Command, Surroundings } from './command.ts';
import { onTarget } from './on-target.ts';
import { parse } from './options.ts';
import { targetHelp } from './target-options.ts';

export const proxy: Command = {
  summary: "a second opinion: Prism's validation proxy in front of the target",
  help: `Usage: click-conformance proxy [options]

${targetHelp}
  --prism FOLDER       where the package @stoplight/prism-cli is installed (default: as seen from the working directory)
${opinionHelp}`,
  run: async (args, surroundings) => {
    const values = parse(args, { ...opinionFlags, prism: { type: 'string' } });
    const contract = loadContract();
    const options = await opinionOptions(values, surroundings, contract);
    const tool = installedTool(prism, values.prism, surroundings.cwd);
    await makeDirectory(options.directory);
    return await onTarget(options, surroundings, (target) =>
      unlessToolFails(tool.name, surroundings, () => ask({ tool, target, contract, options, surroundings })),
    );
  },
};

interface Asking {
  readonly tool: InstalledTool;
  readonly target: Target;
  readonly contract: Contract;
  readonly options: OpinionOptions;
  readonly surroundings: Surroundings;
}

async function ask({ tool, target, contract, options, surroundings }: Asking): Promise<ExitCode> {
  const { signal, complain } = surroundings;
  const http = new HttpClient();
  try {
    const down = await unreachable(target, http, signal);
    if (down !== undefined) {
      complain(down);
      return exitCodes.incomplete;
    }
    const dialect = { openapi: textOf(contract.http.openapi), jsonSchemaDialect: textOf(contract.http.jsonSchemaDialect) };
    const canaries = await prismSight(tool, canariesFor(vocabularyOf(schemasOf(contract.http))), { dialect, http, signal });
    const document = createRequire(import.meta.url).resolve('@click-kit/contract/click/openapi.json');
    const through = await startPrism({ tool, document, upstream: target.url, signal });
    try {
      const results = await readThrough({ ...target, url: through.url }, contract, options, signal);
      return await tell({ ...opinionOf(tool, target, results), canaries }, options.directory, surroundings);
    } finally {
      await through.stop();
    }
  } finally {
    await http.close();
  }
}

/** The reading checks, asked through the proxy; channels do not pass through it. */
async function readThrough(
  target: Target,
  contract: Contract,
  { timeoutMs }: OpinionOptions,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  const environment = newEnvironment({ contract, validator: new SchemaValidator(contract), target, timeoutMs, signal });
  try {
    const checks = (await loadChecks(contract)).filter(({ impact, operations }) => impact === 'read' && operations.length > 0);
    const { results, cleanupErrors } = await runChecks({ environment, checks, bail: false });
    return environment.redactor.deep(
      results.map((result) => (cleanupErrors.length === 0 ? result : { ...result, reason: cleanupErrors.join('; ') })),
    );
  } finally {
    await environment.http.close();
  }
}

function opinionOf({ name, version }: InstalledTool, target: Target, results: readonly CheckResult[]): Omit<SecondOpinion, 'canaries'> {
  const answers = results.flatMap((result) =>
    result.exchanges.flatMap(({ operation, response }) =>
      response === null ? [] : [{ operation, status: response.status, violations: violationsOf(response.headers), result }],
    ),
  );
  const findings = answers.flatMap(({ operation, status, violations }) =>
    violations
      .filter(ofResponse)
      .map(({ location, message }) => ({ where: `${operation} ${status}`, what: `${location.join('.')} ${message}` })),
  );
  const doubted = new Set(answers.filter(({ violations }) => violations.some(ofResponse)).map(({ result }) => result.id));
  const failed = results.filter(({ status }) => status === 'failed').map(({ id }) => id);
  const both = failed.filter((id) => doubted.has(id)).length;
  return {
    tool: { name, version },
    target: target.url,
    looked: answers.length,
    findings: counted(findings),
    notes: [
      `${results.length} reading checks were asked; the kit and ${name} both object in ${both}, only the kit in ${failed.length - both}, only ${name} in ${doubted.size - both}`,
      `${answers.filter(({ violations }) => violations.some((violation) => !ofResponse(violation))).length} requests are wrong on purpose and were passed on as they are`,
    ],
  };
}
