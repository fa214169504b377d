// Owns the page docs/conformance-results.md: from measurements to Markdown, without a path, a host or a port in it.
import { totalsOf } from '../src/kit/coverage.ts';
import type { Requirement } from '../src/kit/register.ts';
import type { Counts } from '../src/result.ts';
import type { Hostile, Mocked, Proven, Reference } from './measurements.ts';

export interface Measured {
  readonly proofs: Proven;
  readonly reference: Reference;
  readonly hostile: readonly Hostile[];
  readonly mock: Mocked;
}

export interface PageParts extends Measured {
  readonly register: readonly Requirement[];
  /** Check id -> controller. */
  readonly controllers: ReadonlyMap<string, string>;
  readonly machine: string;
}

type Row = readonly (string | number)[];

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const executed = ({ passed, failed }: Counts): number => passed + failed;
const cell = (value: string | number): string =>
  String(value)
    .replaceAll('|', String.raw`\|`)
    .replaceAll(/\s+/g, ' ');
const line = (cells: Row): string => `| ${cells.map(cell).join(' | ')} |`;
const table = (head: Row, rows: readonly Row[]): string[] => [line(head), line(head.map(() => '---')), ...rows.map(line), ''];

function countBy<Item>(items: readonly Item[], key: (item: Item) => string): [string, Item[]][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return [...groups];
}

export const resultsPage = (parts: PageParts): string =>
  [
    '# Results of the conformance kit',
    '',
    '<!-- Written by `npm run conformance:results`; do not edit. -->',
    '',
    `Contract ${parts.reference.full.contract.version} (digest ${parts.reference.full.contract.digest}), ${parts.machine}. Durations are those of that machine; above a load of its cores they are longer than those of a quiet one.`,
    '',
    ...referencePart(parts.reference),
    ...coveragePart(parts),
    ...killPart(parts),
    ...hostilePart(parts.hostile),
    ...mockPart(parts.mock),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');

function referencePart({ full, smoke, slowest }: Reference): string[] {
  const { counts, verdict, ms } = full;
  return [
    '## The reference agent',
    '',
    ...table(
      ['selection', 'verdict', 'checks', 'passed', 'failed', 'blocked', 'duration'],
      [
        ['all', verdict.verdict, counts.total, counts.passed, counts.failed, counts.blocked, seconds(ms)],
        ['`--smoke`', smoke.verdict, smoke.checks, '', '', '', seconds(smoke.ms)],
      ],
    ),
    `The slowest checks: ${slowest.map(({ id, ms: took }) => `\`${id}\` ${seconds(took)}`).join(', ')}.`,
    '',
  ];
}

function coveragePart({ reference, register }: PageParts): string[] {
  const { coverage, requirements } = reference.full;
  const totals = totalsOf(coverage);
  const proven = (level: string): Row => {
    const of = requirements.filter((requirement) => requirement.level === level);
    const hidden = register.filter((requirement) => requirement.level === level && requirement.observable !== true);
    return [`${level} requirements`, of.filter(({ status }) => status === 'passed').length, of.length, hidden.length];
  };
  const left = [
    ...coverage.operations.flatMap(({ operation, statuses }) =>
      statuses.map((status) => ({ ...status, what: `${operation} ${status.status}` })),
    ),
    ...coverage.frames.map((frame) => ({ ...frame, what: frame.message })),
  ].filter(({ reason }) => reason !== undefined);
  return [
    '## Coverage',
    '',
    ...table(
      ['what', 'covered', 'of', 'left out, with a reason'],
      [
        ['operations', totals.operations.exercised, totals.operations.known, 0],
        ['operation × documented status', totals.statuses.exercised, totals.statuses.known, totals.statuses.excluded],
        ['frame types', totals.frames.exercised, totals.frames.known, totals.frames.excluded],
        proven('MUST'),
        proven('SHOULD'),
      ],
    ),
    'Left out:',
    '',
    ...countBy(left, ({ reason }) => reason ?? '').map(([reason, items]) => `- ${items.length} × ${reason}`),
    '',
  ];
}

function killPart({ proofs, controllers }: PageParts): string[] {
  const rows = countBy(proofs.proofs, ({ check }) => controllers.get(check) ?? 'none').map(([controller, of]): Row => {
    const killed = of.filter(({ outcome }) => outcome === 'killed').length;
    return [controller, new Set(of.map(({ check }) => check)).size, of.length, killed, `${((killed / of.length) * 100).toFixed(1)} %`];
  });
  const survived = proofs.proofs.filter(({ outcome }) => outcome !== 'killed');
  return [
    '## Kill rate',
    '',
    'Each proof is one fault in front of the reference agent, and the one check that has to turn red because of it.',
    '',
    ...table(
      ['controller', 'checks', 'faults', 'killed', 'kill rate'],
      [...rows, ['all', '', proofs.total, proofs.killed, `${(proofs.killRate * 100).toFixed(1)} %`]],
    ),
    `MUST checks with a proof: ${proofs.mustChecks - proofs.unproven.length} of ${proofs.mustChecks}. ` +
      `False reds while no fault was on: ${proofs.falseReds.length}. Duration: ${seconds(proofs.ms)}.`,
    '',
    ...(survived.length === 0 ? [] : [`Survived: ${survived.map(({ id }) => `\`${id}\``).join(', ')}.`, '']),
  ];
}

function hostilePart(rows: readonly Hostile[]): string[] {
  return [
    '## Hostile targets',
    '',
    'None of them may end in passed. Asked with `--timeout 1000 --max-time 30000`; what has not run by then is blocked.',
    '',
    ...table(
      ['a target that', 'verdict', 'exit', 'executed', 'passed', 'failed', 'blocked', 'duration'],
      rows.map(({ name, verdict, exitCode, counts, outOfTime, ms }) => [
        name,
        verdict,
        exitCode ?? 'none',
        executed(counts),
        counts.passed,
        counts.failed,
        counts.blocked,
        `${seconds(ms)}${outOfTime ? ', the limit' : ''}`,
      ]),
    ),
    'What passes at such a target is what can be true of it: a refusal that is due, for instance, at one that refuses everything.',
    '',
  ];
}

function mockPart({ verdict, counts, ms, checks }: Mocked): string[] {
  const of = (status: string) => checks.filter((check) => check.status === status);
  const failedMust = of('failed').filter(({ level }) => level === 'MUST');
  return [
    '## The mock of this repository',
    '',
    'Prism answers the examples of the contract: it remembers nothing, moves no byte and has no channels. The kit says so.',
    '',
    `Verdict: **${verdict.verdict}** (${verdict.reasons.join('; ')}) in ${seconds(ms)}: ${counts.passed} passed, ${counts.failed} failed, ` +
      `${counts.blocked} blocked, ${counts['not-applicable']} not applicable of ${counts.total}.`,
    '',
    ...table(
      ['controller', 'passed', 'failed', 'blocked'],
      countBy(checks, ({ controller }) => controller).map(([controller, rows]) => [
        controller,
        ...['passed', 'failed', 'blocked'].map((status) => rows.filter((row) => row.status === status).length),
      ]),
    ),
    ...table(
      ['blocked', 'because'],
      countBy(of('blocked'), ({ said }) => said).map(([said, rows]) => [rows.length, said]),
    ),
    ...table(
      ['failed MUST check', 'what does not hold first'],
      failedMust.map(({ id, said }) => [`\`${id}\``, said]),
    ),
  ];
}
