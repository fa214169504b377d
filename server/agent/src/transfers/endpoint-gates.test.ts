import { expect, it } from 'vitest';
import { ProviderError } from '../providers/provider.ts';
import { EndpointGates } from './endpoint-gates.ts';

const signal = new AbortController().signal;
const settings = { startLanes: 2, maxLanes: 4, retryBudget: 3 };
const slowDown = new ProviderError('throttled', 'slow down');

function gatesAt(): { gates: EndpointGates; clock: { time: number } } {
  const clock = { time: 0 };
  return { gates: new EndpointGates(settings, () => clock.time), clock };
}

it('a store gets one lane more with each success until it says slow down, then half of them, then one more each second', async () => {
  const { gates, clock } = gatesAt();
  const enter = (): ReturnType<typeof gates.enter> => gates.enter('a', ['s'], signal);
  const [first, second] = await Promise.all([enter(), enter()]);
  const waiting = Promise.all([enter(), enter(), enter()]);
  first?.release();
  expect(gates.lanes(['s'])).toBe(3);
  second?.release();
  expect(gates.lanes(['s'])).toBe(4);
  const three = await waiting;
  three[0].release(slowDown);
  expect(gates.lanes(['s'])).toBe(2);
  const more = Promise.all([enter(), enter()]);
  three[1].release();
  expect(gates.lanes(['s'])).toBe(2);
  clock.time = 1000;
  three[2].release();
  expect(gates.lanes(['s'])).toBe(3);
  for (const permit of await more) permit.release();
});

it('who has the least gets the next lane, whoever came first', async () => {
  const { gates } = gatesAt();
  const first = await gates.enter('greedy', ['s'], signal);
  const second = await gates.enter('greedy', ['s'], signal);
  const order: string[] = [];
  const wait = (owner: string): Promise<void> =>
    gates.enter(owner, ['s'], signal).then((permit) => {
      order.push(owner);
      permit.release();
    });
  const waits = [wait('greedy'), wait('greedy'), wait('modest')];
  first.release();
  await Promise.all(waits);
  second.release();
  expect(order[0]).toBe('modest');
});

it('two who need the same two stores never wait for each other', async () => {
  const { gates } = gatesAt();
  const moves = Array.from({ length: 50 }, async (_, n) => {
    const permit = await gates.enter(String(n), n % 2 === 0 ? ['a', 'b'] : ['b', 'a'], signal);
    await Promise.resolve();
    permit.release();
  });
  await Promise.all(moves);
  expect(gates.lanes(['a', 'b'])).toBeGreaterThanOrEqual(2);
});

it('one who leaves the queue gives back what he had entered already', async () => {
  const { gates } = gatesAt();
  const permits = [await gates.enter('x', ['b'], signal), await gates.enter('x', ['b'], signal)];
  const gone = new AbortController();
  const waiting = gates.enter('y', ['a', 'b'], gone.signal);
  gone.abort(new Error('cancelled'));
  await expect(waiting).rejects.toThrow('cancelled');
  const both = await Promise.all([gates.enter('z', ['a'], signal), gates.enter('z', ['a'], signal)]);
  for (const permit of [...permits, ...both]) permit.release();
});

it('retries run out, and successes earn new ones', async () => {
  const { gates } = gatesAt();
  expect([1, 2, 3, 4].map(() => gates.spendRetry(['s']))).toEqual([true, true, true, false]);
  for (let n = 0; n < 5; n += 1) (await gates.enter('a', ['s'], signal)).release();
  expect([1, 2].map(() => gates.spendRetry(['s']))).toEqual([true, false]);
});

it('the local disk has no gate', async () => {
  const { gates } = gatesAt();
  const permits = await Promise.all(Array.from({ length: 20 }, () => gates.enter('a', [''], signal)));
  expect([permits.length, gates.lanes([''])]).toEqual([20, 4]);
});
