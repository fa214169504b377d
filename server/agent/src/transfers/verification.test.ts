import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ProviderError } from '../providers/provider.ts';
import { Bench, bytesOf, objectRef, prefixRef, sha256 } from './testing/bench.ts';
import { FakeProvider, type FakeOptions } from './testing/fake-provider.ts';
import { userSettings } from './testing/user-settings.ts';

const size = 300_000;
const engine = { policies: userSettings({ verifyChecksum: true }) };
const benches: Bench[] = [];
afterEach(async () => {
  for (const bench of benches.splice(0).reverse()) await bench.close();
});

async function open(options: FakeOptions = {}, settings = {}): Promise<Bench> {
  const bench = await Bench.open({ provider: new FakeProvider(options), engine, settings });
  benches.push(bench);
  return bench;
}

/** Starts a transfer whose copy is visible, and whose verification hangs at its first read. */
async function hanging(bench: Bench, length = size): Promise<string> {
  bench.provider.put('a', bytesOf(length));
  bench.provider.fault = ({ name }) => (name === 'read' && bench.provider.objects.has('b') ? { type: 'hang' } : undefined);
  const id = bench.start({ source: objectRef('a'), target: objectRef('b') });
  const reads = (): number => bench.provider.calls.filter(({ name }) => name === 'read').length;
  await bench.reached(() => bench.provider.objects.has('b'));
  const before = reads();
  await bench.reached(() => reads() > before);
  return id;
}

/** Calls that move bytes to the target. */
const sends = (bench: Bench): string[] =>
  bench.provider.calls.map(({ name }) => name).filter((name) => ['open', 'resume', 'write', 'commit', 'put', 'copy'].includes(name));

const manners: [string, FakeOptions, number][] = [
  ['sent in one request', { whole: true }, 30_000],
  ['sent in chunks', { lanes: 2 }, size],
  ['made by the store', { copies: true }, size],
];

