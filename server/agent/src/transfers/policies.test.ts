import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Policies, type TransferPolicy } from './policies.ts';
import { Bench, type BenchOptions, bytesOf, objectRef, planOf, prefixRef } from './testing/bench.ts';
import { FakeProvider, type FakeOptions } from './testing/fake-provider.ts';
import { userSettings } from './testing/user-settings.ts';

let bench: Bench;
afterEach(() => bench.close());

async function open(policy: Partial<TransferPolicy>, options: FakeOptions = { lanes: 2 }, more: BenchOptions = {}) {
  const policies = userSettings(policy);
  bench = await Bench.open({ provider: new FakeProvider(options), engine: { policies }, ...more });
  return policies;
}

const move = (): string => bench.start({ source: objectRef('a'), target: objectRef('to/b.bin') }, 'server');
const keys = (): string[] => [...bench.provider.objects.keys()].filter((key) => key.startsWith('to/')).toSorted();

describe('an object that is at the target already', () => {
  it('is replaced by default', async () => {
    await open({});
    bench.provider.put('a', bytesOf(100_000));
    bench.provider.put('to/b.bin', bytesOf(10));
    expect(await bench.finish(move())).toBe('completed');
    expect(bench.provider.objects.get('to/b.bin')).toHaveLength(100_000);
  });

  it('is kept beside the new one by KeepBoth, under the next free number', async () => {
    await open({ fileExistsAction: 2 });
    bench.provider.put('a', bytesOf(100_000));
    for (const key of ['to/b.bin', 'to/b (1).bin']) bench.provider.put(key, bytesOf(10));
    expect(await bench.finish(move())).toBe('completed');
    expect(keys()).toEqual(['to/b (1).bin', 'to/b (2).bin', 'to/b.bin']);
    expect(bench.provider.objects.get('to/b (2).bin')).toHaveLength(100_000);
  });

  it('is kept beside a downloaded file, too', async () => {
    await open({ fileExistsAction: 2 });
    bench.provider.put('a', bytesOf(100_000));
    const path = await bench.file('b.bin', Buffer.from('mine'));
    expect(await bench.finish(bench.start({ source: objectRef('a'), target: { type: 'file', path } }))).toBe('completed');
    expect(await bench.names()).toEqual(['b (1).bin', 'b.bin']);
    expect(await readFile(path, 'utf8')).toBe('mine');
  });

  it('is skipped by SkipIfSame when it is of equal size and not older, and replaced otherwise', async () => {
    await open({ fileExistsAction: 1 });
    bench.provider.put('a', bytesOf(1000));
    bench.provider.put('to/b.bin', bytesOf(1000));
    bench.provider.modified.set('a', new Date(1000)).set('to/b.bin', new Date(1000));
    const skipped = move();
    expect(await bench.finish(skipped)).toBe('completed');
    expect(bench.history).toMatchObject([{ skippedObjects: 1, transferredObjects: 0, transferredSize: 0, transferStatus: 4 }]);
    expect(bench.engine.get(skipped)).toMatchObject({ progress: 100, totalBytes: 0 });
    bench.provider.modified.set('a', new Date(2000));
    expect(await bench.finish(move())).toBe('completed');
    expect(bench.provider.objects.get('to/b.bin')?.equals(bench.provider.objects.get('a')!)).toBe(true);
  });

  it('and appears only meanwhile, is not replaced by KeepBoth: the new one takes the next number', async () => {
    await open({ fileExistsAction: 2 });
    bench.provider.put('a', bytesOf(100_000));
    const held = bench.hold(({ name }) => name === 'commit');
    const id = move();
    await held.reached;
    bench.provider.put('to/b.bin', bytesOf(10));
    held.release();
    expect(await bench.finish(id)).toBe('completed');
    expect(bench.provider.objects.get('to/b.bin')).toHaveLength(10);
    expect(bench.provider.objects.get('to/b (1).bin')).toHaveLength(100_000);
    expect(bench.provider.sessions.size).toBe(0);
  });

  it('is replaced when the settings are not active', async () => {
    await open({ fileExistsAction: 2, active: false });
    bench.provider.put('a', bytesOf(10));
    bench.provider.put('to/b.bin', bytesOf(5));
    expect(await bench.finish(move())).toBe('completed');
    expect(keys()).toEqual(['to/b.bin']);
  });
});

describe('VerifyChecksum', () => {
  it('proves the copy by SHA-256 of both ends, and the ledger says so', async () => {
    await open({ verifyChecksum: true });
    bench.provider.put('a', bytesOf(300_001));
    const id = move();
    expect(await bench.finish(id)).toBe('completed');
    expect(bench.ledger.proof(id)).toBe('sha256');
    expect(bench.provider.bytesRead).toBe(3 * 300_001);
  });

  it('removes a copy that differs, and fails', async () => {
    await open({ verifyChecksum: true }, { whole: true });
    bench.provider.put('a', bytesOf(30_000));
    bench.provider.lies = true;
    const id = move();
    expect(await bench.finish(id)).toBe('failed');
    expect(bench.engine.get(id)?.errorMessage).toMatch(/^The copy differs from its source and was removed: SHA-256 [0-9a-f]{64} instead/);
    expect(keys()).toEqual([]);
  });

  it('checks what is on the disk after a download', async () => {
    await open({ verifyChecksum: true });
    bench.provider.put('a', bytesOf(300_001));
    const id = bench.start({ source: objectRef('a'), target: { type: 'file', path: join(bench.folder, 'b') } });
    expect(await bench.finish(id)).toBe('completed');
    expect(bench.ledger.proof(id)).toBe('sha256');
  });
});

