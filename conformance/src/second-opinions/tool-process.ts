// Owns running a tool as a child process: with a deadline, with a limit on what is kept of its output, and ended whatever happens.
import { spawn, type ChildProcess } from 'node:child_process';

export interface ToolRun {
  readonly script: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

const keptOutput = 64 * 1024;
const stopDeadlineMs = 5000;

export class ToolFailed extends Error {
  override readonly name = 'ToolFailed';
}

export interface RunningTool {
  readonly output: () => string;
  /** Resolves with the first match in the output, or rejects when the tool ends or the deadline passes before. */
  readonly said: (pattern: RegExp, deadlineMs: number) => Promise<RegExpMatchArray>;
  readonly ended: Promise<number | null>;
  readonly stop: () => Promise<void>;
}

export function startTool({ script, args, cwd, env = {}, signal }: ToolRun): RunningTool {
  const child = spawn(process.execPath, [script, ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const heard = new Set<() => void>();
  const keep = (chunk: Buffer): void => {
    text = (text + chunk.toString('utf8')).slice(-keptOutput);
    heard.forEach((listen) => listen());
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  // Whoever waits for the end gets the error; nobody has to.
  ended.catch(() => undefined);
  const stop = (): Promise<void> => stopChild(child, ended);
  signal.addEventListener('abort', () => void stop(), { once: true });
  const said = (pattern: RegExp, deadlineMs: number): Promise<RegExpMatchArray> =>
    new Promise((resolve, reject) => {
      const listen = (): void => {
        const match = text.match(pattern);
        if (match !== null) finish(() => resolve(match));
      };
      const fail = (why: string): void => finish(() => reject(new ToolFailed(`${why}. It said: ${text.trim().slice(-1000)}`)));
      const timer = setTimeout(() => fail(`it was not ready within ${deadlineMs} ms`), deadlineMs);
      const finish = (how: () => void): void => {
        clearTimeout(timer);
        heard.delete(listen);
        how();
      };
      heard.add(listen);
      ended.then(
        () => fail('it ended before it was ready'),
        (error: unknown) => fail(String(error)),
      );
      listen();
    });
  return { output: () => text, said, ended, stop };
}

async function stopChild(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopDeadlineMs);
  await ended.catch(() => undefined);
  clearTimeout(timer);
}
