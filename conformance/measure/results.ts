// `npm run conformance:results`: measures and writes docs/conformance-results.md. With names of parts, only those are measured anew.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadContract } from '../src/kit/contract.ts';
import { loadChecks } from '../src/kit/load-checks.ts';
import { loadRegister } from '../src/kit/register.ts';
import { hostile, mock, proofs, reference } from './measurements.ts';
import { type Measured, resultsPage } from './results-page.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'reports', 'results');
const page = join(root, 'docs', 'conformance-results.md');
const parts = { reference, proofs, hostile, mock };
type Part = keyof typeof parts;
const names = Object.keys(parts) as Part[];

/** With the load average of the machine meanwhile: figures of a busy machine shall be known as such. */
interface Kept {
  readonly value: unknown;
  readonly load: number;
}

/** Measured now, or as it was measured last: the proofs alone take minutes. */
async function measured(name: Part, anew: boolean): Promise<Kept> {
  const file = join(folder, `${name}.json`);
  if (!anew) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) return JSON.parse(text) as Kept;
  }
  console.log(`measuring: ${name}`);
  const kept: Kept = { value: await parts[name](), load: Math.round(loadavg()[1] ?? 0) };
  await writeFile(file, JSON.stringify(kept));
  return kept;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !names.some((known) => known === name));
if (unknown.length > 0) {
  console.error(`there is no part ${unknown.join(', ')}; there are ${names.join(', ')}`);
  process.exitCode = 64;
} else {
  await mkdir(folder, { recursive: true });
  const all: Partial<Record<Part, Kept>> = {};
  for (const name of names) all[name] = await measured(name, wanted.length === 0 || wanted.includes(name));
  const contract = loadContract();
  const controllers = new Map((await loadChecks(contract)).map(({ id, controller }) => [id, controller]));
  const loads = names.map((name) => `${name} ${all[name]?.load}`).join(', ');
  const machine = `Node ${process.versions.node}, ${availableParallelism()} cores, load average meanwhile: ${loads}`;
  const values = Object.fromEntries(names.map((name) => [name, all[name]?.value])) as unknown as Measured;
  await writeFile(page, resultsPage({ ...values, register: loadRegister(contract), controllers, machine }));
  execFileSync('oxfmt', [page]);
  console.log('docs/conformance-results.md is written');
}
