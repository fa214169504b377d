import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CheckResult } from '../result.ts';
import { sampleCheck } from '../testing/sample-result.ts';
import { type Exceptions, noExceptions, readExceptions, staleEntries } from './expected-failures.ts';
import { withStanding } from './standing.ts';
import { judge } from './verdict.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'click-expected-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const today = '2026-06-15';
const failed = sampleCheck('failed', { id: 'a.failed' });
const passed = sampleCheck('passed', { id: 'a.passed' });
const row = (check: string, more = 'reason: ticket 12, owner: storage team, expires: 2026-06-15') => `{check: ${check}, ${more}}`;

async function read(text: string): Promise<Exceptions> {
  await writeFile(join(folder, 'known.yaml'), text);
  return await readExceptions(join(folder, 'known.yaml'));
}

/** Everything as a run does it: standing, stale entries, verdict. */
function judged(exceptions: Exceptions, checks: readonly CheckResult[]) {
  const results = checks.map((check) => withStanding(check, { exceptions, frozen: undefined }));
  const stale = staleEntries(exceptions, new Set(['a.failed', 'a.passed']), results, today);
  return { results, stale, ...judge({ checks: results, interrupted: false, cleanupErrors: [], stale }) };
}

describe('an expected failure', () => {
  it('that fails is reported as expected and does not decide', async () => {
    const { results, verdict, reasons } = judged(await read(`expected: [${row('a.failed')}]`), [failed, passed]);
    expect(results[0]).toMatchObject({ status: 'expected', standing: { kind: 'expected', outcome: 'failed', owner: 'storage team' } });
    expect(verdict).toBe('passed');
    expect(reasons).toEqual(['1 check failed as expected']);
  });

  it.each([
    ['passes', row('a.passed'), 'the check passes'],
    ['names no check', row('a.nothing'), 'there is no such check'],
    ['has expired', row('a.failed', 'reason: r, owner: o, expires: 2026-06-14'), 'it expired on 2026-06-14'],
    ['has no owner', row('a.failed', 'reason: r, expires: 2026-12-31'), 'nobody owns it'],
    ['has no reason', row('a.failed', 'owner: o, expires: 2026-12-31'), 'it gives no reason'],
    ['has an empty reason', row('a.failed', 'reason: "  ", owner: o, expires: 2026-12-31'), 'it gives no reason'],
    ['never expires', row('a.failed', 'reason: r, owner: o'), 'it does not say when it expires'],
  ])('that %s is stale and fails the run', async (_what, entry, problem) => {
    const { stale, verdict, exitCode, reasons } = judged(await read(`expected:\n  - ${entry}`), [failed, passed]);
    expect(stale).toHaveLength(1);
    expect(stale[0]).toContain(problem);
    expect(stale[0]).toContain('known.yaml:2');
    expect({ verdict, exitCode }).toEqual({ verdict: 'failed', exitCode: 1 });
    expect(reasons).toContain('1 stale entry in the expected-failures file');
  });

  it('whose check was not selected is not stale', async () => {
    expect(judged(await read(`expected: [${row('a.failed')}]`), [passed])).toMatchObject({ stale: [], verdict: 'passed' });
  });

  it('that could not run still leaves the run incomplete', async () => {
    const blocked = sampleCheck('blocked', { id: 'a.failed' });
    expect(judged(await read(`expected: [${row('a.failed')}]`), [blocked, passed]).verdict).toBe('incomplete');
  });

  it('excuses nothing but its own check', async () => {
    expect(judged(await read(`expected: [${row('a.failed')}]`), [failed, passed, sampleCheck('failed', { id: 'b' })]).verdict).toBe(
      'failed',
    );
  });

  it('never makes a run green in which nothing else was executed', async () => {
    const { verdict, reasons } = judged(await read(`expected: [${row('a.failed')}]`), [failed]);
    expect(verdict).toBe('incomplete');
    expect(reasons).toEqual(['no check that decides was executed']);
  });
});

describe('a check that is known to be flaky', () => {
  const flaky = (check: string) => read(`flaky: [{check: ${check}, reason: races, owner: storage team}]`);

  it.each([
    [failed, 'failed'],
    [passed, 'passed'],
    [sampleCheck('blocked', { id: 'a.passed' }), 'blocked'],
  ] as const)('decides nothing, however it ends', async (check, outcome) => {
    const { results, verdict } = judged(await flaky(check.id), [check, sampleCheck('passed', { id: 'b' })]);
    expect(results[0]).toMatchObject({ status: 'unscored', standing: { kind: 'flaky', outcome } });
    expect(verdict).toBe('passed');
    expect(judged(await flaky(check.id), [check]).verdict).toBe('incomplete');
  });

  it('needs a reason and an owner too', async () => {
    expect(judged(await read('flaky: [{check: a.passed}]'), [passed])).toMatchObject({ verdict: 'failed' });
  });
});

describe('a broken list', () => {
  it.each([
    ['expected: [', /known\.yaml:1: not YAML/],
    [
      'expected:\n  - {check: a, because: b}',
      /known\.yaml:2: `expected\.0\.because` is no field .* the fields are check, reason, owner, expires/,
    ],
    ['expected:\n  - {reason: b}', /known\.yaml:2: `expected\.0` lacks `check`/],
    ['expected:\n  - check: a\n    expires: soon', /known\.yaml:3: `expected\.0\.expires` takes a day as YYYY-MM-DD/],
    ['expected:\n  - {check: a, expires: 2026-13-45}', /known\.yaml:2: 2026-13-45 is no day/],
    ['expected:\n  - {check: a}\nflaky:\n  - {check: a}', /known\.yaml:4: a is listed already, at .*known\.yaml:2/],
    ['just text', /known\.yaml:1: the list of expected failures has to be object/],
  ])('is a usage error with file and line: %j', async (text, complaint) => {
    await expect(read(text)).rejects.toMatchObject({ name: 'UsageError', message: expect.stringMatching(complaint) as unknown });
  });

  it('that is not there is a usage error', async () => {
    await expect(readExceptions(join(folder, 'nothing.yaml'))).rejects.toMatchObject({ name: 'UsageError' });
  });

  it('leaves a run without exceptions alone', () => {
    expect(judged(noExceptions, [failed]).verdict).toBe('failed');
  });
});
