import { describe, expect, it } from 'vitest';
import type { RunResult } from '../src/result.ts';
import { sampleCheck, sampleResult } from '../src/testing/sample-result.ts';
import { firstDifference, verdictFile } from './verdict-file.ts';

const failing = (actual: string, ms: number) =>
  sampleResult([sampleCheck('failed', { ms, failures: [{ level: 'MUST', message: 'a rule', actual, exchange: ms }] })]);

describe('the verdict file of a run', () => {
  it('is the same for another time, another port and other ids', () => {
    const one = failing('ckit-0a1b2c3d-file at http://127.0.0.1:4000, 11111111-2222-4333-8444-555555555555, 2026-01-01T00:00:00Z', 3);
    const two = failing('ckit-ffffffff-file at http://127.0.0.1:4001, 99999999-2222-4333-8444-555555555555, 2026-02-03T04:05:06.7Z', 9);
    const later: RunResult = { ...two, run: { ...two.run, id: 'run-2', ms: 99 } };
    expect(firstDifference(verdictFile(one), verdictFile(later))).toBeUndefined();
  });

  it('differs where a check ends otherwise, and the line says how', () => {
    const [one, two] = [verdictFile(sampleResult([sampleCheck('passed')])), verdictFile(sampleResult([sampleCheck('blocked')]))];
    expect(firstDifference(one, two)).toContain('became');
  });
});
