// Owns the JUnit report: one suite a controller, and real children for whatever did not pass.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CheckResult, countsOf, levelOf, type RunResult } from '../result.ts';
import { curlOf } from './curl.ts';
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

/** What is blocked could not run and what is not applicable need not: JUnit has one word for both, the message tells them apart. */
function totals(checks: readonly CheckResult[]): string {
  const counts = countsOf(checks);
  return `tests="${counts.total}" failures="${counts.failed}" errors="${counts.error}" skipped="${counts.blocked + counts['not-applicable']}"`;
}

function suiteOf(controller: string, checks: readonly CheckResult[]): string {
  const ms = checks.reduce((sum, check) => sum + check.ms, 0);
  return [
    `  <testsuite name="${escapeXml(controller)}" ${totals(checks)} time="${seconds(ms)}">`,
    ...checks.map(caseOf),
    '  </testsuite>',
  ].join('\n');
}

function caseOf(check: CheckResult): string {
  const open = `    <testcase name="${escapeXml(check.title)}" classname="${escapeXml(check.id)}" time="${seconds(check.ms)}"`;
  const child = childOf(check);
  return child === undefined ? `${open}/>` : `${open}>\n      ${child}\n    </testcase>`;
}

function childOf(check: CheckResult): string | undefined {
  switch (check.status) {
    case 'passed':
      return undefined;
    case 'failed':
      return `<failure type="${levelOf(check)}" message="${escapeXml(check.failures[0]?.message ?? '')}">${escapeXml(detailOf(check))}</failure>`;
    case 'error':
      return `<error type="kit" message="${escapeXml(check.reason ?? '')}"/>`;
    case 'blocked':
    case 'not-applicable':
      return `<skipped message="${escapeXml(`${check.status}: ${check.reason ?? ''}`)}"/>`;
  }
}

function detailOf({ failures, exchanges }: CheckResult): string {
  return failures
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
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

export const junitReporter = (directory: string): Reporter => ({
  finish: async (result) => {
    const path = join(directory, 'junit.xml');
    await writeFile(path, toJunit(result));
    return path;
  },
});
