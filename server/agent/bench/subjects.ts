// Owns the processes that are compared: the agent with and without validation, a bare Express route, Prism.
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Validation } from '../src/http/guard.ts';

const require = createRequire(import.meta.url);

export interface Subject {
  readonly name: string;
  readonly url: string;
  stop(): Promise<void>;
}

export interface ReferenceSubject extends Subject {
  /** A token, of the demo administrator unless told otherwise. */
  login(username?: string): Promise<string>;
  /** Milliseconds that the process has worked so far. */
  work(): Promise<number>;
}

const names: Record<Validation, string> = {
  requests: 'the agent as it starts: requests validated',
  both: 'the agent, requests and responses validated',
  none: 'the agent, nothing validated',
};

/** On a data directory of its own, unless one is given. */
export async function startReference(validation: Validation, dataDir?: string): Promise<ReferenceSubject> {
  const child = forkModule('./serve.ts', dataDir === undefined ? [validation] : [validation, dataDir]);
  const url = await readyUrl(child);
  const name = names[validation];
  const login = async (username = 'admin@example.com'): Promise<string> => {
    const answer = await fetch(`${url}/authentication/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password: 'click-demo' }),
    });
    return ((await answer.json()) as { jwtToken: string }).jwtToken;
  };
  const work = async (): Promise<number> => {
    const answer = once(child, 'message') as Promise<[{ ms: number }]>;
    child.send('work');
    return (await answer)[0].ms;
  };
  return { name, url, login, work, stop: () => stopChild(child) };
}

/** One Express route that parses the same JSON once and serialises it for every answer. */
export async function startBare(page: string): Promise<Subject> {
  const child = forkModule('./bare.ts', [page]);
  return { name: 'bare Express route', url: await readyUrl(child), stop: () => stopChild(child) };
}

/** With its log, as people run it; the log goes nowhere. Its answer is the example of the contract, one record. */
export async function startPrism(): Promise<Subject> {
  const port = await freePort();
  const cli = require.resolve('@stoplight/prism-cli/dist/index.js');
  const bundle = require.resolve('@click-kit/contract/click/openapi.json');
  const child = spawn(process.execPath, [cli, 'mock', bundle, '--port', String(port)], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  await answering(`${url}/management/agent_status`, 30_000);
  return { name: 'Prism CLI on the same bundle, as it starts', url, stop: () => stopChild(child) };
}

function forkModule(module: string, args: string[]): ChildProcess {
  return fork(fileURLToPath(new URL(module, import.meta.url)), args, {
    execArgv: ['--import', 'tsx', '--conditions=source'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
}

export async function readyUrl(child: ChildProcess): Promise<string> {
  const [message] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`ended with ${String(code)}`))),
  ])) as [{ url: string }];
  return message.url;
}

export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Resolves with the milliseconds until the first answer. */
export async function answering(url: string, deadlineMs: number): Promise<number> {
  const started = performance.now();
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer !== undefined) return performance.now() - started;
    if (performance.now() - started > deadlineMs) throw new Error(`${url} did not answer within ${deadlineMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
