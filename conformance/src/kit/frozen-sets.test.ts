import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CheckResult } from '../result.ts';
import { sampleCheck } from '../testing/sample-result.ts';
import { noExceptions } from './expected-failures.ts';
import { loadContract } from './contract.ts';
import { frozenFolder, type FrozenSet, readFrozenSet, writeFrozenSet } from './frozen-sets.ts';
import { loadChecks } from './load-checks.ts';
import { withStanding } from './standing.ts';
import { judge } from './verdict.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'click-frozen-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const known = new Set(['a', 'b', 'c']);
const set = (checks: string): Promise<void> => writeFile(join(folder, '1.0.0.yaml'), `contract: 1.0.0\nchecks: [${checks}]\n`);

function judged(frozen: FrozenSet, checks: readonly CheckResult[]) {
  const results = checks.map((check) => withStanding(check, { exceptions: noExceptions, frozen }));
  return { results, ...judge({ checks: results, interrupted: false, cleanupErrors: [] }) };
}

describe('a frozen set', () => {
  it('is written once, and read back', async () => {
    const path = await writeFrozenSet(folder, { contract: '1.0.0', checks: ['b', 'a'] });
    expect(await readFile(path, 'utf8')).toContain('checks:\n  - a\n  - b\n');
    expect(await readFrozenSet('1.0.0', known, folder)).toEqual({ contract: '1.0.0', checks: ['a', 'b'] });
    await expect(writeFrozenSet(folder, { contract: '1.0.0', checks: ['a'] })).rejects.toThrow('a frozen set is not written twice');
  });

  it('that cannot be written is a usage error', async () => {
    await set('a');
    const below = join(folder, '1.0.0.yaml', 'below');
    await expect(writeFrozenSet(below, { contract: '1.0.0', checks: ['a'] })).rejects.toThrow(`cannot be written to ${below}: ENOTDIR`);
  });

  it('lets later checks run without scoring, and says why', async () => {
    await set('a');
    const frozen = await readFrozenSet('1.0.0', known, folder);
    const { results, verdict } = judged(frozen, [sampleCheck('passed', { id: 'a' }), sampleCheck('failed', { id: 'b' })]);
    expect(results[1]).toMatchObject({
      status: 'unscored',
      standing: { kind: 'not-scored', outcome: 'failed' },
      reason: 'not-scored, failed: it is newer than the frozen set of version 1.0.0',
    });
    expect(verdict).toBe('passed');
    expect(judged(frozen, [sampleCheck('failed', { id: 'a' }), sampleCheck('passed', { id: 'b' })]).verdict).toBe('failed');
  });

  it('is never passed by checks that do not score', async () => {
    await set('a');
    expect(judged(await readFrozenSet('1.0.0', known, folder), [sampleCheck('passed', { id: 'b' })]).verdict).toBe('incomplete');
  });

  it('leaves a fault of the kit a fault, also in a check that does not score', async () => {
    await set('a');
    const checks = [sampleCheck('passed', { id: 'a' }), sampleCheck('error', { id: 'b' })];
    expect(judged(await readFrozenSet('1.0.0', known, folder), checks).verdict).toBe('kit-fault');
  });

  it('scores what the profile of the target has declared, which no set can list', async () => {
    await set('a');
    const frozen = await readFrozenSet('1.0.0', known, folder);
    expect(judged(frozen, [sampleCheck('passed', { id: 'a' }), sampleCheck('failed', { id: 'declared.b' })]).verdict).toBe('failed');
  });

  it('that lists a check which is no more is a usage error, with the line', async () => {
    await set('\n  a,\n  gone');
    await expect(readFrozenSet('1.0.0', known, folder)).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringMatching(/1\.0\.0\.yaml:4: there is no check gone any more/) as unknown,
    });
  });

  it('finds a check under its new name when the map of retired ids says so', async () => {
    await set('gone');
    await writeFile(join(folder, 'aliases.yaml'), 'gone: c\n');
    expect(await readFrozenSet('1.0.0', known, folder)).toMatchObject({ checks: ['c'] });
  });

  it('of an unknown version is a usage error that names the known ones', async () => {
    await set('a');
    await expect(readFrozenSet('9.9.9', known, folder)).rejects.toThrow('there is no frozen set for version 9.9.9; there is 1.0.0');
  });

  it('cannot be written under a name that leaves its folder', async () => {
    await expect(writeFrozenSet(folder, { contract: '../1.0.0', checks: ['a'] })).rejects.toThrow('is no version of a contract');
  });
});

describe('the frozen sets of this kit', () => {
  it('name only checks that exist, under this name or a later one', async () => {
    const contract = loadContract();
    const ids = new Set((await loadChecks(contract)).map(({ id }) => id));
    const names = (await readdir(frozenFolder)).filter((name) => name.endsWith('.yaml') && name !== 'aliases.yaml');
    expect(names).toContain(`${contract.version}.yaml`);
    for (const name of names) expect((await readFrozenSet(name.slice(0, -5), ids)).checks.length).toBeGreaterThan(0);
  });
});
