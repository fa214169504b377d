// Owns the requirement register: every documented fact, read from requirements/*.yaml and held against the contract.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { type Contract, type Json, type JsonObject, objectOf } from './contract.ts';
import { KitFault, messageOf } from './faults.ts';

export interface Requirement {
  readonly id: string;
  /** MUST: stated by a page. SHOULD: inferred from one. What this contract chose is no requirement. */
  readonly level: 'MUST' | 'SHOULD';
  readonly text: string;
  /** Sheet and section. */
  readonly source: string;
  /** An operationId, or a JSON pointer into one of the bundles. */
  readonly pointer: string;
  /** Or why nobody can see it from outside. */
  readonly observable: true | { readonly no: string };
  /** The file that it stands in. */
  readonly area: string;
}

export interface RegisterFile {
  readonly area: string;
  readonly text: string;
}

const idPattern = /^(AUTH|USER|MGMT|CLOUD|HIST|SSO|WS|ERR)-[A-Z][A-Z0-9]*-\d{3}$/;
const fields = ['id', 'level', 'text', 'source', 'pointer', 'observable'];

/** Beside `src`, or beside the `dist` that the compiled file lies in. */
const folders = ['../../requirements', '../../../requirements'].map((path) => fileURLToPath(new URL(path, import.meta.url)));

export function loadRegister(contract: Contract): Requirement[] {
  const folder = folders.find((candidate) => existsSync(candidate));
  if (folder === undefined) throw new KitFault('There is no folder `requirements`: the package is incomplete.');
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  const files = names.sort().map((name) => ({ area: name.slice(0, -5), text: readFileSync(join(folder, name), 'utf8') }));
  return readRegister(files, contract);
}

export function readRegister(files: readonly RegisterFile[], contract: Contract): Requirement[] {
  const problems: string[] = [];
  const requirements = files.flatMap(({ area, text }) =>
    rowsOf(area, text, problems).flatMap((row, index) => {
      const wrong = problemsOf(row, contract);
      problems.push(...wrong.map((problem) => `${area}.yaml, ${typeof row.id === 'string' ? row.id : `row ${index + 1}`}: ${problem}`));
      return wrong.length === 0 ? [{ ...(row as unknown as Omit<Requirement, 'area'>), area }] : [];
    }),
  );
  const seen = new Set<string>();
  for (const { id, area } of requirements) {
    if (seen.has(id)) problems.push(`${area}.yaml, ${id}: the id is taken`);
    seen.add(id);
  }
  if (requirements.length === 0) problems.push('it is empty');
  if (problems.length > 0) throw new KitFault(`The requirement register is broken:\n  ${problems.join('\n  ')}`);
  return requirements;
}

function rowsOf(area: string, text: string, problems: string[]): JsonObject[] {
  try {
    const { requirements } = objectOf(parse(text) as Json);
    if (Array.isArray(requirements)) return requirements.map(objectOf);
    problems.push(`${area}.yaml: it has no list \`requirements\``);
  } catch (error) {
    problems.push(`${area}.yaml: ${messageOf(error)}`);
  }
  return [];
}

function problemsOf(row: JsonObject, contract: Contract): string[] {
  const { id, level, text, source, pointer, observable } = row;
  const isLine = (value: Json | undefined): boolean => typeof value === 'string' && value.trim() !== '' && !value.includes('\n');
  const rules: [boolean, string][] = [
    [typeof id === 'string' && idPattern.test(id), `the id has to look like CLOUD-S2S-003, not ${JSON.stringify(id)}`],
    [level === 'MUST' || level === 'SHOULD', `the level is MUST or SHOULD, not ${JSON.stringify(level)}`],
    [isLine(text), 'the text is one line'],
    [isLine(source), 'the source names a sheet and a section'],
    [typeof pointer === 'string' && resolves(pointer, contract), `the pointer ${JSON.stringify(pointer)} leads nowhere in the contract`],
    [observable === true || isLine(objectOf(observable).no), '`observable` is true, or says `no` with a reason'],
    [Object.keys(row).every((name) => fields.includes(name)), `the fields are ${fields.join(', ')}`],
  ];
  return rules.flatMap(([holds, problem]) => (holds ? [] : [problem]));
}

function resolves(pointer: string, { operations, http, channelDocument }: Contract): boolean {
  if (!pointer.startsWith('#/')) return [...operations.keys()].some((id) => id === pointer);
  const steps = pointer.slice(2).split('/');
  return [http, channelDocument].some(
    (document) => steps.reduce<Json | undefined>((at, step) => objectOf(at)[step], document) !== undefined,
  );
}

export const isObservable = ({ observable }: Requirement): boolean => observable === true;

/** The requirements of one topic that one operation has, for checks that are derived from the contract. */
export const requirementsOf = (requirements: readonly Requirement[], operationId: string, topic: string): string[] =>
  requirements.filter(({ id, pointer }) => pointer === operationId && id.split('-')[1] === topic).map(({ id }) => id);
