import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CheckResult, levels, statuses } from '../result.ts';
import { judge } from './verdict.ts';

type Judged = Pick<CheckResult, 'level' | 'status' | 'failures' | 'cutShort'>;

const check = (status: CheckResult['status'], level: CheckResult['level'] = 'MUST'): Judged => ({
  level,
  status,
  failures: status === 'failed' ? [{ level, message: 'a rule' }] : [],
});

const judgeAll = (checks: readonly Judged[], facts: { interrupted?: boolean; outOfTime?: boolean; cleanupErrors?: string[] } = {}) =>
  judge({ checks, interrupted: false, cleanupErrors: [], ...facts });

describe('the verdict', () => {
  it('is passed, with exit code 0, when every check was executed and holds', () => {
    expect(judgeAll([check('passed'), check('not-applicable')])).toEqual({ verdict: 'passed', exitCode: 0, reasons: [] });
  });

  it('is failed, with exit code 1, when a MUST failed, whatever else happened', () => {
    const checks = [check('failed'), check('blocked'), check('error'), check('passed')];
    expect(judgeAll(checks, { interrupted: true })).toMatchObject({ verdict: 'failed', exitCode: 1 });
  });

  it('is incomplete, with exit code 2, when a MUST or a SHOULD could not run', () => {
    expect(judgeAll([check('passed'), check('blocked')])).toMatchObject({ verdict: 'incomplete', exitCode: 2 });
    expect(judgeAll([check('passed'), check('blocked', 'SHOULD')])).toMatchObject({ verdict: 'incomplete', exitCode: 2 });
  });

  it('counts a failed SHOULD apart and does not fail the run for it', () => {
    const { verdict, reasons } = judgeAll([check('passed'), check('failed', 'SHOULD')]);
    expect(verdict).toBe('passed');
    expect(reasons).toEqual(['1 SHOULD check failed, which does not fail a run']);
  });

  it('judges nobody by INFO, failed or blocked', () => {
    expect(judgeAll([check('passed'), check('failed', 'INFO'), check('blocked', 'INFO')]).verdict).toBe('passed');
  });

  it('judges a check by the worst level of its failures, not by its own', () => {
    const worse: Judged = {
      level: 'INFO',
      status: 'failed',
      failures: [
        { level: 'INFO', message: 'a' },
        { level: 'MUST', message: 'b' },
      ],
    };
    expect(judgeAll([check('passed'), worse]).verdict).toBe('failed');
  });

  it('is incomplete when a MUST ended early at a lesser failure, because its own rules are open', () => {
    const early: Judged = { level: 'MUST', status: 'failed', failures: [{ level: 'SHOULD', message: 'a' }], cutShort: true };
    expect(judgeAll([check('passed'), early])).toMatchObject({
      verdict: 'incomplete',
      reasons: ['1 check ended early at a lesser failure'],
    });
    expect(judgeAll([check('passed'), { ...early, failures: [{ level: 'MUST', message: 'a' }] }]).verdict).toBe('failed');
  });

  it('is a kit fault, with exit code 70, when the kit erred and no MUST failed', () => {
    expect(judgeAll([check('passed'), check('error')])).toMatchObject({ verdict: 'kit-fault', exitCode: 70 });
  });

  it('is incomplete after an interruption and when something was left behind', () => {
    expect(judgeAll([check('passed')], { interrupted: true }).verdict).toBe('incomplete');
    expect(judgeAll([check('passed')], { outOfTime: true }).verdict).toBe('incomplete');
    expect(judgeAll([check('passed')], { cleanupErrors: ['a bucket'] }).verdict).toBe('incomplete');
  });

  it('is never passed when nothing was executed', () => {
    expect(judgeAll([]).verdict).toBe('incomplete');
    expect(judgeAll([check('not-applicable'), check('not-applicable')])).toMatchObject({
      verdict: 'incomplete',
      reasons: ['no check was executed'],
    });
  });

  it('is passed only if something was executed, no MUST failed, nothing that is judged was blocked, and the kit did not err', () => {
    const anyCheck = fc
      .record({ level: fc.constantFrom(...levels), status: fc.constantFrom(...statuses) })
      .map(({ level, status }) => check(status, level));
    fc.assert(
      fc.property(fc.array(anyCheck), fc.boolean(), (checks, interrupted) => {
        const sound =
          checks.some(({ status }) => status === 'passed' || status === 'failed') &&
          !interrupted &&
          checks.every(
            ({ status, level }) =>
              status !== 'error' && !(status === 'failed' && level === 'MUST') && !(status === 'blocked' && level !== 'INFO'),
          );
        expect(judgeAll(checks, { interrupted }).exitCode === 0).toBe(sound);
      }),
    );
  });
});
