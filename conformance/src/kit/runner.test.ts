import { afterEach, describe, expect, it } from 'vitest';
import { answers, miniTarget } from '../testing/mini-target.ts';
import type { Check, Context } from './check.ts';
import { loadContract } from './contract.ts';
import { type Environment, newEnvironment } from './environment.ts';
import { Blocked, NotApplicable } from './faults.ts';
import { runChecks } from './runner.ts';
import { scenario } from './scenario.ts';
import { SchemaValidator } from './schema-validator.ts';

const contract = loadContract();
const validator = new SchemaValidator(contract);
const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function environment(signal = new AbortController().signal, timeoutMs = 2000): Promise<Environment> {
  const target = await miniTarget(answers(200, '1'));
  undo.push(target.close);
  const made = newEnvironment({ contract, validator, target: { url: target.url, spawned: false }, timeoutMs, signal });
  undo.push(() => made.http.close());
  return made;
}

const check = (id: string, run: (context: Context) => Promise<void>, after: string[] = []): Check =>
  scenario(id, { title: `The check ${id}`, controller: 'Cloud', operations: [], after }, run);
const passes = (id: string, after: string[] = []) => check(id, async ({ expect: rule }) => rule.that(true, 'a rule'), after);

async function statusesOf(checks: readonly Check[], options: { environment?: Environment; bail?: boolean } = {}) {
  const { results, ...rest } = await runChecks({
    environment: options.environment ?? (await environment()),
    checks,
    bail: options.bail ?? false,
  });
  return { ...rest, results, statuses: Object.fromEntries(results.map(({ id, status }) => [id, status])) };
}

describe('a check', () => {
  it('passes when its assertions hold', async () => {
    expect((await statusesOf([passes('a')])).statuses).toEqual({ a: 'passed' });
  });

  it('that asserts nothing is a fault of the kit', async () => {
    expect((await statusesOf([check('a', async () => {})])).results[0]).toMatchObject({
      status: 'error',
      reason: 'the check made no assertion',
    });
  });

  it('fails with what was expected and what was there', async () => {
    const { results } = await statusesOf([check('a', async ({ expect: rule }) => rule.equal(1, 2, 'one is two'))]);
    expect(results[0]).toMatchObject({
      status: 'failed',
      failures: [{ level: 'MUST', message: 'one is two', expected: '2', actual: '1' }],
    });
  });

  it('goes on after a SHOULD that does not hold, and is judged by it alone', async () => {
    const story = check('a', async ({ should, expect: rule }) => {
      should.equal(1, 2, 'one is two');
      rule.that(true, 'a rule');
    });
    expect((await statusesOf([story])).results[0]).toMatchObject({ status: 'failed', evidence: 2, failures: [{ level: 'SHOULD' }] });
  });

  it('is blocked or not applicable when it says so, with the reason', async () => {
    const blocked = check('a', () => Promise.reject(new Blocked('no credentials')));
    const not = check('b', () => Promise.reject(new NotApplicable('no second factor')));
    const { results } = await statusesOf([blocked, not]);
    expect(results).toMatchObject([
      { status: 'blocked', reason: 'no credentials' },
      { status: 'not-applicable', reason: 'no second factor' },
    ]);
  });

  it('is blocked when a check that it needs did not pass', async () => {
    const failing = check('a', async ({ expect: rule }) => rule.that(false, 'a rule'));
    const { statuses, results } = await statusesOf([failing, passes('b', ['a']), passes('c', ['b'])]);
    expect(statuses).toEqual({ a: 'failed', b: 'blocked', c: 'blocked' });
    expect(results[1]?.reason).toBe('a did not pass');
  });

  it('runs when a check that it builds on does not apply', async () => {
    const not = check('a', () => Promise.reject(new NotApplicable('no such cloud')));
    expect((await statusesOf([not, passes('b', ['a'])])).statuses).toEqual({ a: 'not-applicable', b: 'passed' });
  });

  it('that throws something unexpected is a fault of the kit, unless a deviation was recorded before', async () => {
    const broken = check('a', () => Promise.reject(new TypeError('undefined is no object')));
    const misled = check('b', async ({ should }) => {
      should.that(false, 'the answer has a list');
      throw new TypeError('undefined is no object');
    });
    expect((await statusesOf([broken, misled])).statuses).toEqual({ a: 'error', b: 'failed' });
  });

  it('that takes too long fails, and the next one runs', async () => {
    const endless = check('a', () => new Promise<void>(() => {}));
    const slow = await environment(undefined, 150);
    const { statuses, results } = await statusesOf([endless, passes('b')], { environment: slow });
    expect(statuses).toEqual({ a: 'failed', b: 'passed' });
    expect(results[0]?.failures[0]?.message).toBe('the check ends within 150 ms');
  });

  it('cleans up in reverse order, also after a failure, and says what stayed', async () => {
    const undone: string[] = [];
    const messy = check('a', async ({ cleanUp, expect: rule }) => {
      cleanUp('first', async () => undone.push('first'));
      cleanUp('second', () => Promise.reject(new Error('is locked')));
      cleanUp('third', async () => undone.push('third'));
      rule.that(false, 'a rule');
    });
    const { cleanupErrors } = await statusesOf([messy]);
    expect(undone).toEqual(['third', 'first']);
    expect(cleanupErrors).toEqual(['a: second: is locked']);
  });
});

