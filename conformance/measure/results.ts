// `npm run conformance:results`: measures and writes docs/conformance-results.md. With names of parts, only those are measured anew.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadContract } from '../src/kit/contract.ts';
import { loadChecks } from '../src/kit/load-checks.ts';
import { loadRegister } from '../src/kit/register.ts';
import { hostile, mock, proofs, reference } from './measurements.ts';
import { type Measured, resultsPage } from './results-page.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const kept = join(root, 'reports', 'results');
const page = join(root, 'docs', 'conformance-results.md');
const parts = { reference, proofs, hostile, mock };
type Part = keyof typeof parts;
const names = Object.keys(parts) as Part[];

/** Measured now, or as it was measured last: the proofs alone take minutes. */
async function measured(name: Part, anew: boolean): Promise<unknown> {
  const file = join(kept, `${name}.json`);
  if (!anew) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) return JSON.parse(text) as unknown;
  }
  console.log(`measuring: ${name}`);
  const value = await parts[name]();
  await writeFile(file, JSON.stringify(value));
  return value;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !names.some((known) => known === name));
if (unknown.length > 0) {
  console.error(`there is no part ${unknown.join(', ')}; there are ${names.join(', ')}`);
  process.exitCode = 64;
} else {
  await mkdir(kept, { recursive: true });
  const all: Partial<Record<Part, unknown>> = {};
  for (const name of names) all[name] = await measured(name, wanted.length === 0 || wanted.includes(name));
  const contract = loadContract();
  const controllers = new Map((await loadChecks(contract)).map(({ id, controller }) => [id, controller]));
  const machine = `Node ${process.versions.node}, ${availableParallelism()} cores`;
  await writeFile(page, resultsPage({ ...(all as unknown as Measured), register: loadRegister(contract), controllers, machine }));
  console.log('docs/conformance-results.md is written');
}
