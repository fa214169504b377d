import { startObjectServer, type ObjectServer } from '@click-kit/object-server';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { httpObjectProvider } from '../providers/http-object.ts';
import { defaultSettings } from './settings.ts';
import { Bench, bytesOf, objectRef, prefixRef, sha256, testSettings } from './testing/bench.ts';
import { sleep } from './retry.ts';

const MiB = 1024 * 1024;
let [bench, server, dataDir] = [undefined as unknown as Bench, undefined as unknown as ObjectServer, ''];

const serve = (port: number): Promise<ObjectServer> =>
  startObjectServer({ dataDir, port, accessKey: 'demo', secretKey: 'demo-secret', buckets: ['bucket'] });

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'click-objects-'));
  server = await serve(0);
  const provider = httpObjectProvider({ serviceUrl: server.url, accessKey: 'demo', secretKey: 'demo-secret' });
  const retry = { ...defaultSettings.retry, baseMs: 20, capMs: 400, maxAttempts: 12 };
  const settings = {
    ...testSettings,
    chunkBytes: MiB,
    progressIntervalMs: 1,
    pauseGraceMs: 5000,
    callTimeoutMs: 5000,
    writeTimeoutMs: 5000,
    retry,
  };
  bench = await Bench.open({ settings, engine: { endpoints: { resolve: () => Promise.resolve(provider) }, sleep } });
});
afterEach(async () => {
  await bench.close();
  await server.close();
  await rm(dataDir, { recursive: true, force: true });
});

const moved = (id: string, bytes: number): Promise<void> => bench.when(() => (bench.engine.get(id)?.bytesTransferred ?? 0) >= bytes);

it('upload, server transfer and download keep every byte, paused and resumed on the way', async () => {
  const bytes = bytesOf(20 * MiB + 13);
  const up = bench.start({ source: { type: 'file', path: await bench.file('up', bytes) }, target: objectRef('a/up') });
  await moved(up, 3 * MiB);
  expect(await bench.engine.pause(up)).toBe('ok');
  expect(bench.engine.get(up)?.bytesTransferred).toBeLessThan(bytes.length);
  expect(await bench.engine.resume(up)).toBe('ok');
  expect(await bench.finish(up)).toBe('completed');
  const across = bench.start({ source: objectRef('a/up'), target: objectRef('a/across') }, 'server');
  expect(await bench.finish(across)).toBe('completed');
  const down = bench.start({ source: objectRef('a/across'), target: { type: 'file', path: join(bench.folder, 'down') } });
  await moved(down, 3 * MiB);
  expect(await bench.engine.pause(down)).toBe('ok');
  expect(await bench.engine.resume(down)).toBe('ok');
  expect(await bench.finish(down)).toBe('completed');
  expect(sha256(await readFile(join(bench.folder, 'down')))).toBe(sha256(bytes));
  const folder = bench.start({ source: prefixRef('a'), target: { type: 'folder', path: join(bench.folder, 'to') } });
  expect(await bench.finish(folder)).toBe('completed');
  expect(await bench.names('to')).toEqual(['across', 'up']);
  expect(bench.engine.pool.inUse).toBe(0);
});

it('a server that restarts on the way costs a retry, not the transfer', async () => {
  const bytes = bytesOf(24 * MiB);
  const port = Number(new URL(server.url).port);
  const id = bench.start({ source: { type: 'file', path: await bench.file('up', bytes) }, target: objectRef('up') });
  await moved(id, 4 * MiB);
  await server.close();
  expect(bench.engine.get(id)?.status).toBe('running');
  server = await serve(port);
  expect(await bench.finish(id)).toBe('completed');
  const down = bench.start({ source: objectRef('up'), target: { type: 'file', path: join(bench.folder, 'down') } });
  expect(await bench.finish(down)).toBe('completed');
  expect(sha256(await readFile(join(bench.folder, 'down')))).toBe(sha256(bytes));
});

it('a cancelled upload leaves no object and no session at the server', async () => {
  const before = await readdir(dataDir, { recursive: true });
  const id = bench.start({ source: { type: 'file', path: await bench.file('up', bytesOf(24 * MiB)) }, target: objectRef('up') });
  await moved(id, 2 * MiB);
  expect(await bench.engine.cancel(id)).toBe('ok');
  await bench.engine.cleanedUp();
  expect(bench.ledger.leftovers()).toEqual([]);
  expect(await readdir(dataDir, { recursive: true })).toEqual(before);
});

it('a server that stays down ends the transfer in failed, with its address in the message', async () => {
  const id = bench.start({ source: { type: 'file', path: await bench.file('up', bytesOf(24 * MiB)) }, target: objectRef('up') });
  await moved(id, 2 * MiB);
  await server.close();
  expect(await bench.finish(id)).toBe('failed');
  expect(bench.engine.get(id)?.errorMessage).toContain(new URL(server.url).host);
  expect(bench.ledger.leftovers()).toHaveLength(1);
  server = await serve(Number(new URL(server.url).port));
  bench.engine.recover();
  await bench.engine.cleanedUp();
  expect(bench.ledger.leftovers()).toEqual([]);
});
