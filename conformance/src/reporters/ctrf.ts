// Owns the CTRF report (ctrf.io): the same checks in the format that CI dashboards read.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CheckResult, levelOf, type RunResult, type Status } from '../result.ts';
import { replayOf } from './repeat.ts';
import type { Reporter } from './reporter.ts';

const ctrfStatuses = ['passed', 'failed', 'skipped', 'pending', 'other'] as const;
type CtrfStatus = (typeof ctrfStatuses)[number];

/** CTRF has five words; ours stands beside each of them as `rawStatus`, so that nothing is merged. */
const statusOf: Readonly<Record<Status, CtrfStatus>> = {
  passed: 'passed',
  failed: 'failed',
  blocked: 'pending',
  'not-applicable': 'skipped',
  error: 'other',
  expected: 'other',
  unscored: 'other',
};

export function toCtrf(result: RunResult): string {
  const { run, kit, checks, verdict, contract, target, counts } = result;
  const start = Date.parse(run.startedAt);
  const count = (status: CtrfStatus): number => checks.filter((check) => statusOf[check.status] === status).length;
  const document = {
    reportFormat: 'CTRF',
    specVersion: '0.0.0',
    timestamp: new Date(start + run.ms).toISOString(),
    generatedBy: `${kit.name} ${kit.version}`,
    results: {
      tool: { name: kit.name, version: kit.version },
      summary: {
        tests: checks.length,
        ...Object.fromEntries(ctrfStatuses.map((status) => [status, count(status)])),
        suites: new Set(checks.map(({ controller }) => controller)).size,
        start,
        stop: start + run.ms,
        duration: run.ms,
        extra: { verdict, counts },
      },
      tests: checks.map((check) => testOf(check, result)),
      environment: {
        appName: contract.title,
        appVersion: contract.version,
        testEnvironment: target.url,
        extra: { runId: run.id, contract: contract.digest, spawned: target.spawned, reachable: target.reachable },
      },
    },
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function testOf(check: CheckResult, { target }: RunResult): object {
  const { id, title, controller, status, reason, failures, ms, kind, operations, proves } = check;
  const message = failures[0]?.message ?? reason;
  const trace = failures
    .map(({ level, message: rule, expected, actual }) =>
      [`${level}: ${rule}`, expected && `expected: ${expected}`, actual && `actual: ${actual}`].filter(Boolean).join('\n'),
    )
    .join('\n\n');
  return {
    name: `${id}: ${title}`,
    status: statusOf[status],
    rawStatus: status,
    duration: ms,
    suite: [controller],
    type: kind,
    tags: [levelOf(check), ...operations],
    ...(message !== undefined && { message }),
    ...(trace !== '' && { trace }),
    extra: { id, proves, ...(status === 'passed' ? {} : { replay: replayOf(check, target) }) },
  };
}

export const ctrfReporter = (directory: string): Reporter => ({
  finish: async (result) => {
    const path = join(directory, 'ctrf.json');
    await writeFile(path, toCtrf(result));
    return path;
  },
});