describe('a copy that is being verified', () => {
  it.each(manners)('and was %s is removed by a cancel, which is answered at once', async (_how, manner, length) => {
    const bench = await open(manner, { pauseGraceMs: 4500 });
    const id = await hanging(bench, length);
    const began = performance.now();
    expect(await bench.engine.cancel(id)).toBe('ok');
    expect(performance.now() - began).toBeLessThan(500);
    expect(bench.engine.get(id)?.status).toBe('cancelled');
    await bench.engine.cleanedUp();
    expect(bench.provider.objects.has('b')).toBe(false);
    expect(bench.provider.openReads).toBe(0);
    expect(bench.ledger.leftovers()).toEqual([]);
    expect(bench.engine.pool.inUse).toBe(0);
  });

  it('is removed by a cancel before anybody has looked at it', async () => {
    const bench = await open({ whole: true });
    bench.provider.put('a', bytesOf(30_000));
    bench.provider.fault = ({ name, key }) => (name === 'stat' && key === 'b' ? { type: 'hang' } : undefined);
    const id = bench.start({ source: objectRef('a'), target: objectRef('b') });
    await bench.reached(() => bench.provider.calls.some(({ name, key }) => name === 'stat' && key === 'b'));
    bench.provider.fault = () => undefined;
    expect(await bench.engine.cancel(id)).toBe('ok');
    await bench.engine.cleanedUp();
    expect(bench.provider.objects.has('b')).toBe(false);
    expect(bench.ledger.leftovers()).toEqual([]);
  });

  it('does not keep its folder from failing when another object meets a defect', async () => {
    const bench = await open({ whole: true });
    for (const key of ['from/a', 'from/b']) bench.provider.put(key, bytesOf(1000));
    const defect = new Error('nobody has thought of this') as ProviderError;
    const hanging = (): boolean => bench.provider.calls.some(({ name, key }) => name === 'read' && key === 'to/a');
    const held = bench.hold(({ name, key }) => name === 'put' && key === 'to/b');
    bench.provider.fault = ({ name, key }) =>
      name === 'read' && key === 'to/a' ? { type: 'hang' } : name === 'put' && key === 'to/b' ? { type: 'fail', error: defect } : undefined;
    const id = bench.start({ source: prefixRef('from/'), target: prefixRef('to/') });
    await bench.reached(hanging);
    held.release();
    expect(await bench.finish(id)).toBe('failed');
  });

  it.each(manners)('and was %s is kept by a pause, and the resume only verifies it', async (_how, manner, length) => {
    const bench = await open(manner);
    const id = await hanging(bench, length);
    expect(await bench.engine.pause(id)).toBe('ok');
    expect(bench.engine.get(id)).toMatchObject({ status: 'paused', bytesTransferred: length });
    expect(bench.provider.objects.has('b')).toBe(true);
    expect(bench.provider.sessions.size).toBe(0);
    bench.provider.fault = () => undefined;
    bench.provider.calls.length = 0;
    expect(await bench.engine.resume(id)).toBe('ok');
    expect(await bench.finish(id)).toBe('completed');
    expect(sends(bench)).toEqual([]);
    expect(bench.ledger.proof(id)).toBe('sha256');
    expect(bench.history).toMatchObject([{ transferredObjects: 1, transferredSize: length }]);
  });

  it('and is a file on the disk is kept by a pause, too', async () => {
    const bench = await open();
    const bytes = bytesOf(size);
    bench.provider.put('a', bytes);
    const path = join(bench.folder, 'down');
    let published = false;
    bench.provider.fault = ({ name }) => (name === 'read' && published ? { type: 'hang' } : undefined);
    const publish = bench.ledger.publishItem.bind(bench.ledger);
    const noted = new Promise<void>((resolve) => {
      bench.ledger.publishItem = (...args) => {
        published = true;
        resolve();
        return publish(...args);
      };
    });
    const id = bench.start({ source: objectRef('a'), target: { type: 'file', path } });
    await noted;
    expect(await bench.engine.pause(id)).toBe('ok');
    expect(await bench.names()).toEqual(['down']);
    bench.provider.fault = () => undefined;
    const before = bench.provider.bytesRead;
    await bench.engine.resume(id);
    expect(await bench.finish(id)).toBe('completed');
    // Once, for the SHA-256 of the source.
    expect(bench.provider.bytesRead - before).toBe(size);
    expect(sha256(await readFile(path))).toBe(sha256(bytes));
  });

  it('when it is paused is removed by a cancel', async () => {
    const bench = await open({ whole: true });
    const id = await hanging(bench, 30_000);
    await bench.engine.pause(id);
    bench.provider.fault = () => undefined;
    expect(await bench.engine.cancel(id)).toBe('ok');
    await bench.engine.cleanedUp();
    expect(bench.provider.objects.has('b')).toBe(false);
  });

  it('and was replaced during the pause is left alone, and the transfer says so', async () => {
    const bench = await open({ lanes: 2 });
    const id = await hanging(bench);
    await bench.engine.pause(id);
    bench.provider.fault = () => undefined;
    bench.provider.put('b', Buffer.from('theirs'));
    await bench.engine.resume(id);
    expect(await bench.finish(id)).toBe('failed');
    expect(bench.engine.get(id)?.errorMessage).toBe('The copy was replaced before it was verified.');
    expect(bench.provider.objects.get('b')?.toString()).toBe('theirs');
    expect(bench.ledger.leftovers()).toEqual([]);
  });

  it('when the agent dies is verified by the next one, without being sent again', async () => {
    const bench = await open({ lanes: 2 });
    const id = await hanging(bench);
    bench.crash();
    const next = await Bench.open({ folder: bench.folder, provider: bench.provider.reborn(), engine });
    benches.push(next);
    next.engine.recover();
    expect(await next.finish(id)).toBe('completed');
    expect(sends(next)).toEqual([]);
    expect(next.ledger.proof(id)).toBe('sha256');
  });

  it('is read again after a fault, not sent again', async () => {
    const bench = await open({ lanes: 2 });
    bench.provider.put('a', bytesOf(size));
    let faults = 0;
    bench.provider.fault = ({ name, key }) => (name === 'stat' && key === 'b' && (faults += 1) < 3 ? failing : undefined);
    const id = bench.start({ source: objectRef('a'), target: objectRef('b') });
    expect(await bench.finish(id)).toBe('completed');
    expect(sends(bench).filter((name) => name === 'commit')).toHaveLength(1);
  });

  it('and cannot be read for good is removed, and the transfer fails', async () => {
    const bench = await open({ lanes: 2 });
    bench.provider.put('a', bytesOf(size));
    bench.provider.fault = ({ name, key }) => (name === 'read' && key === 'b' ? failing : undefined);
    const id = bench.start({ source: objectRef('a'), target: objectRef('b') });
    expect(await bench.finish(id)).toBe('failed');
    expect(bench.provider.objects.has('b')).toBe(false);
  });

  it.each(manners.slice(0, 2))('and was %s is removed when its size is another one', async (_how, manner, length) => {
    const bench = await open(manner);
    bench.provider.put('a', bytesOf(length));
    bench.provider.gate = async ({ name, key }) => {
      if (name === 'stat' && key === 'b') bench.provider.put('b', bytesOf(length - 1));
    };
    const id = bench.start({ source: objectRef('a'), target: objectRef('b') });
    expect(await bench.finish(id)).toBe('failed');
    expect(bench.engine.get(id)?.errorMessage).toBe(`The copy had ${length - 1} of ${length} bytes and was removed.`);
    expect(bench.provider.objects.has('b')).toBe(false);
    expect(bench.ledger.leftovers()).toEqual([]);
  });

  it('on the disk is removed by a cancel, and a file that was put in its place is not', async () => {
    for (const [name, replaced] of [
      ['ours', false],
      ['theirs', true],
    ] as const) {
      const bench = await open();
      bench.provider.put('a', bytesOf(size));
      const path = join(bench.folder, name);
      const publish = bench.ledger.publishItem.bind(bench.ledger);
      const noted = new Promise<void>((resolve) => {
        bench.ledger.publishItem = (...args) => {
          bench.provider.fault = (call) => (call.name === 'read' ? { type: 'hang' } : undefined);
          resolve();
          return publish(...args);
        };
      });
      const id = bench.start({ source: objectRef('a'), target: { type: 'file', path } });
      await noted;
      await bench.engine.pause(id);
      if (replaced) await writeFile(path, bytesOf(size));
      expect(await bench.engine.cancel(id)).toBe('ok');
      await bench.engine.cleanedUp();
      expect(await bench.names()).toEqual(replaced ? [name] : []);
    }
  });
});

const failing = { type: 'fail', error: new ProviderError('unavailable', 'The store is down.') } as const;
