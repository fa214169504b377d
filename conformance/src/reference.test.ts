import { describe, expect, it } from 'vitest';
import { loadContract } from './kit/contract.ts';
import { coverageOf, totalsOf } from './kit/coverage.ts';
import { newEnvironment } from './kit/environment.ts';
import { loadChecks } from './kit/load-checks.ts';
import { runChecks, type RunListener } from './kit/runner.ts';
import { SchemaValidator } from './kit/schema-validator.ts';
import { type SpawnedAgent, spawnAgent } from './kit/spawn-agent.ts';
import { judge } from './kit/verdict.ts';

const contract = loadContract();
const validator = new SchemaValidator(contract);
const checks = await loadChecks(contract);

async function againstReference(listenerFor: (agent: SpawnedAgent) => RunListener = () => ({})) {
  const signal = new AbortController().signal;
  const agent = await spawnAgent(signal);
  const environment = newEnvironment({ contract, validator, target: agent.target, timeoutMs: 60_000, signal });
  try {
    const outcome = await runChecks({ environment, checks, bail: false, listener: listenerFor(agent) });
    return { ...outcome, ...judge({ checks: outcome.results, interrupted: outcome.interrupted, cleanupErrors: outcome.cleanupErrors }) };
  } finally {
    await environment.http.close();
    await agent.stop();
  }
}

describe('the reference agent', () => {
  it('passes every check at every level, and every documented status is exercised', { timeout: 240_000 }, async () => {
    const { results, verdict, cleanupErrors, observed } = await againstReference();
    expect(
      results.filter(({ status }) => status !== 'passed').map(({ id, status, reason, failures }) => ({ id, status, reason, failures })),
    ).toEqual([]);
    expect(results.flatMap(({ undocumented }) => undocumented)).toEqual([]);
    expect(cleanupErrors).toEqual([]);
    expect(verdict).toBe('passed');
    const { operations, statuses, frames } = totalsOf(coverageOf(contract, observed));
    expect([operations.exercised, statuses.exercised, frames.exercised]).toEqual([operations.known, statuses.known, frames.known]);
  });

  it('that stops in the middle of a run leaves it incomplete, not passed', { timeout: 120_000 }, async () => {
    let stopped: Promise<void> | undefined;
    const { verdict, exitCode, results } = await againstReference((agent) => ({
      ended: (_result, index) => {
        if (index === 20) stopped = agent.stop();
      },
    }));
    await stopped;
    expect(results.slice(0, 20).every(({ status }) => status === 'passed')).toBe(true);
    expect(results.at(-1)?.status).toBe('blocked');
    expect({ verdict, exitCode }).toEqual({ verdict: 'incomplete', exitCode: 2 });
  });
});
