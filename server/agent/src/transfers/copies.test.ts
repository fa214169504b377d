import { afterEach, describe, expect, it } from 'vitest';
import { ProviderError } from '../providers/provider.ts';
import { Bench, bytesOf, objectRef, prefixRef } from './testing/bench.ts';
import { FakeProvider } from './testing/fake-provider.ts';

const piece = 100_000;
const size = 10 * piece;
const benches: Bench[] = [];
afterEach(async () => {
  for (const bench of benches.splice(0).reverse()) await bench.close();
});

async function open(settings = {}, provider = new FakeProvider({ copies: true, copyPieces: piece }), folder?: string): Promise<Bench> {
  const bench = await Bench.open({ provider, settings, ...(folder !== undefined && { folder }) });
  benches.push(bench);
  return bench;
}

const copy = (bench: Bench): string => bench.start({ source: objectRef('a'), target: objectRef('b') }, 'server');
const pieces = ({ provider }: Bench): number[] => provider.calls.flatMap(({ name, offset }) => (name === 'copyPart' ? [offset] : []));

describe('a copy within a store', () => {
  it('may take longer than any request, as long as it gets on', async () => {
    const bench = await open({
      copyStallTimeoutMs: 250,
      writeTimeoutMs: 250,
      retry: { baseMs: 1, capMs: 1, retryAfterCapMs: 1, maxAttempts: 1 },
    });
    bench.provider.put('a', bytesOf(size));
    bench.provider.gate = async ({ name }) => {
      if (name === 'copyPart') await new Promise((resolve) => setTimeout(resolve, 50));
    };
    const id = copy(bench);
    expect(await bench.finish(id)).toBe('completed');
    expect(bench.provider.bytesRead).toBe(0);
  });

  it('that stands still is given up, gone on with, and in the end its bytes pass here', async () => {
    const bench = await open({ copyStallTimeoutMs: 400 });
    const bytes = bytesOf(size);
    bench.provider.put('a', bytes);
    bench.provider.fault = ({ name, offset }) => (name === 'copyPart' && offset === 3 * piece ? { type: 'hang' } : undefined);
    expect(await bench.finish(copy(bench))).toBe('completed');
    // What was copied is not copied again, and nothing of it is left.
    expect(pieces(bench)).toEqual([0, 1, 2, 3, 3, 3].map((n) => n * piece));
    expect(bench.provider.objects.get('b')?.equals(bytes)).toBe(true);
    expect(bench.provider.bytesRead).toBe(size);
    expect(bench.provider.sessions.size).toBe(0);
  });

  it('goes on after a crash where it stood', async () => {
    const bench = await open();
    bench.provider.put('a', bytesOf(size));
    const held = bench.hold(({ name, offset }) => name === 'copyPart' && offset === 4 * piece);
    const id = copy(bench);
    await held.reached;
    bench.crash();
    const next = await open({}, bench.provider.reborn(), bench.folder);
    expect(next.engine.get(id)?.bytesTransferred).toBe(4 * piece);
    next.engine.recover();
    expect(await next.finish(id)).toBe('completed');
    expect(pieces(next)).toEqual([4, 5, 6, 7, 8, 9].map((n) => n * piece));
    expect(next.provider.sessions.size).toBe(0);
  });

  it('that is cancelled after a crash leaves nothing at the store', async () => {
    const bench = await open();
    bench.provider.put('a', bytesOf(size));
    const held = bench.hold(({ name, offset }) => name === 'copyPart' && offset === 4 * piece);
    const id = copy(bench);
    await held.reached;
    bench.crash();
    const next = await open({}, bench.provider.reborn(), bench.folder);
    expect(next.provider.sessions.size).toBe(1);
    expect(await next.engine.cancel(id)).toBe('ok');
    await next.engine.cleanedUp();
    expect(next.provider.sessions.size).toBe(0);
    expect(next.ledger.leftovers()).toEqual([]);
  });

  it('whose beginning nobody heard of leaves nothing at the store either', async () => {
    const bench = await open();
    bench.provider.put('a', bytesOf(size));
    let copies = 0;
    bench.provider.fault = ({ name }) => (name === 'copy' && (copies += 1) === 1 ? { type: 'lost' } : undefined);
    expect(await bench.finish(copy(bench))).toBe('completed');
    expect(bench.provider.sessions.size).toBe(0);
  });

  it('is paused, and goes on where it stood', async () => {
    const bench = await open();
    bench.provider.put('a', bytesOf(size));
    bench.provider.fault = ({ name, offset }) => (name === 'copyPart' && offset === 4 * piece ? { type: 'hang' } : undefined);
    const id = bench.start({ source: objectRef('a'), target: objectRef('b') });
    await bench.reached(() => pieces(bench).length === 5);
    expect(await bench.engine.pause(id)).toBe('ok');
    bench.provider.fault = () => undefined;
    expect(await bench.engine.resume(id)).toBe('ok');
    expect(await bench.finish(id)).toBe('completed');
    expect(pieces(bench)).toEqual([0, 1, 2, 3, 4, 4, 5, 6, 7, 8, 9].map((n) => n * piece));
  });

  it('that the store refuses on the way passes here, and what it had is removed', async () => {
    const bench = await open();
    bench.provider.put('from/a', bytesOf(size));
    bench.provider.fault = ({ name, offset }) =>
      name === 'copyPart' && offset === 2 * piece ? { type: 'fail', error: new ProviderError('invalid', 'No.') } : undefined;
    const id = bench.start({ source: prefixRef('from'), target: prefixRef('to') }, 'server');
    expect(await bench.finish(id)).toBe('completed');
    expect(bench.provider.bytesRead).toBe(size);
    expect(bench.provider.sessions.size).toBe(0);
  });
});
