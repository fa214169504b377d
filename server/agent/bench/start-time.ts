// Owns the start: from spawning the built agent to its first answer, on a new data directory with demo seed.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { readyUrl, stopChild } from './subjects.ts';

/** Milliseconds of each start. */
export async function measureStart(times: number): Promise<number[]> {
  const samples: number[] = [];
  for (let run = 0; run < times; run += 1) {
    const started = performance.now();
    const child = fork(fileURLToPath(new URL('../dist/main.js', import.meta.url)), ['--ephemeral', '--port', '0', '--quiet'], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const url = await readyUrl(child);
    const answer = await fetch(`${url}/management/agent_status`);
    if (!answer.ok) throw new Error(`the agent answered ${answer.status}`);
    samples.push(performance.now() - started);
    await stopChild(child);
  }
  return samples;
}
