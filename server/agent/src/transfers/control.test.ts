import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProviderError } from '../providers/provider.ts';
import { prefixOf } from './testing/fake-session.ts';
import { AccountGone } from './errors.ts';
import { Bench, bytesOf, objectRef, sha256 } from './testing/bench.ts';

const size = 2_000_003;
let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open({ settings: { progressIntervalMs: 1 } });
});
afterEach(async () => {
  await bench.close();
});

const local = (name: string) => ({ type: 'file' as const, path: join(bench.folder, name) });

describe('pause', () => {
  it('lets the chunk in flight finish, keeps the session, and resume goes on there', async () => {
    const bytes = bytesOf(size);
    bench.provider.put('a', bytes);
    const id = bench.start({ source: objectRef('a'), target: objectRef('b') });
    const held = bench.hold(({ name, offset }) => name === 'write' && offset >= 600_000);
    await held.reached;
    const paused = bench.engine.pause(id);
    held.release();
    expect(await paused).toBe('ok');
    const at = bench.engine.get(id)!;
    expect(at).toMatchObject({ status: 'paused', endTime: null });
    expect(at.bytesTransferred).toBe(720_896);
    expect([...bench.provider.sessions.values()].map(prefixOf)).toEqual([at.bytesTransferred]);
    expect(bench.engine.pool.inUse).toBe(0);
    expect(bench.provider.openReads).toBe(0);
    bench.provider.calls.length = 0;
    expect(await bench.engine.resume(id)).toBe('ok');
    expect(await bench.finish(id)).toBe('completed');
    expect(bench.provider.calls.find(({ name }) => name === 'read')?.offset).toBe(at.bytesTransferred);
    expect(sha256(bench.provider.objects.get('b')!)).toBe(sha256(bytes));
    expect(bench.events.map(({ status }) => status)).toContain('Paused');
  });

  it('gives up a chunk that does not finish within the grace', async () => {
    bench.provider.put('a', bytesOf(size));
    bench.provider.fault = ({ name, offset }) => (name === 'write' && offset > 0 ? { type: 'hang' } : undefined);
    const id = bench.start({ source: objectRef('a'), target: objectRef('b') });
    await bench.when(() => (bench.engine.get(id)?.bytesTransferred ?? 0) > 0);
    expect(await bench.engine.pause(id)).toBe('ok');
    bench.provider.fault = () => undefined;
    expect(await bench.engine.resume(id)).toBe('ok');
    expect(await bench.finish(id)).toBe('completed');
  });

  it('works while the transfer waits, and resume queues it again', async () => {
    await bench.close();
    bench = await Bench.open({ settings: { maxConcurrent: 1 } });
    bench.provider.put('a', bytesOf(size));
    const first = bench.start({ source: objectRef('a'), target: objectRef('b') });
    const second = bench.start({ source: objectRef('a'), target: objectRef('c') });
    expect(await bench.engine.pause(second)).toBe('ok');
    expect(await bench.finish(first)).toBe('completed');
    expect(bench.engine.get(second)).toMatchObject({ status: 'paused', bytesTransferred: 0 });
    expect(await bench.engine.resume(second)).toBe('ok');
    expect(await bench.finish(second)).toBe('completed');
  });

  it('answers completed when the commit was faster', async () => {
    bench.provider.put('a', bytesOf(10));
    let paused: Promise<unknown> | undefined;
    bench.provider.gate = async ({ name }) => {
      if (name === 'commit') paused = bench.engine.pause(id);
    };
    const id = bench.start({ source: objectRef('a'), target: objectRef('b') });
    expect(await bench.finish(id)).toBe('completed');
    expect(await paused).toEqual({ illegal: 'completed' });
  });

  it('storms end with equal bytes and one history entry', async () => {
    const bytes = bytesOf(size);
    bench.provider.put('a', bytes);
    const id = bench.start({ source: objectRef('a'), target: local('b') });
    for (let round = 0; round < 40; round += 1) {
      const answers = await Promise.all([bench.engine.pause(id), bench.engine.resume(id), bench.engine.pause(id), bench.engine.resume(id)]);
      for (const answer of answers) expect(answer === 'ok' || typeof answer === 'object').toBe(true);
      if (bench.engine.get(id)?.status === 'completed') break;
    }
    await bench.engine.resume(id);
    expect(await bench.finish(id)).toBe('completed');
    expect(sha256(await readFile(join(bench.folder, 'b')))).toBe(sha256(bytes));
    expect(bench.history).toHaveLength(1);
    expect(bench.engine.pool.inUse).toBe(0);
    expect(await bench.names()).toEqual(['b']);
  });

  it('time is told, and does not count as transfer time', async () => {
    await bench.close();
    let clock = 1_000_000;
    bench = await Bench.open({ engine: { now: () => clock } });
    bench.provider.put('a', bytesOf(size));
    const id = bench.start({ source: objectRef('a'), target: objectRef('b') });
    expect(await bench.engine.pause(id)).toBe('ok');
    clock += 5000;
    expect(bench.engine.get(id)?.pausedDurationMs).toBe(5000);
    await bench.engine.resume(id);
    clock += 1000;
    await bench.finish(id);
    expect(bench.engine.get(id)?.pausedDurationMs).toBe(5000);
    expect(bench.history[0]?.averageSpeed).toBe(size);
  });
});

