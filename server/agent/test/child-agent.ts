// Owns agents in processes of their own, for what only a process can show: signals, exit codes, standard error, a crash.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClickClient } from '@click-kit/contract';
import type { SignedIn } from './agent.ts';
import { forTest } from './lifetime.ts';

export interface Exit {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ChildAgent {
  readonly url: string;
  /** Sends the signal and waits for the end. */
  stop(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): Promise<Exit>;
  signIn(): Promise<SignedIn>;
}

/** As it is shipped, which `npm test` builds first: compiled at its start, each agent would take three times as long. */
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const deadlineMs = 20_000;

/** Removed at the end of the test, when the agents on it are gone. */
export async function dataDirectory(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'click-test-data-'));
  forTest(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function run(argv: readonly string[], env: Readonly<Record<string, string>>): { child: ChildProcess; exit: Promise<Exit> } {
  const foreign = Object.entries(process.env).filter(([name]) => !/^(CLICK_AGENT_|NODE_|VITEST)/.test(name));
  const child = fork(main, [...argv], {
    execArgv: [],
    env: { ...Object.fromEntries(foreign), ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name]?.setEncoding('utf8').on('data', (piece: string) => (text[name] += piece));
  const exit = once(child, 'close').then(([code]) => ({ code: code as number | null, ...text }));
  const deadline = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
  exit.finally(() => clearTimeout(deadline)).catch(() => undefined);
  forTest(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  return { child, exit };
}

/** Runs an agent that is expected to end by itself. */
export const runToEnd = (argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Exit> => run(argv, env).exit;

/** Starts an agent on a free port; resolves when it is ready, rejects when it ends before. */
export async function childAgent(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<ChildAgent> {
  const { child, exit } = run(['--port', '0', ...argv], env);
  const ended = exit.then(({ code, stderr }) => Promise.reject(new Error(`the agent ended with ${code}: ${stderr}`)));
  const [message] = (await Promise.race([once(child, 'message'), ended])) as [{ type: string; url: string }];
  ended.catch(() => undefined);
  const { url } = message;
  return {
    url,
    async stop(signal) {
      child.kill(signal);
      return exit;
    },
    async signIn() {
      const body = { username: 'admin@example.com', password: 'click-demo' };
      const { data } = await createClickClient({ baseUrl: url }).POST('/authentication/login', { body });
      if (data === undefined) throw new Error('the demo administrator cannot sign in');
      return { ...createClickClient({ baseUrl: url, token: data.jwtToken }), token: data.jwtToken };
    },
  };
}
