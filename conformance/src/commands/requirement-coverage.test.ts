import { describe, expect, it } from 'vitest';
import type { Requirement } from '../kit/register.ts';
import { requirementCoverage, requirementText } from './requirement-coverage.ts';

const requirement = (id: string, area: string, observable: Requirement['observable'] = true): Requirement => ({
  id,
  area,
  level: 'MUST',
  text: 'a text',
  source: 'cloud.md',
  pointer: 'login',
  observable,
});

const rows = [
  requirement('A-B-001', 'first'),
  requirement('A-B-002', 'second'),
  requirement('A-B-003', 'second'),
  requirement('A-B-004', 'first', { no: 'it is dark' }),
];
const checks = [{ proves: ['A-B-001', 'A-B-002'] }, { proves: ['A-B-002'] }];

describe('the coverage of requirements', () => {
  it('counts the checks that prove each one, and reports the least covered area and not the mean', () => {
    const found = requirementCoverage(rows, checks, undefined);
    expect(found.map(({ provenBy }) => provenBy)).toEqual([1, 2, 0, 0]);
    const text = requirementText(found, rows).join('\n');
    expect(text).toContain('A-B-003  MUST  no check proves it');
    expect(text).toContain('not observable, because it is dark: A-B-004');
    expect(text).toContain('2 of 3 MUST and 0 of 0 SHOULD proven by a check (1 not observable');
    expect(text).toMatch(/least covered area\s+second, 50 %/);
  });

  it('takes from a run what was executed, and names what was not', () => {
    const run = [{ id: 'A-B-001', level: 'MUST', text: '', status: 'blocked', controllers: [], checks: [] } as const];
    const found = requirementCoverage(rows, checks, run);
    expect(found.map(({ status }) => status)).toEqual(['blocked', 'not-executed', 'not-executed', undefined]);
    const text = requirementText(found, rows).join('\n');
    expect(text).toContain('A-B-001  MUST  blocked');
    expect(text).toContain('A-B-002  MUST  not-executed');
    expect(text).toContain('0 of 3 passed in the run');
    expect(text).toMatch(/least covered area\s+first, 0 %/);
  });
});
