// Owns a result with one check of every status, for the tests of the reporters.
import { judge } from '../kit/verdict.ts';
import { type CheckResult, countsOf, type RunResult, type Status } from '../result.ts';

export function sampleCheck(status: Status, overrides: Partial<CheckResult> = {}): CheckResult {
  return {
    id: `sample.${status}`,
    title: `A check that is ${status}`,
    kind: 'case',
    controller: 'Cloud',
    operations: ['getCloudAccounts'],
    proves: ['CLOUD-ACCOUNT-001'],
    level: 'MUST',
    status,
    ...(status === 'passed' || status === 'failed' ? {} : { reason: `because of ${status}` }),
    failures: status === 'failed' ? [{ level: 'MUST', message: 'the answer is an array', expected: '[]', actual: '{}', exchange: 0 }] : [],
    evidence: 1,
    exchanges: [
      {
        operation: 'getCloudAccounts',
        request: {
          method: 'GET',
          url: 'http://localhost:29123/cloud/accounts?token=***',
          headers: { accept: 'application/json' },
          body: null,
        },
        response: { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' },
        ms: 3,
      },
    ],
    frames: [{ channel: 'notification', at: 5, message: 'progress', text: '{"Type":1}' }],
    undocumented: [],
    ms: 7,
    ...overrides,
  };
}

export function sampleResult(checks: readonly CheckResult[]): RunResult {
  return {
    kit: { name: '@click-kit/conformance', version: '0.1.0' },
    contract: { title: 'Amove Click API', version: '0.1.0', digest: 'abc' },
    run: {
      id: 'run-1',
      startedAt: '2026-01-01T00:00:00.000Z',
      ms: 1234,
      interrupted: false,
      timeoutMs: 60_000,
      maxMs: 600_000,
      outOfTime: false,
    },
    target: { url: 'http://localhost:29123', spawned: false, reachable: true },
    selection: { only: [], selected: checks.length, known: checks.length, digest: 'def' },
    verdict: judge({ checks, interrupted: false, cleanupErrors: [] }),
    counts: countsOf(checks),
    checks,
    requirements: [
      {
        id: 'CLOUD-ACCOUNT-001',
        level: 'MUST',
        text: 'Get Cloud Accounts answers a plain array, without an envelope',
        status: 'failed',
        controllers: ['Cloud'],
        checks: checks.map(({ id }) => id),
      },
    ],
    coverage: {
      operations: [{ operation: 'getCloudAccounts', controller: 'Cloud', statuses: [{ status: 200, exchanges: 5 }] }],
      frames: [{ message: 'progress', frames: 5 }],
    },
    cleanupErrors: [],
  };
}
