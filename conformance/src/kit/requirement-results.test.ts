import { describe, expect, it } from 'vitest';
import type { CheckResult, Level, Status } from '../result.ts';
import { sampleCheck } from '../testing/sample-result.ts';
import type { Requirement } from './register.ts';
import { requirementLine, requirementResults } from './requirement-results.ts';

const requirement = (id: string, level: 'MUST' | 'SHOULD', observable: Requirement['observable'] = true): Requirement => ({
  id,
  level,
  text: `The text of ${id}`,
  source: 'cloud.md',
  pointer: 'login',
  observable,
  area: 'cloud',
});

const check = (status: Status, proves: readonly string[], overrides: Partial<CheckResult> = {}): CheckResult =>
  sampleCheck(status, { proves, ...overrides });
const failedAt = (level: Level, proves: readonly string[]): CheckResult =>
  check('failed', proves, { failures: [{ level, message: 'a rule' }] });
const statusWith = (...checks: readonly CheckResult[]): string | undefined =>
  requirementResults([requirement('A-B-001', 'MUST')], checks)[0]?.status;

describe('what a run says of a requirement', () => {
  const proves = ['A-B-001'];
  it.each([
    ['not-executed', []],
    ['passed', [check('passed', proves)]],
    ['failed', [check('passed', proves), check('failed', proves)]],
    ['blocked', [check('passed', proves), check('blocked', proves)]],
    ['blocked', [check('error', proves)]],
    ['failed', [check('blocked', proves), check('failed', proves)]],
    ['not-applicable', [check('not-applicable', proves)]],
    ['passed', [check('not-applicable', proves), check('passed', proves)]],
    ['not-executed', [check('failed', ['A-B-002'])]],
  ] as const)('is %s, as the worst of its checks', (status, checks) => {
    expect(statusWith(...checks)).toBe(status);
  });

  it('is how a check ended, although the run was told not to score it', () => {
    const standing = { kind: 'expected', outcome: 'failed', why: 'known' } as const;
    expect(statusWith(check('expected', proves, { standing, failures: [{ level: 'MUST', message: 'a rule' }] }))).toBe('failed');
  });

  it('is not spoilt at MUST by a failure at SHOULD, which is that of the SHOULD requirements', () => {
    const both = [requirement('A-B-001', 'MUST'), requirement('A-B-002', 'SHOULD')];
    const statuses = (level: Level) => requirementResults(both, [failedAt(level, ['A-B-001', 'A-B-002'])]).map(({ status }) => status);
    expect(statuses('SHOULD')).toEqual(['passed', 'failed']);
    expect(statuses('MUST')).toEqual(['failed', 'failed']);
    expect(statuses('INFO')).toEqual(['passed', 'passed']);
  });

  it('stays open when a failure at SHOULD ended the check early', () => {
    const check = { ...failedAt('SHOULD', ['A-B-001', 'A-B-002']), cutShort: true } as const;
    const both = [requirement('A-B-001', 'MUST'), requirement('A-B-002', 'SHOULD')];
    expect(requirementResults(both, [check]).map(({ status }) => status)).toEqual(['blocked', 'failed']);
  });

  it('names the checks and their controllers, and leaves out what cannot be observed', () => {
    const results = requirementResults(
      [requirement('A-B-001', 'MUST'), requirement('A-B-003', 'MUST', { no: 'dark' })],
      [check('passed', proves)],
    );
    expect(results).toEqual([
      { id: 'A-B-001', level: 'MUST', text: 'The text of A-B-001', status: 'passed', controllers: ['Cloud'], checks: ['sample.passed'] },
    ]);
  });

  it('fits into one line', () => {
    const rows = [requirement('A-B-001', 'MUST'), requirement('A-B-002', 'SHOULD'), requirement('A-B-003', 'MUST')];
    expect(requirementLine(requirementResults(rows, [check('passed', ['A-B-001']), check('failed', ['A-B-003'])]))).toBe(
      '1/2 MUST and 0/1 SHOULD passed, 1 failed, 1 not executed',
    );
  });
});
