import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../store/database.ts';
import { Bench, bytesOf, objectRef, sha256 } from './testing/bench.ts';

const size = 2_000_003;
const benches: Bench[] = [];
const open = async (...options: Parameters<typeof Bench.open>): Promise<Bench> => {
  const bench = await Bench.open(...options);
  benches.push(bench);
  return bench;
};
afterEach(async () => {
  for (const bench of benches.splice(0).reverse()) await bench.close();
});

/** A new engine on the same files, with a storage that answers again. */
function restart(bench: Bench): Promise<Bench> {
  return open({ folder: bench.folder, provider: bench.provider.reborn() });
}

describe('after a crash', () => {
  it.each(Array.from({ length: 12 }, (_, n) => n * 3 + 1))('at call %i every transfer goes on and ends with equal bytes', async (at) => {
    const bench = await open();
    const bytes = bytesOf(size);
    bench.provider.put('a', bytes);
    const source = { type: 'file' as const, path: await bench.file('source', bytes) };
    let calls = 0;
    const unfinished: string[] = [];
    const crashed = new Promise<void>((resolve) => {
      bench.provider.gate = async () => {
        if ((calls += 1) !== at) return;
        for (const { transferId, status } of bench.engine.list({})) if (status !== 'completed') unfinished.push(transferId);
        bench.crash();
        resolve();
      };
    });
    const down = bench.start({ source: objectRef('a'), target: { type: 'file', path: join(bench.folder, 'down') } });
    const across = bench.start({ source: objectRef('a'), target: objectRef('across') }, 'server');
    const up = bench.start({ source, target: objectRef('up') });
    await crashed;
    const next = await restart(bench);
    expect(next.engine.recover()).toBe(unfinished.length);
    for (const id of [down, across, up]) expect(await next.finish(id)).toBe('completed');
    expect(sha256(await readFile(join(bench.folder, 'down')))).toBe(sha256(bytes));
    for (const key of ['across', 'up']) expect(sha256(next.provider.objects.get(key)!)).toBe(sha256(bytes));
    expect(await next.names()).toEqual(['down', 'source']);
    expect(next.history).toHaveLength(unfinished.length);
  });

  it('a download reads again no more than one sync window and what was in its lanes', async () => {
    const bench = await open();
    bench.provider.put('a', bytesOf(size));
    const held = bench.hold(({ name, offset }) => name === 'read' && offset > 1_200_000);
    const id = bench.start({ source: objectRef('a'), target: { type: 'file', path: join(bench.folder, 'down') } });
    await held.reached;
    await bench.when(() => (bench.engine.get(id)?.bytesTransferred ?? 0) > 500_000);
    bench.crash();
    const next = await restart(bench);
    next.engine.recover();
    expect(await next.finish(id)).toBe('completed');
    // Each lane has a chunk in hand, and its stream has read a little ahead.
    const [window, lanes] = [256 * 1024, 4 * (64 + 32) * 1024];
    expect(bench.provider.bytesRead + next.provider.bytesRead - size).toBeLessThanOrEqual(window + lanes);
  });

  it('a paused transfer stays paused and can be resumed', async () => {
    const bench = await open();
    const bytes = bytesOf(size);
    bench.provider.put('a', bytes);
    const held = bench.hold(({ name, offset }) => name === 'write' && offset >= 300_000);
    const id = bench.start({ source: objectRef('a'), target: objectRef('b') });
    await held.reached;
    const pausing = bench.engine.pause(id);
    held.release();
    expect(await pausing).toBe('ok');
    const at = bench.engine.get(id)!.bytesTransferred;
    bench.crash();
    const next = await restart(bench);
    expect(next.engine.recover()).toBe(0);
    expect(next.engine.get(id)).toMatchObject({ status: 'paused', bytesTransferred: at });
    expect(await next.engine.resume(id)).toBe('ok');
    expect(await next.finish(id)).toBe('completed');
    expect(sha256(next.provider.objects.get('b')!)).toBe(sha256(bytes));
  });

  it('an upload whose opening nobody heard of is removed, whether the transfer goes on or is cancelled', async () => {
    const bench = await open();
    const bytes = bytesOf(size);
    bench.provider.put('a', bytes);
    bench.provider.fault = ({ name }) => ({ open: { type: 'lost' } as const, sweep: { type: 'hang' } as const })[name as string];
    const ids = ['on', 'off'].map((key) => bench.start({ source: objectRef('a'), target: objectRef(key) }));
    await bench.reached(() => bench.provider.sessions.size === 2);
    bench.crash();
    const next = await restart(bench);
    next.provider.fault = ({ name }) => (name === 'open' ? { type: 'hang' } : undefined);
    next.engine.recover();
    expect(await next.engine.cancel(ids[1]!)).toBe('ok');
    next.provider.fault = () => undefined;
    expect(await next.finish(ids[0]!)).toBe('completed');
    await next.engine.cleanedUp();
    expect(sha256(next.provider.objects.get('on')!)).toBe(sha256(bytes));
    expect(next.provider.sessions.size).toBe(0);
    expect(next.ledger.leftovers()).toEqual([]);
  });

  it('a part file that the ledger never heard of goes when its transfer is cancelled', async () => {
    const bench = await open();
    bench.provider.put('a', bytesOf(size));
    const held = bench.hold(({ name }) => name === 'read');
    const id = bench.start({ source: objectRef('a'), target: { type: 'file', path: join(bench.folder, 'down') } });
    await held.reached;
    bench.crash();
    // Where a death between the file and its row leaves the ledger.
    const database = openDatabase(join(bench.folder, 'agent.sqlite'));
    database.prepare("UPDATE transfer_items SET session = '' WHERE transfer_id = ?").run(id);
    database.close();
    const next = await restart(bench);
    next.provider.fault = ({ name }) => (name === 'stat' ? { type: 'hang' } : undefined);
    next.engine.recover();
    expect(await next.names()).toEqual([expect.stringMatching(/\.part$/)]);
    expect(await next.engine.cancel(id)).toBe('ok');
    await next.engine.cleanedUp();
    expect(await next.names()).toEqual([]);
  });

  it('a source that changed meanwhile ends in failed, with nothing left at the target', async () => {
    const bench = await open();
    bench.provider.put('a', bytesOf(size));
    const held = bench.hold(({ name, offset }) => name === 'write' && offset >= 300_000);
    const id = bench.start({ source: objectRef('a'), target: objectRef('b') });
    await held.reached;
    bench.crash();
    bench.provider.put('a', bytesOf(size));
    const next = await restart(bench);
    next.engine.recover();
    expect(await next.finish(id)).toBe('failed');
    expect(next.provider.sessions.size).toBe(0);
  });
});

describe('a shutdown', () => {
  it('suspends what runs within its deadline, and the next engine goes on', async () => {
    const bench = await open();
    const bytes = bytesOf(size);
    bench.provider.put('a', bytes);
    const held = bench.hold(({ name, offset }) => name === 'write' && offset >= 300_000);
    const id = bench.start({ source: objectRef('a'), target: objectRef('b') });
    const waiting = bench.start({ source: objectRef('a'), target: objectRef('c') });
    await held.reached;
    bench.provider.fault = ({ name }) => (name === 'write' ? { type: 'hang' } : undefined);
    held.release();
    const began = performance.now();
    await bench.engine.shutdown();
    expect(performance.now() - began).toBeLessThan(1500);
    expect(bench.engine.get(id)?.status).toBe('running');
    expect(bench.history).toEqual([]);
    bench.crash();
    const next = await restart(bench);
    expect(next.engine.recover()).toBe(2);
    for (const each of [id, waiting]) expect(await next.finish(each)).toBe('completed');
    expect(sha256(next.provider.objects.get('b')!)).toBe(sha256(bytes));
  });
});
