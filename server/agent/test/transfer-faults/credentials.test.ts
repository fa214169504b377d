// Tests of the engine against a real object server whose keys are replaced while an object is moved: once the account has the new ones, it goes on by itself.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ObjectServer, startObjectServer } from '@click-kit/object-server';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { httpObjectProvider } from '../../src/providers/http-object.ts';
import type { Provider, ProviderAccount } from '../../src/providers/provider.ts';
import { ProviderCache } from '../../src/providers/provider-cache.ts';
import { sleep } from '../../src/transfers/retry.ts';
import { Bench, bytesOf, objectRef, sha256, testSettings } from '../../src/transfers/testing/bench.ts';
import { gate, type Gate } from '../gate.ts';

const KiB = 1024;
const bytes = bytesOf(3000 * KiB + 3);
const signal = AbortSignal.timeout(60_000);
const bucket = 'bucket';
let dataDir: string;
let server: ObjectServer;
let administrator: Provider;
let bench: Bench;
let way: Gate;
/** As it is stored in the agent. */
let account: ProviderAccount;

const keysNamed = (name: string) => ({ accessKey: `ACCESSKEY${name.toUpperCase()}0123456789`, secretKey: `secret-key-${name}-0123456789` });
const grant = (name: string) =>
  administrator.keys!.put({ ...keysNamed(name), owner: 'owner', permission: 'readWrite', buckets: [bucket] }, signal);

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'click-test-keys-'));
  const own = { accessKey: 'administrator', secretKey: 'administrator-secret' };
  server = await startObjectServer({ dataDir, port: 0, ...own, buckets: [] });
  administrator = httpObjectProvider({ serviceUrl: server.url, ...own });
  await administrator.administration!.create({ name: bucket, owner: 'owner', objectLock: false }, signal);
  await grant('first');
  way = await gate(server.url, 'to-server', 700 * KiB);
  account = { cloudType: 2048, region: '', endpoint: '', serviceUrl: way.url, ...keysNamed('first') };
  let clock = 0;
  // Each look at the account is a second after the one before, so that none is spared.
  const providers = new ProviderCache(httpObjectProvider, () => (clock += 1001));
  bench = await Bench.open({
    settings: { ...testSettings, block: { networkProbeMs: 20, credentialsProbeMs: 20, maxMs: 60_000 } },
    engine: { endpoints: { resolve: () => Promise.resolve(providers.of('account', () => account)) }, sleep },
  });
});
afterEach(async () => {
  await bench.close();
  await server.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function replaceKeys(before: string, after: string): Promise<void> {
  await administrator.keys!.remove(keysNamed(before).accessKey, signal);
  await grant(after);
}

it('credentials refreshed mid-transfer, twice within one object: the upload waits for the new ones, shows it, and goes on by itself', async () => {
  const path = await bench.file('up', bytes);
  const id = bench.start({ source: { type: 'file', path }, target: objectRef('up') });
  for (const [before, after] of [
    ['first', 'second'],
    ['second', 'third'],
  ] as const) {
    await way.holding();
    await replaceKeys(before, after);
    way.allow(1000 * KiB);
    await bench.when(() => bench.events.at(-1)?.error?.startsWith('Waiting until the credentials are accepted again') === true);
    const { status, bytesTransferred } = bench.engine.get(id)!;
    expect(status).toBe('running');
    expect(bytesTransferred).toBeGreaterThan(0);
    account = { ...account, ...keysNamed(after) };
    if (after === 'third') way.release();
  }
  expect(await bench.finish(id)).toBe('completed');
  way.release();
  const reader = await administrator.read({ bucket, key: 'up', offset: 0, eTag: '' }, signal);
  const stored = Buffer.alloc(bytes.length);
  await reader.fill(stored, signal);
  await reader.close();
  expect(sha256(stored)).toBe(sha256(bytes));
  expect(bench.history).toHaveLength(1);
});
