#!/usr/bin/env node
// The command `click-object-server`: starts the server, says where it listens, stops it on a signal.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseSettings, USAGE, UsageError, type Settings } from './arguments.ts';
import { DataDirInUse } from './data-dir-lock.ts';
import { HttpError, hasErrorCode } from './http-error.ts';
import { lineLogger } from './logger.ts';
import { startObjectServer } from './server.ts';

const EXIT_FAILURE = 1;
const EXIT_USAGE = 64;

async function main(): Promise<void> {
  const settings = parseSettings(process.argv.slice(2), process.env);
  if (settings === 'help') process.stdout.write(USAGE);
  else if (settings === 'version') process.stdout.write(`${await version()}\n`);
  else await serve(settings);
}

async function serve({ quiet, dataDir, ...settings }: Settings): Promise<void> {
  const directory = dataDir === undefined ? await mkdtemp(join(tmpdir(), 'click-object-server-')) : resolve(dataDir);
  const removeEphemeral = async (): Promise<void> => {
    if (dataDir === undefined) await rm(directory, { recursive: true, force: true });
  };
  const logger = lineLogger((line) => process.stderr.write(line));
  try {
    const server = await startObjectServer({
      ...settings,
      dataDir: directory,
      logger: quiet ? { ...logger, info: () => undefined } : logger,
    });
    const stopped = stopSignal();
    if (!quiet) process.stdout.write(`click-object-server listens on ${server.url}, data in ${directory}\n`);
    process.send?.({ type: 'ready', url: server.url, port: server.port });
    await stopped;
    await server.close();
  } finally {
    await removeEphemeral();
  }
  // An open IPC channel must not keep a stopped server alive.
  if (process.connected) process.disconnect();
}

async function stopSignal(): Promise<void> {
  await new Promise<void>((stop) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop());
    // The parent is gone: a server that it started for itself goes too.
    process.once('disconnect', () => stop());
  });
}

async function version(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** One clear line for what a user can put right; everything else keeps its stack. */
function explain(error: unknown): string {
  if (error instanceof UsageError) return `${error.message}\n\n${USAGE}`;
  if (error instanceof DataDirInUse || error instanceof HttpError) return error.message;
  if (hasErrorCode(error, 'EADDRINUSE')) return 'The port is in use by another program; choose one with --port.';
  if (hasErrorCode(error, 'EACCES', 'EPERM', 'EADDRNOTAVAIL', 'ENOTFOUND', 'ENOTDIR') && error instanceof Error) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

main().catch((error: unknown) => {
  process.stderr.write(`click-object-server: ${explain(error)}\n`);
  process.exitCode = error instanceof UsageError ? EXIT_USAGE : EXIT_FAILURE;
});
