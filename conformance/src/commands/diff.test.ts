import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CheckResult, RunResult } from '../result.ts';
import { sampleCheck, sampleResult } from '../testing/sample-result.ts';
import { captured } from '../testing/surroundings.ts';
import { diff } from './diff.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'click-diff-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const check = (id: string, status: CheckResult['status'], more: Partial<CheckResult> = {}) => sampleCheck(status, { id, ...more });

async function stored(name: string, result: RunResult): Promise<string> {
  await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, name, 'result.json'), JSON.stringify(result));
  return name;
}

async function compared(before: readonly CheckResult[], after: readonly CheckResult[], change: Partial<RunResult> = {}) {
  const surroundings = captured({ cwd: folder });
  const args = [await stored('old', sampleResult(before)), join(await stored('new', { ...sampleResult(after), ...change }), 'result.json')];
  const code = await diff.run(args, surroundings);
  return { code, out: surroundings.out(), err: surroundings.err() };
}

describe('diff', () => {
  it('says nothing changed when nothing did', async () => {
    const checks = [check('a', 'passed'), check('b', 'failed')];
    expect(await compared(checks, checks)).toEqual({ code: 0, out: 'Every check ends as it did before.\n', err: '' });
  });

  it('ends with 1 when a check newly fails, and names what newly passes', async () => {
    const { code, out } = await compared([check('a', 'passed'), check('b', 'failed')], [check('a', 'failed'), check('b', 'passed')]);
    expect(code).toBe(1);
    expect(out).toBe('Newly failing (1)\n  a  passed -> failed\nNewly passing (1)\n  b  failed -> passed\n');
  });

  it.each(['blocked', 'not-applicable', 'error'] as const)('ends with 1 when a check is no longer executed: %s', async (status) => {
    const { code, out } = await compared([check('a', 'passed')], [check('a', status)]);
    expect(code).toBe(1);
    expect(out).toContain(`No longer executed (1)\n  a  passed -> ${status}`);
  });

  it('ends with 1 when a check is not there any more, and with 0 when there is a new one', async () => {
    expect(await compared([check('a', 'passed'), check('b', 'passed')], [check('a', 'passed')])).toMatchObject({ code: 1 });
    expect(await compared([check('a', 'passed')], [check('a', 'passed'), check('b', 'passed')])).toMatchObject({
      code: 0,
      out: 'Newly executed (1)\n  b  absent -> passed\n',
    });
  });

  it('looks at how a check ended, not at whether it counts', async () => {
    const expected = check('a', 'expected', { standing: { kind: 'expected', outcome: 'failed', why: 'a ticket' } });
    expect(await compared([check('a', 'passed')], [expected])).toMatchObject({ code: 1 });
    expect(await compared([check('a', 'failed')], [expected])).toMatchObject({ code: 0 });
  });

  it('says when the two runs are hard to compare', async () => {
    const checks = [check('a', 'passed')];
    const { err, code } = await compared(checks, checks, {
      kit: { name: '@click-kit/conformance', version: '9.0.0' },
      contract: { title: 'Amove Click API', version: '2.0.0', digest: 'other' },
      selection: { only: ['a'], selected: 1, known: 1, digest: 'x' },
    });
    expect(code).toBe(0);
    expect(err).toContain('the version of the kit differs: 0.1.0 before, 9.0.0 after');
    expect(err).toContain('the contract differs: 0.1.0 (abc) before, 2.0.0 (other) after');
    expect(err).toContain('the selection differs: every check before, a after');
  });

  it.each([
    ['{"kit": {"name": "@click-kit/conf', 'is not whole JSON'],
    ['{"kit": {"name": "another"}}', 'is no result of this kit'],
    ['null', 'is no result of this kit'],
    ['{"kit": {"name": "@click-kit/conformance", "version": "7.0.0"}}', 'is of another version of the kit (7.0.0) or damaged'],
    [JSON.stringify({ ...sampleResult([check('a', 'passed')]), checks: [{ id: 'a', status: 'perfect' }] }), 'a check this one cannot read'],
  ])('refuses what is no result with one line: %s', async (text, complaint) => {
    await stored('old', sampleResult([check('a', 'passed')]));
    await writeFile(join(folder, 'broken.json'), text);
    const error: unknown = await diff.run(['old', 'broken.json'], captured({ cwd: folder })).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'UsageError' });
    expect(String(error)).toContain(complaint);
    expect(String(error)).not.toContain('\n');
  });

  it('takes two results that are there', async () => {
    const surroundings = captured({ cwd: folder });
    await expect(diff.run(['one'], surroundings)).rejects.toThrow('this takes OLD and NEW, not 1 arguments');
    await expect(diff.run(['one', 'two'], surroundings)).rejects.toThrow('cannot be read');
  });
});
