// Tests of the engine over real sockets that go quiet without closing, with short deadlines: it goes on elsewhere, or says who was silent.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ObjectServer, startObjectServer } from '@click-kit/object-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { httpObjectProvider } from '../../src/providers/http-object.ts';
import { sleep } from '../../src/transfers/retry.ts';
import { defaultSettings } from '../../src/transfers/settings.ts';
import { Bench, bytesOf, objectRef, sha256, testSettings } from '../../src/transfers/testing/bench.ts';
import { type FaultProxy, faultProxy, type Way } from './fault-proxy.ts';

const KiB = 1024;
const quietMs = 300;
const bytes = bytesOf(1500 * KiB + 3);
let bench: Bench;
let server: ObjectServer;
let proxy: FaultProxy;
let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'click-test-quiet-'));
  const keys = { accessKey: 'demo', secretKey: 'demo-secret' };
  server = await startObjectServer({ dataDir, port: 0, ...keys, buckets: ['bucket'] });
  proxy = await faultProxy(server.url);
  const limits = { connectMs: 1000, headersMs: quietMs, stallMs: quietMs };
  const provider = httpObjectProvider({ serviceUrl: proxy.url, ...keys }, { limits });
  const retry = { ...defaultSettings.retry, baseMs: 20, capMs: 100, maxAttempts: 4 };
  const settings = { ...testSettings, chunkBytes: 128 * KiB, retry };
  bench = await Bench.open({ settings, engine: { endpoints: { resolve: () => Promise.resolve(provider) }, sleep } });
});
afterEach(async () => {
  await bench.close();
  await server.close();
  await rm(dataDir, { recursive: true, force: true });
});

const quiet = (way: Way, ...after: number[]) => after.map((bytesOn) => ({ kind: 'quiet' as const, way, after: bytesOn }));
const file = (name: string) => ({ type: 'file' as const, path: join(bench.folder, name) });

describe('a connection that goes quiet', () => {
  it('in the middle of an upload is given up, and every byte arrives', async () => {
    await bench.file('up', bytes);
    proxy.arm(quiet('to-server', 200 * KiB, 400 * KiB, 300 * KiB));
    expect(await bench.finish(bench.start({ source: file('up'), target: objectRef('up') }))).toBe('completed');
    expect(proxy.struck()).toBeGreaterThan(0);
    proxy.arm('none');
    expect(await bench.finish(bench.start({ source: objectRef('up'), target: file('down') }))).toBe('completed');
    expect(sha256(await readFile(join(bench.folder, 'down')))).toBe(sha256(bytes));
    expect(bench.ledger.leftovers()).toEqual([]);
  });

  it('in the middle of a download, or before its first byte, is given up, and every byte arrives', async () => {
    await bench.file('up', bytes);
    expect(await bench.finish(bench.start({ source: file('up'), target: objectRef('up') }))).toBe('completed');
    proxy.arm(quiet('to-client', 0, 300 * KiB, 150 * KiB, 10));
    expect(await bench.finish(bench.start({ source: objectRef('up'), target: file('down') }))).toBe('completed');
    expect(proxy.struck()).toBeGreaterThan(0);
    expect(sha256(await readFile(join(bench.folder, 'down')))).toBe(sha256(bytes));
    expect(await bench.names()).toEqual(['down', 'up']);
  });

  it('every time fails the transfer with the address in its message, and shows nothing', async () => {
    await bench.file('up', bytes);
    proxy.always({ kind: 'quiet', way: 'to-server', after: 10 * KiB });
    const id = bench.start({ source: file('up'), target: objectRef('up') });
    expect(await bench.finish(id)).toBe('failed');
    expect(bench.engine.get(id)?.errorMessage).toContain(new URL(proxy.url).host);
    proxy.arm('none');
    bench.engine.recover();
    await bench.engine.cleanedUp();
    expect(bench.ledger.leftovers()).toEqual([]);
    expect(bench.engine.pool.inUse).toBe(0);
  });
});
