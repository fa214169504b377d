// Owns starting a fresh, ephemeral reference agent for one run, and ending it whatever happens.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { deadline } from './deadline.ts';
import { type Fixtures, startFixtures } from './fixtures/index.ts';
import type { Target } from './target.ts';

const agentPackage = '@click-kit/agent';
const readyDeadlineMs = 20_000;
const stopDeadlineMs = 10_000;
const keptOutput = 4000;

/** The seed of the reference agent (README, "Demo data"). */
const demo = { password: 'click-demo', type: 16 } as const;
const demoTotpSecret = 'JBSWY3DPEHPK3PXP';

export class AgentNotStarted extends Error {
  override readonly name = 'AgentNotStarted';
}

export interface SpawnedAgent {
  readonly target: Target;
  readonly stop: () => Promise<void>;
}

/** Its users are those of the demo, and stores that are down stay down: neither strong hashes nor patience help anybody here. */
const hasty = ['--password-rounds', '1', '--transfer-attempts', '3'];

export async function spawnAgent(signal: AbortSignal): Promise<SpawnedAgent> {
  const main = agentMain();
  const { fixtures, env, stop: stopFixtures } = await startFixtures();
  // Of a group of its own, so that Ctrl-C on the terminal ends the run in order and not the agent under it.
  const child = spawn(process.execPath, [main, '--ephemeral', '--port', '0', '--seed', 'demo', '--quiet', ...hasty], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: process.platform !== 'win32',
    env: { ...process.env, ...env },
  });
  const output = outputOf(child);
  const killOnExit = (): void => void child.kill('SIGKILL');
  process.once('exit', killOnExit);
  const stop = async (): Promise<void> => {
    await stopChild(child);
    await stopFixtures();
    process.off('exit', killOnExit);
  };
  try {
    const url = await readyUrl(child, output, signal);
    return { target: demoTarget(url, fixtures), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function agentMain(): string {
  const require = createRequire(import.meta.url);
  let manifest: string;
  try {
    manifest = require.resolve(`${agentPackage}/package.json`);
  } catch (error) {
    throw new AgentNotStarted(`--spawn needs the package ${agentPackage}, which is not installed here.`, { cause: error });
  }
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin: Record<string, string> };
  const main = join(dirname(manifest), bin['click-agent'] ?? '');
  if (!existsSync(main)) throw new AgentNotStarted('--spawn needs the reference agent to be built first: npm run build');
  return main;
}

const demoTarget = (url: string, fixtures: Fixtures): Target => ({
  url,
  fixtures,
  spawned: true,
  credentials: { username: 'admin@example.com', ...demo },
  mfaCredentials: { username: 'mfa@example.com', ...demo, totpSecret: demoTotpSecret },
  memberCredentials: { username: 'user@example.com', password: demo.password, type: 64 },
  strangerCredentials: { username: 'owner@example.org', ...demo },
});

function outputOf(child: ChildProcess): () => string {
  let text = '';
  const keep = (chunk: Buffer): void => void (text = (text + chunk.toString('utf8')).slice(-keptOutput));
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return () => text.trim();
}

function readyUrl(child: ChildProcess, output: () => string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const limit = deadline(readyDeadlineMs, signal);
    const fail = (why: string): void => {
      limit.clear();
      reject(new AgentNotStarted(`The reference agent ${why}.${output() === '' ? '' : ` It said: ${output()}`}`));
    };
    const tooLate = (): void => fail(limit.late() ? `was not ready within ${readyDeadlineMs} ms` : 'was not waited for');
    if (limit.signal.aborted) tooLate();
    else limit.signal.addEventListener('abort', tooLate, { once: true });
    child.once('error', (error) => fail(`could not be started: ${error.message}`));
    child.once('exit', (code, killedBy) => fail(`ended before it was ready (${killedBy ?? `exit code ${code}`})`));
    child.on('message', (message: { type?: unknown; url?: unknown }) => {
      if (message.type !== 'ready' || typeof message.url !== 'string') return;
      limit.clear();
      resolve(message.url);
    });
  });
}

/** SIGTERM lets it clean up after itself; SIGKILL follows when that takes too long. */
async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopDeadlineMs);
  await ended;
  clearTimeout(timer);
}
