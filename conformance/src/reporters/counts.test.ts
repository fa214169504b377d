import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../commands/run.ts';
import { countsOf, type RunResult, statuses } from '../result.ts';
import { ctrfSchema } from '../testing/ctrf-schema.ts';
import { countsIn, type ReportTexts } from '../testing/report-counts.ts';
import { schemaErrors } from '../testing/result-schema.ts';
import { sampleCheck, sampleResult } from '../testing/sample-result.ts';
import { consoleReporter } from './console.ts';
import { fileReporters } from './report-files.ts';
import type { Reporter } from './reporter.ts';

let folder = '';
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'reports-'))));
afterEach(() => rm(folder, { recursive: true }));

const files = {
  json: 'result.json',
  junit: 'junit.xml',
  html: 'report.html',
  markdown: 'summary.md',
  ctrf: 'ctrf.json',
  events: 'events.ndjson',
};

async function textsIn(directory: string, consoleText: string): Promise<ReportTexts> {
  expect((await readdir(directory)).sort()).toEqual(Object.values(files).sort());
  const texts = await Promise.all(
    Object.entries(files).map(async ([name, file]) => [name, await readFile(join(directory, file), 'utf8')] as const),
  );
  return { console: consoleText, ...(Object.fromEntries(texts) as Omit<ReportTexts, 'console'>) };
}

function terminal() {
  const said: string[] = [];
  return { said, write: (text: string) => void said.push(text), isTTY: false, columns: 80 };
}

async function reported(result: RunResult): Promise<ReportTexts> {
  const out = terminal();
  const reporters: Reporter[] = [consoleReporter({ terminal: out, quiet: false, colour: false }), ...fileReporters(folder)];
  const plan = { runId: result.run.id, targetUrl: result.target.url, contract: result.contract.title, total: 1, known: 1 };
  for (const reporter of reporters) {
    reporter.begin?.(plan);
    result.checks.forEach((check, index) => {
      reporter.started?.(check, index);
      reporter.ended?.(check, index);
    });
    await reporter.finish(result);
  }
  return await textsIn(folder, out.said.join(''));
}

function expectEqualCounts(texts: ReportTexts): void {
  const { counts, checks } = JSON.parse(texts.json) as RunResult;
  const expected = Object.fromEntries(statuses.map((status) => [status, counts[status]]));
  for (const [format, counted] of Object.entries(countsIn(texts))) expect(counted, format).toEqual(expected);
  expect(counts).toEqual(countsOf(checks));
  const suites = [...texts.junit.matchAll(/<testsuite [^>]*tests="(\d+)"/g)].map(([, tests]) => Number(tests));
  expect(suites.reduce((sum, tests) => sum + tests, 0)).toBe(counts.total);
  expect(suites).not.toContain(0);
}

function expectValid(texts: ReportTexts): void {
  expect(schemaErrors(JSON.parse(texts.json))).toEqual([]);
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  (addFormatsModule as unknown as typeof addFormatsModule.default)(ajv);
  const validate = ajv.compile(ctrfSchema);
  validate(JSON.parse(texts.ctrf));
  expect(validate.errors ?? []).toEqual([]);
}

describe('the counts', () => {
  it('are the same in every report of a result that has every state, at every level', async () => {
    const checks = statuses.flatMap((status, index) =>
      Array.from({ length: index + 1 }, (_none, number) =>
        sampleCheck(status, { id: `sample.${status}-${number}`, level: (['MUST', 'SHOULD', 'INFO'] as const)[number % 3] ?? 'MUST' }),
      ),
    );
    const texts = await reported(sampleResult(checks));
    expectEqualCounts(texts);
    expectValid(texts);
  });

  it('are the same when nothing ran', async () => {
    const texts = await reported(sampleResult([]));
    expectEqualCounts(texts);
    expectValid(texts);
    expect(texts.junit).not.toContain('<testsuite ');
  });

  it('are the same in every report of a real run, and no secret of it is in any', { timeout: 60_000 }, async () => {
    const out = terminal();
    const complaints: string[] = [];
    const checks = ['login', 'session', 'mfa', 'get-user', 'google'].map((topic) => `authentication.${topic}`);
    const only = [...checks, 'channels'].flatMap((pattern) => ['--only', pattern]);
    const code = await run.run(['--spawn', '--report-dir', folder, ...only], {
      terminal: out,
      complain: (line) => void complaints.push(line),
      env: {},
      cwd: folder,
      signal: new AbortController().signal,
    });
    const texts = await textsIn(folder, out.said.join(''));
    expect({ code, complaints }).toEqual({ code: 0, complaints: [] });
    expectEqualCounts(texts);
    expectValid(texts);
    const { checks: ran } = JSON.parse(texts.json) as RunResult;
    expect(ran.length).toBeGreaterThan(10);
    expect(ran.some(({ channels }) => channels?.includes('/notification'))).toBe(true);
    for (const [format, text] of Object.entries(texts)) {
      for (const secret of ['click-demo', 'JBSWY3DPEHPK3PXP', 'eyJ']) expect(text.includes(secret), `${secret} in ${format}`).toBe(false);
    }
  });
});

describe('the record of a run', () => {
  it('holds what was done so far when the run never comes to its end', async () => {
    const reporter = fileReporters(folder)[0];
    reporter?.begin?.({ runId: 'r', targetUrl: 'http://h', contract: 'c', total: 2, known: 2 });
    reporter?.started?.({ id: 'a' }, 0);
    reporter?.ended?.(sampleCheck('passed', { id: 'a' }), 0);
    reporter?.started?.({ id: 'b' }, 1);
    const lines = (await readFile(join(folder, 'events.ndjson'), 'utf8')).trim().split('\n');
    const events = lines.map((line) => JSON.parse(line) as { event: string; id?: string });
    expect(events.map(({ event }) => event)).toEqual(['begin', 'started', 'ended', 'started']);
    expect(events.at(-1)?.id).toBe('b');
  });
});
