// Tests of orders of P2P transfers that are on their way: cancelled meanwhile, answered late, not answered, and a restart in between.
import { describe, expect, it } from 'vitest';
import { p2pBench } from './p2p-bench.ts';
import { push, type ScriptedSource } from './scripted-source.ts';

/** The order arrives at the source only when it is told to; until then the source knows nothing of the push. */
function lateOrder(source: ScriptedSource) {
  let arrived = false;
  let cancelled = false;
  const state = () => push(cancelled ? 'cancelled' : 'running');
  let answer = (): void => undefined;
  const arrival = new Promise<void>((resolve) => (answer = resolve));
  source.on('order', async () => {
    await arrival;
    return state();
  });
  source.on('state', () => (arrived ? state() : 404));
  source.on('cancel', () => {
    if (!arrived) return 404;
    cancelled = true;
    return state();
  });
  return {
    /** It arrives, and is answered. */
    arrive: () => {
      arrived = true;
      answer();
    },
    /** It arrives; the agent that sent it is gone. */
    arriveUnanswered: () => void (arrived = true),
    cancelled: () => cancelled,
  };
}

describe('a transfer that is cancelled while its order is on the way', () => {
  it('is cancelled at the source server as soon as the order has arrived there', async () => {
    const bench = await p2pBench();
    const late = lateOrder(bench.source);
    const initiating = bench.initiate();
    await bench.source.asked('order');
    expect(await bench.p2p().cancel(bench.row())).toMatchObject({ serverCancelled: false });
    await bench.until(() => bench.source.count('cancel') >= 2);
    late.arrive();
    expect(await initiating).toEqual({ transferId: bench.row().id });
    expect(late.cancelled()).toBe(true);
    expect(bench.row()).toMatchObject({ status: 'cancelled', tellCancel: false, sourceKeys: null });
  });

  it('is cancelled there even when it was let go already, as after a jump of the clock', async () => {
    const bench = await p2pBench();
    const late = lateOrder(bench.source);
    const initiating = bench.initiate();
    await bench.source.asked('order');
    await bench.p2p().cancel(bench.row());
    await bench.until(() => bench.open() === 0);
    expect(bench.row()).toMatchObject({ tellCancel: false, sourceKeys: null });
    late.arrive();
    await initiating;
    expect(late.cancelled()).toBe(true);
    expect(bench.row()).toMatchObject({ status: 'cancelled', tellCancel: false, sourceKeys: null });
  });

  it('is not ordered again', async () => {
    const { source, ...bench } = await p2pBench();
    source.on('order', () => 503);
    const initiating = bench.initiate();
    await source.asked('order');
    expect(await bench.p2p().cancel(bench.row())).toMatchObject({ serverCancelled: false });
    source.on('order', () => push('running'));
    const refusal = initiating.catch((error: unknown) => error);
    await bench.until(() => source.count('cancel') >= 4);
    expect(await refusal).toMatchObject({ message: 'cancelled' });
    expect(source.orders).toHaveLength(1);
    expect(bench.row()).toMatchObject({ status: 'cancelled' });
    expect(bench.history).toHaveLength(1);
  });

  it('is cancelled at the source server by the next agent when the order arrives after a restart', async () => {
    const bench = await p2pBench();
    const late = lateOrder(bench.source);
    void bench.initiate().catch(() => undefined);
    await bench.source.asked('order');
    await bench.p2p().cancel(bench.row());
    await bench.source.asked('cancel');
    await bench.restart();
    await bench.until(() => bench.source.count('cancel') >= 3);
    expect(bench.row()).toMatchObject({ status: 'cancelled', tellCancel: true });
    late.arriveUnanswered();
    await bench.until(() => late.cancelled() && bench.open() === 0);
    expect(bench.row()).toMatchObject({ status: 'cancelled', tellCancel: false, sourceKeys: null });
  });

  it('is let go once the order cannot arrive any more', async () => {
    const { source, ...bench } = await p2pBench();
    source.on('order', () => 503);
    const initiating = bench.initiate().catch((error: unknown) => error);
    await source.asked('order');
    await bench.p2p().cancel(bench.row());
    await initiating;
    await bench.until(() => bench.open() === 0);
    expect(bench.row()).toMatchObject({ status: 'cancelled', sourceKeys: null });
    expect(source.count('cancel')).toBeGreaterThan(5);
  });
});

