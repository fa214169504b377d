// Owns the frozen sets: which checks score for a version of the contract, so that a kit with more checks gives the same verdict.
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import type { CheckResult, Standing } from '../result.ts';
import { messageOf, UsageError } from './faults.ts';
import { makeFolder } from './make-folder.ts';
import { readYaml } from './yaml-file.ts';

export interface FrozenSet {
  readonly contract: string;
  readonly checks: readonly string[];
}

const list = { type: 'array', items: { type: 'string' }, uniqueItems: true };
const setSchema = {
  type: 'object',
  required: ['contract', 'checks'],
  additionalProperties: false,
  properties: { contract: { type: 'string' }, checks: { ...list, minItems: 1 } },
};
const aliasSchema = { type: 'object', additionalProperties: { type: 'string' } };
const versionPattern = /^\d+\.\d+\.\d+[\w.+-]*$/;

/** Beside `src`, which lies one folder deeper once it is compiled. */
const root = import.meta.url.endsWith('.ts') ? '../..' : '../../..';
export const frozenFolder = fileURLToPath(new URL(`${root}/requirements/frozen`, import.meta.url));

async function versionsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names
    .filter((name) => name.endsWith('.yaml') && name !== 'aliases.yaml')
    .map((name) => name.slice(0, -5))
    .sort();
}

/** The set of a version, its retired ids replaced by what they are called now. */
export async function readFrozenSet(version: string, known: ReadonlySet<string>, folder = frozenFolder): Promise<FrozenSet> {
  const versions = await versionsIn(folder);
  if (!versions.includes(version))
    throw new UsageError(`there is no frozen set for version ${version}${versions.length > 0 ? `; there is ${versions.join(', ')}` : ''}`);
  const { content, at } = await readYaml<FrozenSet>(join(folder, `${version}.yaml`), 'frozen set', setSchema);
  if (content.contract !== version) throw new UsageError(`${at('contract')}: the set is of version ${content.contract}, not ${version}`);
  const aliases = await readAliases(folder);
  const checks = content.checks.map((id, index) => {
    const current = known.has(id) ? id : aliases[id];
    if (current === undefined || !known.has(current))
      throw new UsageError(`${at('checks', index)}: there is no check ${id} any more, and aliases.yaml does not say what it is called now`);
    return current;
  });
  return { contract: version, checks };
}

async function readAliases(folder: string): Promise<Record<string, string>> {
  const names = await readdir(folder);
  if (!names.includes('aliases.yaml')) return {};
  const { content } = await readYaml<Record<string, string> | null>(join(folder, 'aliases.yaml'), 'map of retired ids', {
    ...aliasSchema,
    type: ['object', 'null'],
  });
  return content ?? {};
}

/** `declared.*` comes from the profile of the target, not from the kit, so it scores whatever the set says. */
export function frozenStandingOf({ id, status }: CheckResult, { contract, checks }: FrozenSet): Standing | undefined {
  if (id.startsWith('declared.') || checks.includes(id) || status === 'not-applicable') return undefined;
  return { kind: 'not-scored', outcome: status, why: `it is newer than the frozen set of version ${contract}` };
}

export async function writeFrozenSet(folder: string, { contract, checks }: FrozenSet): Promise<string> {
  if (!versionPattern.test(contract)) throw new UsageError(`${contract} is no version of a contract`);
  const path = join(folder, `${contract}.yaml`);
  const head = `# Checks that score for version ${contract} of the contract. Written by \`click-conformance list --freeze\`.\n`;
  await makeFolder(folder).catch((error: unknown) => {
    throw new UsageError(`the frozen set cannot be written to ${folder}: ${messageOf(error)}`, { cause: error });
  });
  try {
    await writeFile(path, `${head}${stringify({ contract, checks: [...checks].sort() })}`, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw new UsageError(`the frozen set cannot be written to ${path}: ${messageOf(error)}`, { cause: error });
    throw new UsageError(`${path} exists: a frozen set is not written twice. Delete it first if no release has used it`, { cause: error });
  }
  return path;
}
