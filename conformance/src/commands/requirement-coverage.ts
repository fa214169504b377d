// Owns the part of `coverage` about requirements: proven by the checks there are, executed and passed in the run; the least, not the mean.
import type { Check } from '../kit/check.ts';
import { isObservable, type Requirement } from '../kit/register.ts';
import type { RequirementResult } from '../result.ts';

export interface RequirementCoverage {
  readonly id: string;
  readonly area: string;
  readonly level: Requirement['level'];
  /** Why it cannot be observed; such a one is left out of every share. */
  readonly notObservable?: string;
  readonly provenBy: number;
  /** Only with a run. */
  readonly status?: RequirementResult['status'];
}

export function requirementCoverage(
  requirements: readonly Requirement[],
  checks: readonly Pick<Check, 'proves'>[],
  run: readonly RequirementResult[] | undefined,
): RequirementCoverage[] {
  const proven = new Map<string, number>();
  for (const { proves } of checks) for (const id of proves) proven.set(id, (proven.get(id) ?? 0) + 1);
  const statuses = new Map(run?.map(({ id, status }) => [id, status]));
  return requirements.map(({ id, area, level, observable }) => {
    const status = statuses.get(id) ?? (run === undefined ? undefined : 'not-executed');
    return {
      id,
      area,
      level,
      provenBy: proven.get(id) ?? 0,
      ...(observable !== true && { notObservable: observable.no }),
      ...(observable === true && status !== undefined && { status }),
    };
  });
}

export const observableOf = (rows: readonly RequirementCoverage[]): RequirementCoverage[] =>
  rows.filter(({ notObservable }) => notObservable === undefined);

export function requirementText(rows: readonly RequirementCoverage[], requirements: readonly Requirement[]): string[] {
  const areas = [...new Set(rows.map(({ area }) => area))];
  const ran = rows.some(({ status }) => status !== undefined);
  const shares = areas.map((area) => shareOf(area, rows, ran));
  const least = [...shares].sort((a, b) => a.share - b.share)[0];
  const hidden = requirements.filter((requirement) => !isObservable(requirement));
  const open = observableOf(rows).filter(({ provenBy, status }) => provenBy === 0 || (ran && status !== 'passed'));
  return [
    `Requirements, by area${ran ? '' : ' (no run)'}`,
    ...shares.map(({ line }) => line),
    '',
    ...byReason(hidden),
    ...(open.length > 0 ? ['', ran ? 'not proven by this run:' : 'proven by no check:'] : []),
    ...open.map(
      ({ id, level, provenBy, status }) => `  ${id}  ${level}  ${provenBy === 0 ? 'no check proves it' : (status ?? 'not executed')}`,
    ),
    '',
    `requirements        ${totals(rows, ran)}`,
    `least covered area  ${least === undefined ? 'none' : `${least.area}, ${Math.floor(least.share * 100)} %`}`,
  ];
}

/** Of an area: the smaller of the two shares, that of its MUST and that of its SHOULD. */
function shareOf(area: string, rows: readonly RequirementCoverage[], ran: boolean): { area: string; share: number; line: string } {
  const own = rows.filter((row) => row.area === area);
  const parts = (['MUST', 'SHOULD'] as const).map((level) => {
    const of = observableOf(own).filter((row) => row.level === level);
    const proven = of.filter(({ provenBy }) => provenBy > 0).length;
    const passed = of.filter(({ status }) => status === 'passed').length;
    const executed = of.filter(({ status }) => status === 'passed' || status === 'failed').length;
    const text = `${level} ${proven}/${of.length} proven${ran ? `, ${executed} executed, ${passed} passed` : ''}`;
    return { share: of.length === 0 ? 1 : (ran ? Math.min(proven, executed) : proven) / of.length, text };
  });
  const hidden = own.length - observableOf(own).length;
  const line = `  ${area.padEnd(19)} ${parts.map(({ text }) => text.padEnd(ran ? 46 : 24)).join('')}${hidden} not observable`;
  return { area, share: Math.min(...parts.map(({ share }) => share)), line };
}

function byReason(hidden: readonly Requirement[]): string[] {
  const groups = new Map<string, string[]>();
  for (const { id, observable } of hidden) {
    const reason = observable === true ? '' : observable.no;
    groups.set(reason, [...(groups.get(reason) ?? []), id]);
  }
  return [...groups].map(([reason, ids]) => `not observable, because ${reason}: ${ids.join(', ')}`);
}

function totals(rows: readonly RequirementCoverage[], ran: boolean): string {
  const seen = observableOf(rows);
  const [must, should] = (['MUST', 'SHOULD'] as const).map((level) => {
    const of = seen.filter((row) => row.level === level);
    return `${of.filter(({ provenBy }) => provenBy > 0).length} of ${of.length} ${level}`;
  });
  const passed = ran ? `, ${seen.filter(({ status }) => status === 'passed').length} of ${seen.length} passed in the run` : '';
  return `${must} and ${should} proven by a check${passed} (${rows.length - seen.length} not observable, with the reason above)`;
}
