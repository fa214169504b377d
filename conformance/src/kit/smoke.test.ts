import { expect, it } from 'vitest';
import { loadContract } from './contract.ts';
import { loadChecks } from './load-checks.ts';
import { smokeChecks } from './smoke.ts';

const checks = await loadChecks(loadContract());

it('The smoke selection names only checks that there are, each of them a MUST.', () => {
  const levels = smokeChecks.map((id) => checks.find((check) => check.id === id)?.level);
  expect(levels).toEqual(smokeChecks.map(() => 'MUST'));
});

it('The smoke selection has a check of every controller.', () => {
  const smoking = new Set(checks.filter(({ id }) => smokeChecks.includes(id)).map(({ controller }) => controller));
  expect([...new Set(checks.map(({ controller }) => controller))].filter((controller) => !smoking.has(controller))).toEqual([]);
});
