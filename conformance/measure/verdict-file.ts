// Owns what two runs have to have in common: the result without evidence and measures, its times, ids and ports replaced.
import type { RunResult } from '../src/result.ts';

const variable: readonly (readonly [RegExp, string])[] = [
  [/\bckit-[0-9a-f]{8}\b/g, 'ckit-RUN'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, 'ID'],
  [/\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?/g, 'TIME'],
  [/\b(localhost|127\.0\.0\.1|\[::1\]):\d+/g, '$1:PORT'],
  [/\b\d+(?:\.\d+)? ms\b/g, 'N ms'],
];

const steady = (text: string): string => variable.reduce((all, [pattern, name]) => all.replaceAll(pattern, name), text);

/** As indented JSON, so that a difference has a line. */
export function verdictFile(result: RunResult): string {
  const { run, checks, coverage, ...rest } = result;
  const kept = {
    ...rest,
    run: { interrupted: run.interrupted, outOfTime: run.outOfTime, timeoutMs: run.timeoutMs, maxMs: run.maxMs },
    // How often a state was asked for depends on how long it took; what counts is whether it was seen.
    coverage: {
      operations: coverage.operations.map(({ operation, statuses }) => ({
        operation,
        seen: statuses.filter(({ exchanges }) => exchanges > 0).map(({ status }) => status),
      })),
      frames: coverage.frames.filter(({ frames }) => frames > 0).map(({ message }) => message),
    },
    checks: checks.map(({ ms: _ms, evidence: _evidence, exchanges: _exchanges, frames: _frames, failures, ...check }) => ({
      ...check,
      failures: failures.map(({ exchange: _exchange, ...failure }) => failure),
    })),
  };
  return steady(JSON.stringify(kept, undefined, 1));
}

/** The first lines that differ, or undefined. */
export function firstDifference(one: string, other: string): string | undefined {
  const [ours, theirs] = [one.split('\n'), other.split('\n')];
  const at = ours.findIndex((line, index) => line !== theirs[index]);
  if (at < 0 && ours.length === theirs.length) return undefined;
  const line = at < 0 ? ours.length : at;
  return `line ${line + 1}: ${(ours[line] ?? 'nothing').trim()} became ${(theirs[line] ?? 'nothing').trim()}`;
}
