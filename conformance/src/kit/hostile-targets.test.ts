import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { fileReporters } from '../reporters/report-files.ts';
import { consoleReporter } from '../reporters/console.ts';
import { countsOf, type RunResult } from '../result.ts';
import { cuttingFrames, hostileTargets } from '../testing/hostile-targets.ts';
import { sampleResult } from '../testing/sample-result.ts';
import { schemaErrors } from '../testing/result-schema.ts';
import { loadContract } from './contract.ts';
import { newEnvironment } from './environment.ts';
import { HttpClient } from './http-client.ts';
import { loadChecks } from './load-checks.ts';
import { runChecks } from './runner.ts';
import { SchemaValidator } from './schema-validator.ts';
import { select } from './selection.ts';
import { spawnAgent } from './spawn-agent.ts';
import type { Target } from './target.ts';
import { judge } from './verdict.ts';

const contract = loadContract();
const validator = new SchemaValidator(contract);
const known = await loadChecks(contract);
const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const credentials = { username: 'admin@example.com', password: 'click-demo', type: 16 };
const timeoutMs = 250;
/** What the kit itself may need beside its waiting: a busy machine is no reason to fail. */
const slackMs = 15_000;

async function judged(target: Target, checks = known, checkMs = timeoutMs) {
  const { signal } = new AbortController();
  const made = newEnvironment({ contract, validator, target, timeoutMs: checkMs, signal });
  await made.http.close();
  const environment = { ...made, http: new HttpClient({ requestTimeoutMs: checkMs, responseBytes: 256 * 1024 }) };
  undo.push(() => environment.http.close());
  const begun = performance.now();
  const { results, reachable, interrupted, cleanupErrors } = await runChecks({ environment, checks, bail: false });
  const result: RunResult = environment.redactor.deep({
    ...sampleResult(results),
    target: { url: target.url, spawned: false, reachable },
    verdict: judge({ checks: results, interrupted, cleanupErrors }),
    cleanupErrors,
  });
  return { result, ms: performance.now() - begun };
}

/** Every format, as a reader of a failed run would open it. */
async function reportsOf(result: RunResult): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'hostile-'));
  undo.push(() => rm(folder, { recursive: true }));
  let said = '';
  const terminal = { write: (text: string) => void (said += text), isTTY: false, columns: 80 };
  await consoleReporter({ terminal, quiet: true, colour: false }).finish(result);
  const paths: string[] = [];
  for (const { finish } of fileReporters(folder)) paths.push((await finish(result)) ?? join(folder, 'events.ndjson'));
  return [said, ...(await Promise.all(paths.map((path) => readFile(path, 'utf8'))))];
}

const mustPassedOf = ({ checks }: RunResult) => {
  const { MUST } = countsOf(checks).byLevel;
  return MUST.passed / Object.values(MUST).reduce((sum, count) => sum + count, 0);
};

async function expectReadable(result: RunResult): Promise<void> {
  expect(schemaErrors(JSON.parse(JSON.stringify(result)))).toEqual([]);
  const reports = await reportsOf(result);
  expect(reports).toHaveLength(7);
  for (const report of reports) {
    // JUnit knows no verdict, only what became of each check.
    const words = report.startsWith('<?xml')
      ? { failed: '<failure ', incomplete: '<skipped ' }
      : { failed: 'failed', incomplete: 'incomplete' };
    expect(report.toLowerCase()).toContain(words[result.verdict.verdict === 'failed' ? 'failed' : 'incomplete']);
    expect(report).not.toContain(credentials.password);
  }
}

/** One of each controller where each check takes the whole timeout; else all of them. */
const checksFor = (name: string) =>
  /^(?:hangs|dribbles) after/.test(name)
    ? known.filter(({ controller }, index) => known.findIndex((check) => check.controller === controller) + 2 > index)
    : known;

describe('a target that', () => {
  it.each(hostileTargets)(
    '$name is $verdict, in time, with hardly a MUST passed and a readable report',
    { timeout: 60_000 },
    async (hostile) => {
      const target = await hostile.start();
      undo.push(target.close);
      const checks = checksFor(hostile.name);
      const { result, ms } = await judged({ url: target.url, credentials, spawned: false }, checks);
      expect(result.checks.filter(({ status }) => status === 'error').map(({ id, reason }) => `${id}: ${reason ?? ''}`)).toEqual([]);
      expect(result.verdict).toMatchObject({ verdict: hostile.verdict, exitCode: hostile.verdict === 'failed' ? 1 : 2 });
      expect(mustPassedOf(result)).toBeLessThan(0.05);
      expect(ms).toBeLessThan(checks.length * timeoutMs * 2 + slackMs);
      await expectReadable(result);
    },
  );

  it('drops the socket in the middle of a frame is failed, by the checks of the channels', { timeout: 60_000 }, async () => {
    const agent = await spawnAgent(new AbortController().signal);
    undo.push(() => agent.stop());
    const target = await cuttingFrames(agent.target.url);
    undo.push(target.close);
    const checks = [...select(known, ['authentication.login']), ...known.filter(({ controller }) => controller === 'Channels')];
    const { result } = await judged({ ...agent.target, url: target.url }, checks, 5000);
    const of = (id: string) => result.checks.find((check) => check.id === id);
    expect(result.verdict.verdict).toBe('failed');
    expect(of('authentication.login.success')?.status).toBe('passed');
    expect(of('channels.notification.after-a-call')).toMatchObject({ status: 'failed' });
    await expectReadable(result);
  });
});