describe('reading back for VerifyChecksum', () => {
  const upload = async (): Promise<string> =>
    bench.start({ source: { type: 'file', path: await bench.file('up', bytesOf(600_000)) }, target: objectRef('to/b.bin') });
  const turns = async (count: number): Promise<void> => {
    let seen = 0;
    await bench.reached(() => (seen += 1) > count);
  };

  it.each([
    ['an upload counts against the cap of downloads', { maxDownloadBytesPerSecond: 1 }, upload],
    ['a copy counts against the cap of copies', { maxServerToServerBytesPerSecond: 1 }, () => Promise.resolve(move())],
  ])('%s', async (_what, cap, start) => {
    const policies = await open({ verifyChecksum: true });
    bench.provider.put('a', bytesOf(600_000));
    const held = bench.hold(({ name }) => name === 'commit');
    const id = await start();
    await held.reached;
    policies.change({ verifyChecksum: true, ...cap });
    held.release();
    await bench.reached(() => bench.provider.objects.has('to/b.bin'));
    const before = bench.provider.bytesRead;
    await bench.reached(() => bench.provider.bytesRead > before);
    await turns(3000);
    // At one byte a second the second grant comes after days.
    expect(bench.engine.get(id)?.status).toBe('running');
    expect(bench.provider.bytesRead - before).toBeLessThan(400_000);
    policies.change({ verifyChecksum: true });
    expect(await bench.finish(id)).toBe('completed');
    expect(bench.ledger.proof(id)).toBe('sha256');
  });

  it.each([
    ['whole', { whole: true }, 60_000],
    ['in sessions', { lanes: 2 }, 200_000],
  ])('takes a place at the store for objects moved %s, without waiting for one while it has one', async (_what, manner, size) => {
    await open({ verifyChecksum: true }, manner, { settings: { startLanes: 1, maxLanes: 1, objectsAtOnce: 4, maxSlabs: 4 } });
    for (let n = 0; n < 12; n += 1) bench.provider.put(`from/${n}`, bytesOf(size));
    let most = 0;
    bench.provider.gate = ({ name }) => {
      if (name === 'read') most = Math.max(most, bench.provider.openReads);
      return Promise.resolve();
    };
    const id = bench.start({ source: prefixRef('from'), target: prefixRef('to') }, 'server');
    expect(await bench.finish(id)).toBe('completed');
    expect(bench.ledger.proof(id)).toBe('sha256');
    // The one that closes just now may still count.
    expect(most).toBeLessThanOrEqual(1);
  });
});

describe('a bandwidth cap', () => {
  it('holds a transfer back until it is lifted', async () => {
    const policies = await open({ maxServerToServerBytesPerSecond: 1 });
    bench.provider.put('a', bytesOf(500_000));
    const id = move();
    await bench.when(() => bench.events.length > 0);
    // At one byte a second the second grant comes after days: the transfer cannot end by itself.
    policies.change({});
    expect(await bench.finish(id)).toBe('completed');
    expect(bench.provider.objects.get('to/b.bin')?.equals(bench.provider.objects.get('a')!)).toBe(true);
  });

  it('does not keep a paused or cancelled transfer waiting', async () => {
    await open({ maxDownloadBytesPerSecond: 1 });
    bench.provider.put('a', bytesOf(500_000));
    const id = bench.start({ source: objectRef('a'), target: { type: 'file', path: join(bench.folder, 'b') } });
    await bench.when(() => bench.provider.openReads > 0 || bench.events.length > 0);
    expect(await bench.engine.pause(id)).toBe('ok');
    expect(await bench.engine.cancel(id)).toBe('ok');
    await bench.engine.cleanedUp();
    expect(await bench.names()).toEqual([]);
  });

  it('is one for all transfers of a user and an account, in each direction', () => {
    const policies = new Policies(userSettings({ maxUploadBytesPerSecond: 5, maxDownloadBytesPerSecond: 7 }));
    bench = { close: () => Promise.resolve() } as Bench;
    const file = { type: 'file', path: '/x' } as const;
    const up = planOf({ source: file, target: objectRef('a') });
    const across = planOf({ source: objectRef('a'), target: objectRef('b') });
    const waits = [up, up].map((plan) =>
      policies
        .throttleFor(plan, 'one')
        .take(1000, AbortSignal.timeout(1))
        .then(
          () => 'went',
          () => 'waited',
        ),
    );
    const free = policies
      .throttleFor(across, 'other')
      .take(1_000_000, AbortSignal.timeout(1000))
      .then(() => 'went');
    return expect(Promise.all([...waits, free])).resolves.toEqual(['went', 'waited', 'went']);
  });
});
