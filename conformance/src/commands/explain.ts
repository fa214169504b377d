// Owns `explain`: what a requirement says and which checks prove it, or what a check does and which requirements it proves.
import { exitCodes } from '../exit-codes.ts';
import type { Check } from '../kit/check.ts';
import { loadContract } from '../kit/contract.ts';
import { UsageError } from '../kit/faults.ts';
import { loadChecks } from '../kit/load-checks.ts';
import { nearest } from '../kit/near-misses.ts';
import { loadRegister, type Requirement } from '../kit/register.ts';
import type { Command } from './command.ts';
import { parseWith } from './options.ts';

export const explain: Command = {
  summary: 'show a requirement or a check',
  help: `Usage: click-conformance explain ID [options]

  ID       of a requirement, such as CLOUD-S2S-003, or of a check, such as cloud.upload.bytes-arrive
  --json   as JSON`,
  run: async (args, { terminal }) => {
    const {
      values: { json },
      given: [id],
    } = parseWith(['ID'] as const, args, { json: { type: 'boolean', default: false } });
    const contract = loadContract();
    const [requirements, checks] = [loadRegister(contract), await loadChecks(contract)];
    const requirement = requirements.find((candidate) => candidate.id === id.toUpperCase());
    const check = checks.find((candidate) => candidate.id === id.toLowerCase());
    if (requirement === undefined && check === undefined) throw unknown(id, [...requirements, ...checks]);
    const found = requirement === undefined ? checkView(check as Check, requirements) : requirementView(requirement, checks);
    terminal.write(`${json ? JSON.stringify(found.data, undefined, 2) : found.lines.join('\n')}\n`);
    return exitCodes.passed;
  },
};

interface View {
  readonly data: object;
  readonly lines: readonly string[];
}

function requirementView(requirement: Requirement, checks: readonly Check[]): View {
  const { id, level, text, source, pointer, observable } = requirement;
  const proving = checks.filter(({ proves }) => proves.includes(id));
  const seen = observable === true ? [] : [`  not observable: ${observable.no}`];
  return {
    data: { ...requirement, provenBy: proving.map((check) => check.id) },
    lines: [
      `${id}  ${level}  requirement`,
      `  ${text}`,
      `  source    ${source}`,
      `  contract  ${pointer}`,
      ...seen,
      ...(proving.length > 0
        ? ['proven by', ...table(proving.map((check) => [check.id, check.level, check.title]))]
        : ['proven by no check']),
    ],
  };
}

function checkView(
  { id, level, title, kind, controller, operations, statuses, proves, after, impact }: Check,
  register: readonly Requirement[],
): View {
  const proven = register.filter((requirement) => proves.includes(requirement.id));
  return {
    data: { id, level, title, kind, controller, operations, statuses, after, impact, proves },
    lines: [
      `${id}  ${level}  ${kind}`,
      `  ${title}`,
      `  controller  ${controller}`,
      `  operations  ${operations.join(', ') || 'none: it is about the channels'}`,
      `  impact      ${impact}`,
      ...(after.length > 0 ? [`  after       ${after.join(', ')}`] : []),
      ...(proven.length > 0
        ? ['proves', ...table(proven.map((requirement) => [requirement.id, requirement.level, requirement.text]))]
        : ['proves no requirement: what it looks at is a choice of this contract']),
    ],
  };
}

function table(rows: readonly (readonly [string, string, string])[]): string[] {
  const width = Math.max(...rows.map(([id]) => id.length));
  return rows.map(([id, level, text]) => `  ${id.padEnd(width)}  ${level.padEnd(6)}  ${text}`);
}

function unknown(id: string, known: readonly { readonly id: string }[]): UsageError {
  const near = nearest(
    id,
    known.map((item) => item.id),
  );
  return new UsageError(`there is no requirement and no check ${id}${near.length > 0 ? `; near it are ${near.join(', ')}` : ''}`);
}
