// Owns reading the counts back out of each report, as a reader of that format would, for the test that they are equal.
import { type RunResult, type Status, statuses } from '../result.ts';

export type Counted = Record<Status, number>;

export interface ReportTexts {
  readonly console: string;
  readonly json: string;
  readonly junit: string;
  readonly html: string;
  readonly markdown: string;
  readonly ctrf: string;
  readonly events: string;
}

const of = (count: (status: Status) => number): Counted => Object.fromEntries(statuses.map((status) => [status, count(status)])) as Counted;
const matches = (text: string, pattern: string): number => text.match(new RegExp(pattern, 'g'))?.length ?? 0;
const lineStarting = (text: string, start: string): string => text.split('\n').find((line) => line.startsWith(start)) ?? '';

/** JUnit has three words besides passed: the states that it calls skipped are told apart by their message. */
function junitCounts(junit: string): Counted {
  const total = matches(junit, '<testcase ');
  const skipped = matches(junit, '<skipped ');
  const [failed, error] = [matches(junit, '<failure '), matches(junit, '<error ')];
  return of((status) => {
    if (status === 'passed') return total - failed - error - skipped;
    if (status === 'failed') return failed;
    return status === 'error' ? error : matches(junit, `<skipped message="${status}: `);
  });
}

interface CtrfDocument {
  readonly results: { readonly tests: readonly { readonly rawStatus: string }[] };
}

export function countsIn(reports: ReportTexts): Record<keyof ReportTexts, Counted> {
  const json = JSON.parse(reports.json) as RunResult;
  const table = lineStarting(reports.console, 'all ').trim().split(/\s+/).slice(1).map(Number);
  const markdownRow = lineStarting(reports.markdown, '| all |')
    .split('|')
    .slice(2)
    .map((cell) => Number(cell));
  const { tests } = (JSON.parse(reports.ctrf) as CtrfDocument).results;
  return {
    console: of((status) => table[statuses.indexOf(status)] ?? -1),
    json: of((status) => json.checks.filter((check) => check.status === status).length),
    junit: junitCounts(reports.junit),
    html: of((status) => matches(reports.html, `<details[^>]*data-status="${status}"`)),
    markdown: of((status) => markdownRow[statuses.indexOf(status)] ?? -1),
    ctrf: of((status) => tests.filter(({ rawStatus }) => rawStatus === status).length),
    events: of((status) => matches(reports.events, `"event":"ended","index":\\d+,"result":\\{[^\\n]*"status":"${status}"`)),
  };
}
