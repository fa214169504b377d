import fc from 'fast-check';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ProviderError } from '../providers/provider.ts';
import { Bench, bytesOf, objectRef } from './testing/bench.ts';
import { type FakeOptions, FakeProvider, type Fault } from './testing/fake-provider.ts';
import { userSettings } from './testing/user-settings.ts';

const down = new ProviderError('unavailable', 'The storage refuses.');
const fault: fc.Arbitrary<Fault | undefined> = fc.oneof(
  { weight: 12, arbitrary: fc.constant(undefined) },
  { weight: 2, arbitrary: fc.constant<Fault>({ type: 'lost' }) },
  { weight: 2, arbitrary: fc.constant<Fault>({ type: 'fail', error: down }) },
  { weight: 1, arbitrary: fc.constant<Fault>({ type: 'hang' }) },
);
const order = fc.record({
  at: fc.integer({ min: 0, max: 40 }),
  what: fc.constantFrom('pause', 'pause', 'cancel', 'crash', 'take', 'take'),
});
const manners = fc.constantFrom<FakeOptions>({}, { lanes: 3 }, { whole: true }, { lanes: 2, whole: true, copies: true });
const names = ['b', 'b (1)', 'b (2)'];

/** False when there is a file already. */
const write = (path: string, content: Buffer): Promise<boolean> =>
  writeFile(path, content, { flag: 'wx' }).then(
    () => true,
    () => false,
  );

/** Everything that has a name like the target's, and is whole. */
async function shown(bench: Bench, download: boolean): Promise<Map<string, Buffer>> {
  if (!download) return new Map([...bench.provider.objects].filter(([key]) => key.startsWith('b')));
  const files = (await bench.names()).filter((name) => name.startsWith('b'));
  return new Map(await Promise.all(files.map(async (name) => [name, await readFile(join(bench.folder, name))] as const)));
}

it('whatever happens, KeepBoth replaces nothing, makes one copy, and with VerifyChecksum leaves none unverified', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({ download: fc.boolean(), verifyChecksum: fc.boolean(), manner: manners }),
      fc.integer({ min: 1, max: 300_000 }),
      fc.array(fault, { maxLength: 40 }),
      fc.array(order, { maxLength: 5 }),
      async ({ download, verifyChecksum, manner }, size, faults, orders) => {
        const settings = { callTimeoutMs: 250, writeTimeoutMs: 250, commitTimeoutMs: 1000, pauseGraceMs: 200, abortGraceMs: 50 };
        const options = { settings, engine: { policies: userSettings({ fileExistsAction: 2, verifyChecksum }) } };
        let bench = await Bench.open({ ...options, provider: new FakeProvider(manner) });
        const bytes = bytesOf(size);
        bench.provider.put('a', bytes);
        const theirs = new Map<string, Buffer>();
        const pending: Promise<unknown>[] = [];
        let [call, next] = [0, undefined as Promise<Bench> | undefined];
        const todo = [...orders];
        const take = async (on: Bench): Promise<void> => {
          const name = names.find((each) => !theirs.has(each)) ?? 'b (3)';
          // As large as the copy, so that only its content tells.
          const content = bytesOf(size);
          const taken = download ? await write(join(on.folder, name), content) : !on.provider.objects.has(name);
          if (!taken) return;
          if (!download) on.provider.put(name, content);
          theirs.set(name, content);
        };
        const attend = (on: Bench, id: () => string): void => {
          on.provider.fault = () => faults[call++];
          on.provider.gate = async () => {
            const due = todo.filter(({ at }) => at <= call);
            for (const each of due) {
              // The rest happens to the agent that starts again.
              if (on.provider.dead) return;
              todo.splice(todo.indexOf(each), 1);
              if (each.what === 'take') await take(on);
              else if (each.what === 'cancel') pending.push(on.engine.cancel(id()).catch(() => undefined));
              else if (each.what === 'pause')
                pending.push(
                  on.engine
                    .pause(id())
                    .then(() => on.engine.resume(id()))
                    .catch(() => undefined),
                );
              else if (next === undefined) {
                on.crash();
                const reborn = on.provider.reborn();
                next = Bench.open({ ...options, folder: on.folder, provider: reborn });
              }
            }
          };
        };
        attend(bench, () => id);
        const source = objectRef('a');
        const id = download
          ? bench.start({ source, target: { type: 'file', path: join(bench.folder, 'b') } })
          : bench.start({ source, target: objectRef('b') });
        const over = (): boolean => next !== undefined || ['completed', 'failed', 'cancelled'].includes(bench.engine.get(id)?.status ?? '');
        await bench.reached(over);
        if (next !== undefined) {
          bench = await next;
          attend(bench, () => id);
          bench.engine.recover();
          for (const { status } of bench.engine.list({})) if (status === 'paused') await bench.engine.resume(id);
        }
        const status = await bench.finish(id);
        await Promise.all(pending);
        await bench.engine.cleanedUp();
        const after = await shown(bench, download);
        for (const [name, content] of theirs) expect(after.get(name)?.equals(content), name).toBe(true);
        const ours = [...after].filter(([name]) => !theirs.has(name));
        for (const [name, content] of ours) expect(content.equals(bytes), name).toBe(true);
        // A commit whose answer was lost may have published all the same.
        const lost = next !== undefined || faults.some((each) => each?.type === 'lost');
        expect(status === 'completed' ? [1] : lost ? [0, 1] : [0]).toContain(ours.length);
        // An open that nobody waited for any more takes back what it made.
        await expect.poll(async () => (await bench.names()).filter((name) => name.endsWith('.part'))).toEqual([]);
        await bench.close();
      },
    ),
    { numRuns: 60, endOnFailure: true },
  );
}, 120_000);
