import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startFixture, until } from './fixture.ts';
import { pushBench, type PushBench } from './push-bench.ts';
import { scriptedTarget } from './push-fixture.ts';

const DELAYS = Array.from({ length: 24 }, (_, round) => ({
  before: round % 6,
  after: Math.floor(round / 6) * 2,
  between: (round * 5) % 7,
}));

/** The target says nothing, so that a push that runs is waiting for its first answer. */
async function silent(): Promise<{ url: string; requests: unknown[] }> {
  return await scriptedTarget(() => undefined);
}

async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await turn();
}

/** Begins one command, and some turns later the other; answers what each came to. */
async function both(first: () => Promise<unknown>, between: number, second: () => Promise<unknown>): Promise<string[]> {
  const begun = first();
  // It may be over before it is waited for.
  begun.catch(() => undefined);
  await turns(between);
  const outcomes = await Promise.allSettled([begun, second()]);
  return outcomes.map(({ status }) => status);
}

/** A push in a state, once its commands are over, stays in it: in memory and on the disk. */
async function stays(bench: PushBench, id: string, status: string, because: object): Promise<void> {
  expect(bench.service.find(id).status, JSON.stringify(because)).toBe(status);
  await turns(20);
  expect([bench.service.find(id).status, (await bench.onDisk(id))?.status], JSON.stringify(because)).toEqual([status, status]);
}

test('a push that is cancelled while it is being resumed is cancelled', async () => {
  const [bench, target] = [await pushBench({ maxRunningPushes: 64, maxPushes: 200 }), await silent()];
  for (const { between, ...delays } of DELAYS) {
    const id = bench.newId();
    await bench.service.put(id, bench.order(target.url));
    await bench.service.pause(id);
    bench.store.turns = delays;
    const outcomes = await both(
      () => bench.service.resume(id),
      between,
      () => bench.service.cancel(id),
    );
    bench.store.turns = { before: 0, after: 0 };
    expect(outcomes).toEqual(['fulfilled', 'fulfilled']);
    await stays(bench, id, 'cancelled', { between, ...delays });
  }
});

test.each([
  ['a push that is cancelled while it is being ordered is cancelled', 'cancel', 'cancelled'],
  ['a push that is paused while it is being ordered stands still', 'pause', 'paused'],
] as const)('%s', async (_title, command, status) => {
  const [bench, target] = [await pushBench({ maxRunningPushes: 64, maxPushes: 200 }), await silent()];
  for (const { between, ...delays } of DELAYS) {
    const id = bench.newId();
    bench.store.turns = delays;
    const outcomes = await both(
      () => bench.service.put(id, bench.order(target.url)),
      between,
      () => bench.service[command](id),
    );
    bench.store.turns = { before: 0, after: 0 };
    expect(outcomes).toEqual(['fulfilled', 'fulfilled']);
    await stays(bench, id, status, { between, ...delays });
  }
});

test('of a pause and a resume, the one that was asked for last holds', async () => {
  const [bench, target] = [await pushBench({ maxRunningPushes: 64, maxPushes: 200 }), await silent()];
  for (const { between, ...delays } of DELAYS) {
    const id = bench.newId();
    await bench.service.put(id, bench.order(target.url));
    await bench.service.pause(id);
    bench.store.turns = delays;
    expect(
      await both(
        () => bench.service.resume(id),
        between,
        () => bench.service.pause(id),
      ),
    ).toEqual(['fulfilled', 'fulfilled']);
    await stays(bench, id, 'paused', { between, ...delays });
    const asked = target.requests.length;
    expect(
      await both(
        () => bench.service.pause(id),
        between,
        () => bench.service.resume(id),
      ),
    ).toEqual(['fulfilled', 'fulfilled']);
    bench.store.turns = { before: 0, after: 0 };
    await until(async () => target.requests.length > asked);
    expect(bench.service.find(id).status).toBe('running');
    await bench.service.cancel(id);
  }
});

test('a cancel does not wait until the grace of a pause is over', async () => {
  const [bench, target] = [await pushBench({ pushPauseGraceMs: 60_000 }), await silent()];
  const id = bench.newId();
  await bench.service.put(id, bench.order(target.url));
  await until(async () => target.requests.length === 1);
  const pausing = bench.service.pause(id);
  await turns(3);
  expect((await bench.service.cancel(id)).status).toBe('cancelled');
  await pausing;
  await stays(bench, id, 'cancelled', {});
});

test('an order that cannot be kept is refused, leaves no push, and can be given again', async () => {
  const [bench, target] = [await pushBench(), await startFixture()];
  const id = bench.newId();
  bench.store.failure = new Error('ENOSPC');
  await expect(bench.service.put(id, bench.order(target.server.url))).rejects.toThrow('ENOSPC');
  expect([bench.service.list(), await bench.onDisk(id)]).toEqual([[], undefined]);
  bench.store.failure = undefined;
  expect((await bench.service.put(id, bench.order(target.server.url))).created).toBe(true);
  await until(async () => bench.service.find(id).status === 'completed');
});

test.each(['pause', 'cancel'] as const)('a %s that cannot be kept is refused, and the push goes on', async (command) => {
  const [bench, target] = [await pushBench(), await silent()];
  const id = bench.newId();
  await bench.service.put(id, bench.order(target.url));
  await until(async () => target.requests.length === 1);
  bench.store.failure = new Error('ENOSPC');
  await expect(bench.service[command](id)).rejects.toThrow('ENOSPC');
  await until(async () => target.requests.length === 2);
  expect(bench.service.find(id).status).toBe('running');
  bench.store.failure = undefined;
  expect((await bench.service.cancel(id)).status).toBe('cancelled');
});

test('a state is told once it is on the disk', async () => {
  const [bench, target] = [await pushBench(), await silent()];
  const id = bench.newId();
  await bench.service.put(id, bench.order(target.url));
  bench.store.turns = { before: 5, after: 0 };
  for (const [command, status] of [
    ['pause', 'paused'],
    ['resume', 'running'],
    ['cancel', 'cancelled'],
  ] as const) {
    const done = bench.service[command](id);
    while (bench.service.find(id).status !== status) await turn();
    expect((await bench.onDisk(id))?.status.replace('pending', 'running')).toBe(status);
    await done;
  }
});
