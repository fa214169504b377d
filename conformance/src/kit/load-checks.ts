// Owns finding the checks: every case file and every scenario file there is, next to the compiled or the written source.
import { readdir } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { type Case, checkOfCase } from './case.ts';
import type { Check } from './check.ts';
import type { Contract } from './contract.ts';
import { derivedCases } from './derived-cases.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** `.ts` when run from source, `.js` when run from the compiled package. */
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

export async function loadChecks(contract: Contract): Promise<Check[]> {
  const caseFiles = await filesBelow('cases', `.cases.${extension}`);
  const scenarioFiles = await filesBelow('scenarios', `.scenario.${extension}`);
  const cases: Case[] = [];
  for (const file of caseFiles) cases.push(...(await exported<Case>(file, 'cases')));
  const scenarios: Check[] = [];
  for (const file of scenarioFiles) scenarios.push(...(await exported<Check>(file, 'scenarios')));
  const checks = [...[...cases, ...derivedCases(contract)].map((definition) => checkOfCase(definition, contract)), ...scenarios];
  refuseDoubles(checks);
  return checks.sort((a, b) => placeOf(a) - placeOf(b));
}

/** Signing in first: when that does not work, its own checks shall say so before everything else is blocked. */
function placeOf({ controller, kind }: Check): number {
  const controllers = ['Authentication', 'Management', 'User', 'Cloud', 'TransferHistory', 'SSO', 'Channels'];
  return controllers.indexOf(controller) * 2 + (kind === 'case' ? 0 : 1);
}

async function filesBelow(folder: string, ending: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith(ending)).map((entry) => join(entry.parentPath, entry.name));
  if (files.length === 0) throw new Error(`There is no ${ending} file below ${join(root, folder)}: the package is incomplete.`);
  return files.sort();
}

async function exported<Item>(file: string, name: string): Promise<readonly Item[]> {
  const module = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  const items = module[name];
  if (!Array.isArray(items) || items.length === 0) throw new Error(`${file} exports no ${name}.`);
  return items as Item[];
}

function refuseDoubles(checks: readonly Check[]): void {
  const seen = new Set<string>();
  for (const { id } of checks) {
    if (seen.has(id)) throw new Error(`Two checks are called ${id}.`);
    seen.add(id);
  }
}
