import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Ledger, StatusChange } from './ledger.ts';
import { Bench, bytesOf, objectRef } from './testing/bench.ts';

let bench: Bench;
afterEach(() => bench.close());

const full = (): Error => Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });

/** The ledger on a disk that is full: `refuses` says which of its writes fail. */
function fullDisk(refuses: (method: string, to: StatusChange | undefined) => boolean): (ledger: Ledger) => Ledger {
  return (ledger) =>
    new Proxy(ledger, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]): unknown => {
          if (refuses(String(name), name === 'change' ? (args[1] as StatusChange) : undefined)) throw full();
          return Reflect.apply(member, target, args);
        };
      },
    });
}

const down = (): string => bench.start({ source: objectRef('a'), target: { type: 'file', path: join(bench.folder, 'to', 'a') } });

describe('when the ledger cannot take how a transfer ended', () => {
  it('the engine tries again until it does, and announces nothing before', async () => {
    let left = 5;
    const waits: number[] = [];
    const seen: (string | undefined)[] = [];
    bench = await Bench.open({
      ledger: fullDisk((_method, to) => to?.status === 'failed' && (left -= 1) >= 0),
      engine: {
        random: () => 0.999,
        sleep: (ms, signal) => {
          waits.push(ms);
          seen.push(bench.engine.get(bench.engine.list({})[0]!.transferId)?.status);
          return new Promise((resolve, reject) => (signal.aborted ? reject(signal.reason as Error) : setImmediate(resolve)));
        },
      },
    });
    const id = down();
    expect(await bench.finish(id)).toBe('failed');
    expect(waits).toHaveLength(5);
    expect(waits.map((ms) => Math.round(ms))).toEqual([250, 500, 999, 1998, 3996]);
    expect(seen).toEqual(Array(5).fill('running'));
    expect(bench.events.filter(({ status }) => status === 'Failed')).toHaveLength(1);
    expect(bench.history).toMatchObject([{ transferStatus: 16, errorMessage: 'There is no object a.' }]);
    expect(bench.reported).toHaveLength(1);
  });

  it('the part file goes first, since it may be what fills the disk, and the message names the reason', async () => {
    const parts = (): boolean => {
      try {
        return readdirSync(join(bench.folder, 'to')).some((name) => name.endsWith('.part'));
      } catch {
        return false;
      }
    };
    let checkpoints = 0;
    bench = await Bench.open({
      ledger: fullDisk((method, to) => (method === 'checkpoint' && (checkpoints += 1) > 2) || (to?.status === 'failed' && parts())),
    });
    bench.provider.put('a', bytesOf(2_000_000));
    const id = down();
    expect(await bench.finish(id)).toBe('failed');
    expect(await bench.names('to')).toEqual([]);
    expect(bench.engine.get(id)?.errorMessage).toMatch(/disk.*full/);
    expect(bench.ledger.leftovers()).toEqual([]);
  });

  it('a transfer that moved everything is completed, not failed', async () => {
    let left = 3;
    bench = await Bench.open({ ledger: fullDisk((_method, to) => to?.status === 'completed' && (left -= 1) >= 0) });
    bench.provider.put('a', bytesOf(300_000));
    const id = down();
    expect(await bench.finish(id)).toBe('completed');
    expect(bench.history).toMatchObject([{ transferStatus: 4, transferredObjects: 1 }]);
  });

  it('a shutdown ends the attempts, and the next start goes on', async () => {
    const tries: string[] = [];
    let refusing = true;
    bench = await Bench.open({
      ledger: fullDisk((_method, to) => {
        if (to?.status === 'failed') tries.push(to.status);
        return refusing && to?.status === 'failed';
      }),
    });
    const id = down();
    await bench.reached(() => tries.length > 3);
    await bench.engine.shutdown();
    expect(bench.engine.get(id)?.status).toBe('running');
    refusing = false;
    expect(bench.history).toEqual([]);
  });

  it('a cancel that the ledger takes ends the attempts too', async () => {
    const tries: string[] = [];
    bench = await Bench.open({
      ledger: fullDisk((_method, to) => {
        if (to?.status === 'failed') tries.push(to.status);
        return to?.status === 'failed';
      }),
    });
    const id = down();
    await bench.reached(() => tries.length > 3);
    expect(await bench.engine.cancel(id)).toBe('ok');
    await bench.engine.cleanedUp();
    expect(bench.history).toMatchObject([{ transferStatus: 8 }]);
  });
});

it('a transfer whose start the ledger cannot take is started when it does', async () => {
  let left = 3;
  bench = await Bench.open({ ledger: fullDisk((_method, to) => to?.startedAt !== undefined && (left -= 1) >= 0) });
  bench.provider.put('a', bytesOf(1000));
  expect(await bench.finish(down())).toBe('completed');
});
