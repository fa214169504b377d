// Owns what a run says of each requirement: as good as the worst of the checks that prove it.
import {
  type CheckResult,
  levelOf,
  levels,
  type RequirementResult,
  type RequirementStatus,
  requirementStatuses,
  type Status,
} from '../result.ts';
import { isObservable, type Requirement } from './register.ts';

type Judged = Pick<CheckResult, 'id' | 'controller' | 'level' | 'status' | 'standing' | 'failures' | 'proves' | 'cutShort'>;

export function requirementResults(requirements: readonly Requirement[], results: readonly Judged[]): RequirementResult[] {
  const byRequirement = new Map<string, Judged[]>();
  for (const result of results) for (const id of result.proves) byRequirement.set(id, [...(byRequirement.get(id) ?? []), result]);
  return requirements.filter(isObservable).map(({ id, level, text }) => {
    const proving = byRequirement.get(id) ?? [];
    return {
      id,
      level,
      text,
      status: statusOf(level, proving),
      controllers: [...new Set(proving.map(({ controller }) => controller))],
      checks: proving.map((check) => check.id),
    };
  });
}

/** Also for the part of the checks that belong to one controller. */
export function statusOf(level: Requirement['level'], proving: readonly Judged[]): RequirementStatus {
  if (proving.length === 0) return 'not-executed';
  const outcomes = proving.map((check) => outcomeFor(level, check));
  if (outcomes.includes('failed')) return 'failed';
  if (outcomes.includes('blocked') || outcomes.includes('error')) return 'blocked';
  return outcomes.includes('passed') ? 'passed' : 'not-applicable';
}

/** A check that failed only at a weaker level, and came to its end all the same, has shown that its stronger rules hold. */
function outcomeFor(level: Requirement['level'], check: Judged): Status {
  const outcome = check.standing?.outcome ?? check.status;
  if (outcome !== 'failed') return outcome;
  const worst = levelOf({ ...check, status: 'failed' });
  if (levels.indexOf(worst) <= levels.indexOf(level)) return 'failed';
  return check.cutShort === true ? 'blocked' : 'passed';
}

/** One line for summaries. */
export function requirementLine(results: readonly Pick<RequirementResult, 'level' | 'status'>[]): string {
  const { failed, blocked, ...counts } = requirementCounts(results);
  const passed = (['MUST', 'SHOULD'] as const).map((level) => {
    const of = requirementCounts(results.filter((result) => result.level === level));
    return `${of.passed}/${of.total} ${level}`;
  });
  const rest = { failed, blocked, 'not executed': counts['not-executed'], 'not applicable': counts['not-applicable'] };
  const others = Object.entries(rest).flatMap(([name, count]) => (count > 0 ? [`${count} ${name}`] : []));
  return [`${passed.join(' and ')} passed`, ...others].join(', ');
}

export type RequirementCounts = Readonly<Record<RequirementStatus, number>> & { readonly total: number };

export function requirementCounts(results: readonly Pick<RequirementResult, 'status'>[]): RequirementCounts {
  const of = (status: RequirementStatus): number => results.filter((result) => result.status === status).length;
  const counts = Object.fromEntries(requirementStatuses.map((status) => [status, of(status)])) as Record<RequirementStatus, number>;
  return { ...counts, total: results.length };
}