describe('cancel', () => {
  it('answers at once while a chunk hangs, and removes the session and the file', async () => {
    bench.provider.put('a', bytesOf(size));
    bench.provider.fault = ({ name, offset }) => (name === 'write' && offset > 0 ? { type: 'hang' } : undefined);
    const id = bench.start({ source: objectRef('a'), target: objectRef('b') });
    await bench.when(() => (bench.engine.get(id)?.bytesTransferred ?? 0) > 0);
    expect(await bench.engine.cancel(id)).toBe('ok');
    expect(bench.engine.get(id)?.status).toBe('cancelled');
    await bench.engine.cleanedUp();
    expect(bench.provider.sessions.size).toBe(0);
    expect(bench.provider.objects.has('b')).toBe(false);
    expect(bench.history).toMatchObject([{ transferStatus: 8 }]);
    expect(bench.engine.pool.inUse).toBe(0);
  });

  it('at any call leaves nothing behind', async () => {
    for (let at = 1; at <= 24; at += 1) {
      bench.provider.put('a', bytesOf(400_000));
      let calls = 0;
      const cancelled: Promise<unknown>[] = [];
      bench.provider.gate = async () => {
        if ((calls += 1) === at) cancelled.push(bench.engine.cancel(at % 2 === 0 ? up : down));
      };
      const down = bench.start({ source: objectRef('a'), target: local('down') });
      const up = bench.start({ source: objectRef('a'), target: objectRef('up') });
      const ends = [await bench.finish(down), await bench.finish(up)];
      await Promise.all(cancelled);
      await bench.engine.cleanedUp();
      expect(bench.provider.sessions.size, `call ${at}`).toBe(0);
      expect((await bench.names()).includes('down'), `call ${at}`).toBe(ends[0] === 'completed');
      expect(bench.provider.objects.has('up'), `call ${at}`).toBe(ends[1] === 'completed');
      expect((await bench.names()).filter((name) => name.endsWith('.part'))).toEqual([]);
      expect(bench.engine.pool.inUse).toBe(0);
      bench.provider.objects.delete('up');
      await bench.remove('down');
    }
  });

  it('of a paused transfer removes what was kept', async () => {
    bench.provider.put('a', bytesOf(size));
    const id = bench.start({ source: objectRef('a'), target: local('b') });
    await bench.when(() => (bench.engine.get(id)?.bytesTransferred ?? 0) > 0);
    expect(await bench.engine.pause(id)).toBe('ok');
    expect((await bench.names())[0]).toMatch(/^\.b\..*\.part$/);
    expect(await bench.engine.cancel(id)).toBe('ok');
    await bench.engine.cleanedUp();
    expect(await bench.names()).toEqual([]);
    expect(await bench.engine.cancel(id)).toEqual({ illegal: 'cancelled' });
  });

  it('keeps a clean-up that fails in the ledger, and the next engine sweeps it', async () => {
    bench.provider.put('a', bytesOf(size));
    const id = bench.start({ source: objectRef('a'), target: objectRef('b') });
    await bench.when(() => (bench.engine.get(id)?.bytesTransferred ?? 0) > 0);
    bench.provider.fault = ({ name }) =>
      name === 'abort' ? { type: 'fail', error: new ProviderError('unavailable', 'Down.') } : undefined;
    expect(await bench.engine.cancel(id)).toBe('ok');
    await bench.engine.cleanedUp();
    expect(bench.ledger.leftovers()).toHaveLength(1);
    expect(bench.reported).toHaveLength(1);
    bench.provider.fault = () => undefined;
    bench.engine.recover();
    await bench.engine.cleanedUp();
    expect(bench.ledger.leftovers()).toEqual([]);
    expect(bench.provider.sessions.size).toBe(0);
  });
});

it('what a transfer left at a store whose account was removed is reported once, and keeps nothing in the ledger', async () => {
  let gone = false;
  const { provider } = bench;
  await bench.close();
  const resolve = () => (gone ? Promise.reject(new AccountGone()) : Promise.resolve(provider));
  bench = await Bench.open({ provider, engine: { endpoints: { resolve } }, settings: { keepFinished: 1 } });
  bench.provider.put('a', bytesOf(size));
  const held = bench.hold(({ name, offset }) => name === 'write' && offset > 0);
  const id = bench.start({ source: objectRef('a'), target: objectRef('b') });
  await held.reached;
  gone = true;
  expect(await bench.engine.cancel(id)).toBe('ok');
  held.release();
  await bench.engine.cleanedUp();
  expect(bench.reported.map(String)).toEqual([
    expect.stringMatching(/interrupted upload in bucket is left to its store.*account has been removed/),
  ]);
  expect(bench.ledger.leftovers()).toEqual([]);
  for (const name of ['c', 'd']) {
    gone = false;
    expect(await bench.finish(bench.start({ source: objectRef('a'), target: objectRef(name) }))).toBe('completed');
  }
  expect(bench.engine.get(id)).toBeUndefined();
});

describe('commands', () => {
  it('on unknown transfers and in the wrong state say so', async () => {
    expect(await bench.engine.pause('nobody')).toBe('unknown');
    expect(await bench.engine.resume('nobody')).toBe('unknown');
    expect(await bench.engine.cancel('nobody')).toBe('unknown');
    bench.provider.put('a', bytesOf(10));
    const id = bench.start({ source: objectRef('a'), target: objectRef('b') });
    expect(await bench.engine.resume(id)).toEqual({ illegal: 'initiating' });
    await bench.finish(id);
    for (const command of ['pause', 'resume', 'cancel'] as const) expect(await bench.engine[command](id)).toEqual({ illegal: 'completed' });
  });
});
