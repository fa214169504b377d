// Owns child processes of a measurement: servers until the end, programs to their end, and what they used.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import type { ScriptLifetime } from './lifetime.ts';

/** Without what would lead a peer elsewhere: proxies, certificates, settings of this kit and of Node. */
export function cleanEnvironment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const foreign = /^(AWS_|CLICK_|NODE_|RCLONE_|npm_|(https?|no|all)_proxy$)/i;
  return { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name))), ...more };
}

/** The path of a program, or undefined when it is not installed. */
export function findProgram(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return [...folders, '/usr/local/bin', '/usr/sbin', '/usr/bin'].map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

/** Asks it to end, and makes it end when it does not. */
export async function endProcess(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (hasEnded(child) || child.pid === undefined) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(late);
}

/** Starts a server and waits until it answers at all; its output is shown when it ends before. */
export async function startServer(
  command: readonly [string, ...string[]],
  { url, env }: { url: string; env?: Readonly<Record<string, string>> },
  life: ScriptLifetime,
): Promise<ChildProcess> {
  const [program, ...args] = command;
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env: cleanEnvironment(env) });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)));
  child.once('error', (error) => (said += error.message));
  life.add(() => endProcess(child));
  for (const deadline = performance.now() + 30_000; ;) {
    const answered = await fetch(url).then(
      async (answer) => answer.body?.cancel().then(() => true) ?? true,
      () => false,
    );
    if (answered) return child;
    if (hasEnded(child) || child.pid === undefined || performance.now() > deadline)
      throw new Error(`${program} does not answer at ${url}: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export interface Sample {
  readonly seconds: number;
  /** Undefined where the system does not tell. */
  readonly peakMB: number | undefined;
  readonly cpuSeconds: number | undefined;
}

const gnuTime = findProgram('time');

/** Runs a program to its end; rejects with what it said when it fails. */
export async function runProgram(
  command: readonly string[],
  { folder, env }: { folder: string; env?: Readonly<Record<string, string>> },
  life: ScriptLifetime,
): Promise<Sample & { stdout: string }> {
  const facts = join(folder, '.time');
  writeFileSync(facts, '');
  const [program = '', ...args] = gnuTime === undefined ? command : [gnuTime, '-o', facts, '-f', '%U %S %M', ...command];
  const started = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: cleanEnvironment(env) });
  life.add(() => endProcess(child));
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-2000)));
  const [code] = (await once(child, 'close')) as [number | null];
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}: ${stderr}`);
  const used = /^([\d.]+) ([\d.]+) (\d+)$/m.exec(readFileSync(facts, 'utf8'));
  if (used === null) return { seconds, peakMB: undefined, cpuSeconds: undefined, stdout };
  return { seconds, peakMB: Number(used[3]) / 1024, cpuSeconds: Number(used[1]) + Number(used[2]), stdout };
}

/** Forgets the peak of a running process, so that the next `usedBy` tells that of one run (Linux: proc_pid_clear_refs(5)). */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

const ticksPerSecond = 100;

export function usedBy(pid: number): { peakMB: number; cpuSeconds: number } {
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  // The name of the program may hold spaces; the fields after it are counted from its closing bracket (proc_pid_stat(5)).
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return { peakMB: Number(peak) / 1024, cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond };
}
