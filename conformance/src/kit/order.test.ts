import { describe, expect, it } from 'vitest';
import { inOrder } from './order.ts';
import { scenario } from './scenario.ts';

const check = (id: string, controller: string, after: string[] = []) =>
  scenario(id, { title: id, controller, operations: [], after }, () => Promise.resolve());
const idsOf = (checks: ReturnType<typeof check>[]): string[] => inOrder(checks).map(({ id }) => id);

describe('the order of checks', () => {
  it('has signing in first and the channels last, whatever else there is', () => {
    const checks = [check('a', 'Channels'), check('b', 'Drives'), check('c', 'Cloud'), check('d', 'Authentication')];
    expect(idsOf(checks)).toEqual(['d', 'c', 'b', 'a']);
  });

  it('keeps the order of the files, but puts what a check builds on before it', () => {
    const checks = [check('a', 'Cloud', ['c']), check('b', 'Cloud'), check('c', 'Cloud', ['d']), check('d', 'Cloud')];
    expect(idsOf(checks)).toEqual(['d', 'c', 'a', 'b']);
  });

  it('refuses a circle, and a prerequisite that is no check', () => {
    expect(() => inOrder([check('a', 'Cloud', ['b']), check('b', 'Cloud', ['a'])])).toThrow('a is after b is after a: that is a circle.');
    expect(() => inOrder([check('a', 'Cloud', ['gone'])])).toThrow('a is after gone, which is no check.');
  });
});