describe('a run', () => {
  it('blocks everything when the target cannot be reached', async () => {
    const made = newEnvironment({
      contract,
      validator,
      target: { url: 'http://127.0.0.1:1', spawned: false },
      timeoutMs: 500,
      signal: new AbortController().signal,
    });
    undo.push(() => made.http.close());
    const { statuses, reachable } = await statusesOf([passes('a'), passes('b')], { environment: made });
    expect(reachable).toBe(false);
    expect(statuses).toEqual({ a: 'blocked', b: 'blocked' });
  });

  it('blocks what is left when the target dies on the way', async () => {
    const target = await miniTarget(answers(200, '1'));
    const made = newEnvironment({
      contract,
      validator,
      target: { url: target.url, spawned: false },
      timeoutMs: 1000,
      signal: new AbortController().signal,
    });
    undo.push(() => made.http.close());
    const asks = (id: string) =>
      check(id, async ({ api, expect: rule }) => rule.equal((await api.call('getAgentStatus')).status, 200, 'the agent answers'));
    const kills = check('b', async ({ api, expect: rule }) => {
      await target.close();
      rule.equal((await api.call('getAgentStatus')).status, 200, 'the agent answers');
    });
    const { statuses } = await statusesOf([asks('a'), kills, asks('c')], { environment: made });
    expect(statuses).toEqual({ a: 'passed', b: 'blocked', c: 'blocked' });
  });

  it('blocks what is left after an interruption', async () => {
    const controller = new AbortController();
    const interrupts = check('b', async () => {
      controller.abort(new Error('the run was interrupted'));
      await new Promise<void>(() => {});
    });
    const made = await environment(controller.signal);
    const { statuses, interrupted } = await statusesOf([passes('a'), interrupts, passes('c')], { environment: made });
    expect(interrupted).toBe(true);
    expect(statuses).toEqual({ a: 'passed', b: 'blocked', c: 'blocked' });
  });

  it('ends at its limit, with the running check and what is left blocked, and still cleans up', async () => {
    const undone: string[] = [];
    const endless = check('b', async ({ cleanUp }) => {
      cleanUp('a thing', async () => undone.push('a thing'));
      await new Promise<void>(() => {});
    });
    const outcome = await runChecks({
      environment: await environment(),
      checks: [passes('a'), endless, passes('c')],
      bail: false,
      maxMs: 150,
    });
    const { results, outOfTime, interrupted } = outcome;
    expect(results.map(({ status, reason }) => [status, reason])).toEqual([
      ['passed', undefined],
      ['blocked', 'the run reached its limit of 150 ms'],
      ['blocked', 'the run reached its limit of 150 ms'],
    ]);
    expect({ outOfTime, interrupted, undone }).toEqual({ outOfTime: true, interrupted: false, undone: ['a thing'] });
  });

  it('stops at the first failure when told to', async () => {
    const failing = check('a', async ({ expect: rule }) => rule.that(false, 'a rule'));
    expect((await statusesOf([failing, passes('b')], { bail: true })).statuses).toEqual({ a: 'failed', b: 'blocked' });
  });
});
