// `npm run soak -- 20`: full runs against fresh reference agents, all of which have to say the same. Further arguments go to `run`.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kitRun } from './kit-run.ts';
import { firstDifference, verdictFile } from './verdict-file.ts';

interface Soaked {
  readonly verdict: string;
  readonly file: string;
  readonly ms: number;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

async function one(number: number, args: readonly string[]): Promise<Soaked> {
  const folder = await mkdtemp(join(tmpdir(), 'click-soak-'));
  try {
    const { result } = await kitRun(['--spawn', ...args], folder);
    const { failed, blocked, error } = result.counts;
    const { verdict } = result.verdict;
    console.log(
      `run ${String(number).padStart(3)}  ${verdict.padEnd(10)}  failed ${failed}  blocked ${blocked}  error ${error}  ${seconds(result.run.ms)}`,
    );
    for (const { id, status, failures, reason } of result.checks)
      if (status === 'failed' || status === 'error' || status === 'blocked')
        console.log(`         ${status} ${id}: ${failures[0]?.message ?? ''} ${failures[0]?.actual ?? reason ?? ''}`);
    return { verdict, file: verdictFile(result), ms: result.run.ms };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function told(runs: readonly Soaked[]): boolean {
  const reds = runs.filter(({ verdict }) => verdict !== 'passed').length;
  const [first] = runs;
  const differences = runs.flatMap(({ file }, index) => {
    const difference = first === undefined ? undefined : firstDifference(first.file, file);
    return difference === undefined ? [] : [`run ${index + 1} differs from run 1 at ${difference}`];
  });
  const times = runs.map(({ ms }) => ms).sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)] ?? 0;
  console.log(`\nfalse reds     ${reds} in ${runs.length} runs`);
  console.log(`verdict files  ${differences.length === 0 ? 'equal but for times and ids' : differences.join('\n               ')}`);
  console.log(`duration       min ${seconds(times[0] ?? 0)}, median ${seconds(median)}, max ${seconds(times.at(-1) ?? 0)}`);
  return reds === 0 && differences.length === 0;
}

const [given = '20', ...args] = process.argv.slice(2);
const count = Number(given);
if (!Number.isInteger(count) || count < 1) {
  console.error(`npm run soak -- RUNS [options of run]: ${given} is no number of runs`);
  process.exitCode = 64;
} else {
  const runs: Soaked[] = [];
  for (let number = 1; number <= count; number += 1) runs.push(await one(number, args));
  process.exitCode = told(runs) ? 0 : 1;
}
