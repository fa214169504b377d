import { appendFile, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EndpointGates } from './endpoint-gates.ts';
import { LocalSource } from './local-source.ts';
import type { MoveContext } from './move.ts';
import { SlabPool } from './slab-pool.ts';
import { Bench, bytesOf, objectRef } from './testing/bench.ts';
import { FakeProvider } from './testing/fake-provider.ts';
import { moveWhole } from './whole-mover.ts';

const MiB = 1024 * 1024;
const { signal } = new AbortController();

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'click-whole-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A small file that is read under a cap; `between` happens between two of its pieces. Answers what was sent. */
async function moveFile(between: (path: string) => Promise<void>): Promise<{ sent: Buffer[]; pool: SlabPool; moved: Promise<void> }> {
  const path = join(folder, 'small');
  await writeFile(path, Buffer.alloc(3 * MiB, 1));
  // So that a change shows however coarse the clock of the file system is.
  await utimes(path, 1000, 1000);
  const source = new LocalSource(path);
  const pool = new SlabPool({ slabBytes: 8 * MiB, maxSlabs: 1 });
  const sent: Buffer[] = [];
  let pieces = 0;
  const context = {
    attempt: { source, endpoints: [], target: { putWhole: (_: unknown, { bytes }: { bytes: Buffer }) => sent.push(Buffer.from(bytes)) } },
    frozen: { ...(await source.stat()), chunkSize: 8 * MiB, ifAbsent: false },
    move: {
      run: { row: { id: 'id' }, soft: signal, hard: signal },
      lease: pool.lease(),
      throttle: { capped: true, take: async () => ((pieces += 1) === 5 ? await between(path) : undefined) },
    },
    tools: { gates: new EndpointGates({ startLanes: 1, maxLanes: 1, retryBudget: 1 }, () => 0), settings: { writeTimeoutMs: 1000 } },
    call: (_what: string, on: AbortSignal, action: (on: AbortSignal) => Promise<unknown>) => action(on),
    publish: async (work: () => Promise<unknown>) => void (await work()),
  } as unknown as MoveContext;
  return { sent, pool, moved: moveWhole(context) };
}

it.each<[string, (path: string) => Promise<void>]>([
  ['rewritten', (path) => writeFile(path, Buffer.alloc(3 * MiB, 2))],
  ['appended to', (path) => appendFile(path, 'more')],
  ['cut short', (path) => writeFile(path, 'less')],
])('a small file that is %s while it is read is never sent', async (_, change) => {
  const { sent, pool, moved } = await moveFile(change);
  await expect(moved).rejects.toMatchObject({ kind: 'changed' });
  expect([sent.length, pool.inUse]).toEqual([0, 0]);
});

it('a small file that nobody touches is sent as it is', async () => {
  const { sent, moved } = await moveFile(() => Promise.resolve());
  await moved;
  expect(sent[0]?.equals(Buffer.alloc(3 * MiB, 1))).toBe(true);
});

it('a small object with a validator costs one look and one read, and is not asked for again', async () => {
  const bench = await Bench.open({ provider: new FakeProvider({ whole: true }) });
  bench.provider.put('a', bytesOf(1000));
  expect(await bench.finish(bench.start({ source: objectRef('a'), target: objectRef('b', 'other') }, 'server'))).toBe('completed');
  expect(bench.provider.calls.filter(({ key }) => key === 'a').map(({ name }) => name)).toEqual(['stat', 'read']);
  await bench.close();
});