describe('an order that the agent did not live to see answered', () => {
  it('is followed by the next agent when it arrives late', async () => {
    const bench = await p2pBench();
    const late = lateOrder(bench.source);
    void bench.initiate().catch(() => undefined);
    await bench.source.asked('order');
    await bench.restart();
    await bench.until(() => bench.source.count('state') >= 3);
    expect(bench.row()).toMatchObject({ status: 'initiating' });
    late.arriveUnanswered();
    await bench.until(() => bench.row().status === 'running');
  });

  it('fails once it cannot arrive any more', async () => {
    const bench = await p2pBench();
    lateOrder(bench.source);
    void bench.initiate().catch(() => undefined);
    await bench.source.asked('order');
    await bench.restart();
    await bench.until(() => bench.open() === 0);
    expect(bench.row()).toMatchObject({ status: 'failed', error: 'The source server has not taken the push.' });
  });
});

describe('an order whose first answer got lost and that was refused then', () => {
  it('is not reported as failed while the source server has the push', async () => {
    const { source, ...bench } = await p2pBench();
    source.on('order', (count) => (count === 1 ? 'cut' : 503));
    source.on('state', () => push('running', { bytes: 7 }));
    const initiating = bench.initiate();
    await bench.until(() => source.orders.length === 3);
    expect(await initiating).toEqual({ transferId: bench.row().id });
    expect(bench.row()).toMatchObject({ status: 'running', bytes: 7 });
  });

  it('fails when the source server cannot be asked, and is cancelled there when it can be', async () => {
    const { source, ...bench } = await p2pBench();
    source.on('order', (count) => (count === 1 ? 'cut' : 503));
    source.on('state', () => 503);
    source.on('cancel', (count) => (count < 3 ? 'cut' : push('cancelled')));
    const refusal = bench.initiate().catch((error: unknown) => error);
    await bench.until(() => source.orders.length === 3);
    expect(await refusal).toMatchObject({ kind: 'throttled' });
    expect(bench.row()).toMatchObject({ status: 'failed', tellCancel: true });
    await bench.until(() => bench.open() === 0);
    expect(source.count('cancel')).toBe(3);
  });

  it('is cancelled there when it turns up after the refusal', async () => {
    const { source, ...bench } = await p2pBench();
    source.on('order', () => 503);
    source.on('cancel', (count) => (count < 4 ? 404 : push('cancelled')));
    const refusal = bench.initiate().catch((error: unknown) => error);
    await bench.until(() => source.orders.length === 3);
    expect(await refusal).toMatchObject({ kind: 'throttled' });
    await bench.until(() => bench.open() === 0);
    expect(source.count('cancel')).toBe(4);
    expect(bench.row()).toMatchObject({ status: 'failed', tellCancel: false });
  });

  it('is no matter of doubt when every answer said no', async () => {
    const { source, ...bench } = await p2pBench();
    source.on('order', () => 403);
    await expect(bench.initiate()).rejects.toThrow('403');
    expect(bench.row()).toMatchObject({ status: 'failed', tellCancel: false, sourceKeys: null });
    expect(source.seen).toEqual(['order']);
  });

  it('is no matter of doubt when it could not even be sent', async () => {
    const bench = await p2pBench();
    const refused = bench.initiate('http://127.0.0.1:9').catch((error: unknown) => error);
    await bench.until(() => bench.row().status === 'failed');
    expect(await refused).toMatchObject({ kind: 'unavailable' });
    expect(bench.open()).toBe(0);
  });
});

describe('a source server that has still to be told of a cancel', () => {
  it('is let go when its cloud account is deleted', async () => {
    const { source, ...bench } = await p2pBench();
    source.on('order', () => push('running'));
    source.on('cancel', () => 503);
    await bench.initiate();
    expect(await bench.p2p().cancel(bench.row())).toMatchObject({ serverCancelled: false });
    bench.deleteAccount();
    await bench.until(() => bench.open() === 0);
    expect(bench.row()).toMatchObject({ status: 'cancelled', error: null, sourceKeys: null });
  });
});
