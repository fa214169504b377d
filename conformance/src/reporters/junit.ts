// Owns the JUnit report: one suite a controller, and real children for whatever did not pass.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CheckResult, countsOf, levelOf, type RunResult } from '../result.ts';
import { curlOf } from './curl.ts';
import { replayOf, wscatOf } from './repeat.ts';
import type { Reporter } from './reporter.ts';

/** Control characters may not stand in XML 1.0, escaped or not. */
// oxlint-disable-next-line no-control-regex
const illegal = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;

export const escapeXml = (text: string): string =>
  text
    .replace(illegal, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;');

export function toJunit(result: RunResult): string {
  const controllers = [...new Set(result.checks.map(({ controller }) => controller))];
  const suites = controllers.map((controller) =>
    suiteOf(
      controller,
      result.checks.filter((check) => check.controller === controller),
      result,
    ),
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="click-conformance" ${totals(result.checks)} time="${seconds(result.run.ms)}">`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

/** Blocked, not applicable, expected, unscored: JUnit has one word for all that does not decide, the message tells them apart. */
function totals(checks: readonly CheckResult[]): string {
  const counts = countsOf(checks);
  return `tests="${counts.total}" failures="${counts.failed}" errors="${counts.error}" skipped="${counts.total - counts.passed - counts.failed - counts.error}"`;
}

function suiteOf(controller: string, checks: readonly CheckResult[], result: RunResult): string {
  const ms = checks.reduce((sum, check) => sum + check.ms, 0);
  return [
    `  <testsuite name="${escapeXml(controller)}" ${totals(checks)} time="${seconds(ms)}">`,
    ...checks.map((check) => caseOf(check, result)),
    '  </testsuite>',
  ].join('\n');
}

function caseOf(check: CheckResult, result: RunResult): string {
  const open = `    <testcase name="${escapeXml(check.title)}" classname="${escapeXml(check.id)}" time="${seconds(check.ms)}"`;
  const child = childOf(check, result);
  return child === undefined ? `${open}/>` : `${open}>\n      ${child}\n    </testcase>`;
}

function childOf(check: CheckResult, result: RunResult): string | undefined {
  switch (check.status) {
    case 'passed':
      return undefined;
    case 'failed':
      return `<failure type="${levelOf(check)}" message="${escapeXml(check.failures[0]?.message ?? '')}">${escapeXml(detailOf(check, result))}</failure>`;
    case 'error':
      return `<error type="kit" message="${escapeXml(check.reason ?? '')}"/>`;
    case 'blocked':
    case 'not-applicable':
    case 'expected':
    case 'unscored':
      return `<skipped message="${escapeXml(`${check.status}: ${check.reason ?? ''}`)}"/>`;
  }
}

function detailOf(check: CheckResult, { target }: RunResult): string {
  const { failures, exchanges } = check;
  const deviations = failures
    .map(({ level, message, expected, actual, exchange }) => {
      const during = exchange === undefined ? undefined : exchanges[exchange];
      const lines = [
        `${level}: ${message}`,
        expected === undefined ? undefined : `expected: ${expected}`,
        actual === undefined ? undefined : `actual: ${actual}`,
        during && `during: ${during.request.method} ${during.request.url} -> ${during.response?.status ?? 'no answer'}`,
        during && curlOf(during),
      ];
      return lines.filter((line) => line !== undefined).join('\n');
    })
    .join('\n\n');
  return [deviations, '', ...wscatOf(check, target), replayOf(check, target)].join('\n');
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

export const junitReporter = (directory: string): Reporter => ({
  finish: async (result) => {
    const path = join(directory, 'junit.xml');
    await writeFile(path, toJunit(result));
    return path;
  },
});
