#!/usr/bin/env node
// `click-agent`: command line and signals; the one place besides config.ts that knows the process.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Agent, startAgent } from './app.ts';
import { type Config, helpText, readConfig, UsageError } from './config.ts';
import { PortInUse } from './http/listener.ts';
import { createLogger } from './log.ts';
import { DatabaseInUse } from './store/database.ts';

// The floor of this project is Node 20; the SDK would print a warning about that with its first request.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

await main();

async function main(): Promise<void> {
  try {
    const line = readConfig({ argv: process.argv.slice(2), env: process.env, home: homedir(), readFile });
    if (line.command === 'help') console.log(helpText());
    else if (line.command === 'version')
      console.log((createRequire(import.meta.url)('@click-kit/agent/package.json') as { version: string }).version);
    else await run(line.config);
  } catch (error) {
    fail(error);
  }
}

async function run(given: Config): Promise<void> {
  const temporary = given.ephemeral ? mkdtempSync(join(tmpdir(), 'click-agent-')) : undefined;
  const remove = (): void => {
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
  };
  const config = temporary === undefined ? given : { ...given, dataDir: temporary };
  let agent: Agent;
  try {
    agent = await startAgent(config, { log: createLogger(config.quiet ? 'error' : config.logLevel) });
  } catch (error) {
    remove();
    throw error;
  }
  onStop(async () => {
    await agent.close();
    remove();
  });
  if (!config.quiet)
    console.log(
      `click-agent listens on ${agent.url}${temporary === undefined ? `, data in ${config.dataDir}` : ', keeps nothing'}. Ctrl-C stops it.`,
    );
  process.send?.({ type: 'ready', url: agent.url });
}

/** The first signal stops in order, the second at once; a starter that goes away stops the agent too. */
function onStop(stop: () => Promise<void>): void {
  let stopping = false;
  const once = (): void => {
    if (stopping) process.exit(130);
    stopping = true;
    stop().then(() => process.exit(0), fail);
  };
  process.on('SIGINT', once).on('SIGTERM', once);
  if (process.send !== undefined) process.on('disconnect', once);
}

function fail(error: unknown): void {
  const expected = error instanceof UsageError || error instanceof PortInUse || error instanceof DatabaseInUse;
  console.error(expected ? error.message : error);
  process.exit(error instanceof UsageError ? error.exitCode : 1);
}

function readFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new UsageError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
