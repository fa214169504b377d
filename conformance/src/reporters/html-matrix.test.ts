import { describe, expect, it } from 'vitest';
import type { RequirementResult } from '../result.ts';
import { sampleCheck } from '../testing/sample-result.ts';
import { requirementMatrix } from './html-matrix.ts';

const row = (id: string, overrides: Partial<RequirementResult>): RequirementResult => ({
  id,
  level: 'MUST',
  text: 'a <text>',
  status: 'passed',
  controllers: ['Cloud'],
  checks: ['sample.passed'],
  ...overrides,
});

describe('the matrix of controllers and requirements', () => {
  const checks = [sampleCheck('passed'), sampleCheck('failed', { controller: 'User' })];
  const shared = row('ERR-STATUS-401', { status: 'failed', controllers: ['Cloud', 'User'], checks: ['sample.passed', 'sample.failed'] });
  const { text } = requirementMatrix({
    requirements: [shared, row('CLOUD-S2S-001', { status: 'not-executed', controllers: [], checks: [] })],
    checks,
  });

  it('has a row for each controller, with its topics', () => {
    for (const head of ['Cloud', 'User', 'not executed']) expect(text).toContain(`>${head}</th>`);
    for (const topic of ['ERR-STATUS', 'CLOUD-S2S']) expect(text).toContain(`<b>${topic}</b>`);
  });

  it("shows a requirement in each controller with the state that this controller's checks give it", () => {
    expect(text).toContain('<a class="q s-passed" href="#sample.passed" title="ERR-STATUS-401 MUST passed: a &lt;text&gt;">401</a>');
    expect(text).toContain('<a class="q s-failed" href="#sample.failed" title="ERR-STATUS-401 MUST failed: a &lt;text&gt;">401</a>');
  });

  it('shows what was not executed, without a link', () => {
    expect(text).toContain('<span class="q s-not-executed" title="CLOUD-S2S-001 MUST not executed: a &lt;text&gt;">001</span>');
  });
});
