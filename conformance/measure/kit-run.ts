// Owns running the compiled kit as a user does, and reading what it left.
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunResult } from '../src/result.ts';

const cli = fileURLToPath(new URL('../dist/src/cli.js', import.meta.url));

export interface KitRun {
  readonly code: number | null;
  readonly result: RunResult;
  /** From the start of the process to its end: more than the run itself. */
  readonly ms: number;
}

export async function kitRun(args: readonly string[], folder: string, env: NodeJS.ProcessEnv = {}): Promise<KitRun> {
  const begun = performance.now();
  const child = spawn(process.execPath, [cli, 'run', '--quiet', '--yes', '--report-dir', folder, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env },
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const text = await readFile(join(folder, 'result.json'), 'utf8');
  return { code, result: JSON.parse(text) as RunResult, ms: Math.round(performance.now() - begun) };
}
