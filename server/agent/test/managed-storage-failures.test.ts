// Whole-agent tests of a storage endpoint that is down, slow, refuses, or dies in the middle; and of an agent that dies.
import { describe, expect, it } from 'vitest';
import { agent } from './agent.ts';
import { bodyOf, refusalOf } from './answers.ts';
import { childAgent, dataDirectory } from './child-agent.ts';
import { type Fault, faultyRelay } from './faulty-relay.ts';
import { keys, objectServer } from './object-server.ts';

const settings = (url: string, timeoutMs = 15_000) => ({
  managedStorageEndpoint: url,
  managedStorageAccessKey: keys.accessKey,
  managedStorageSecretKey: keys.secretKey,
  managedStorageTimeoutMs: timeoutMs,
});
const storage = { cloudAccountName: 'Amove', bucketName: 'first-bucket' };

async function bucketsAt(url: string): Promise<string[]> {
  const authorization = `Basic ${Buffer.from(`${keys.accessKey}:${keys.secretKey}`).toString('base64')}`;
  const { buckets } = (await (await fetch(url, { headers: { authorization } })).json()) as { buckets: { name: string }[] };
  return buckets.map(({ name }) => name);
}

describe('an endpoint that', { timeout: 60_000 }, () => {
  it.each<[string, Fault, string]>([
    ['is down', 'down', 'DEFAULT'],
    ['does not answer in time', 'hang', 'DEFAULT'],
    ['refuses the keys of the agent', 'refuse', 'INTERNAL_ERROR'],
  ])('%s leaves nothing half-made and is told as 499', async (_what, kind, code) => {
    const server = await objectServer([]);
    const relay = await faultyRelay(server.url);
    const click = await (await agent(settings(relay.url, kind === 'hang' ? 1500 : 15_000))).signIn();
    const { id } = await bodyOf(click.POST('/cloud/idrive_add_storage', { body: { cloudAccountName: 'Before' } }));
    const accounts = await bodyOf(click.GET('/cloud/accounts'));
    relay.fault(kind);
    const query = { cloudAccountId: id, bucketName: 'third-bucket' };
    const calls = [
      click.POST('/cloud/idrive_add_storage', { body: storage }),
      click.POST('/cloud/add_storage', { body: { ...storage, bucketName: 'second-bucket' } }),
      click.POST('/cloud/idrive_create_bucket', { params: { query } }),
      click.POST('/storage/create_storage_key', { body: { name: 'key', allBuckets: true, cloudAccountId: id } }),
    ];
    for (const call of calls) expect(await refusalOf(call as Parameters<typeof refusalOf>[0])).toMatchObject({ status: 499, code });
    expect(await bodyOf(click.GET('/cloud/accounts'))).toEqual(accounts);
    expect((await bodyOf(click.GET('/storage/get_storage_key'))).total).toBe(0);
    relay.fault('none');
    await bodyOf(click.POST('/cloud/idrive_add_storage', { body: storage }));
    expect(await bucketsAt(server.url)).toEqual(['first-bucket']);
  });

  it('loses its answer after it has made the bucket is asked to remove it again', async () => {
    const server = await objectServer([]);
    const relay = await faultyRelay(server.url);
    const click = await (await agent(settings(relay.url))).signIn();
    relay.fault('lose-answer', 'PUT');
    expect(await refusalOf(click.POST('/cloud/idrive_add_storage', { body: storage }))).toMatchObject({ status: 499, code: 'DEFAULT' });
    expect(relay.seen).toEqual(['HEAD /first-bucket', 'PUT /first-bucket', 'DELETE /first-bucket']);
    expect(await bucketsAt(server.url)).toEqual([]);
  });

  it('removes a bucket and does not say so is believed at the next attempt', async () => {
    const server = await objectServer([]);
    const relay = await faultyRelay(server.url);
    const click = await (await agent(settings(relay.url))).signIn();
    const { id } = await bodyOf(click.POST('/cloud/idrive_add_storage', { body: storage }));
    const query = { cloudAccountId: id, bucketName: 'first-bucket' };
    relay.fault('lose-answer', 'DELETE');
    expect((await refusalOf(click.DELETE('/cloud/idrive_delete_bucket', { params: { query } }))).code).toBe('DEFAULT');
    relay.fault('none');
    expect((await click.DELETE('/cloud/idrive_delete_bucket', { params: { query } })).response.status).toBe(200);
    expect((await refusalOf(click.DELETE('/cloud/idrive_delete_bucket', { params: { query } }))).code).toBe('NOT_FOUND');
  });
});

describe('an agent that is killed while the endpoint works', () => {
  const argv = (dataDir: string, url: string): string[] => [
    '--data-dir',
    dataDir,
    '--managed-storage-endpoint',
    url,
    '--managed-storage-access-key',
    keys.accessKey,
    '--quiet',
  ];
  const env = { CLICK_AGENT_MANAGED_STORAGE_SECRET_KEY: keys.secretKey };

  it('removes at its next start what it was making, and can make it then', { timeout: 60_000 }, async () => {
    const server = await objectServer([]);
    const [relay, dataDir] = [await faultyRelay(server.url), await dataDirectory()];
    const first = await childAgent(argv(dataDir, relay.url), env);
    const click = await first.signIn();
    relay.fault('mute', 'PUT');
    const asked = click.POST('/cloud/idrive_add_storage', { body: storage }).catch(() => undefined);
    await expect.poll(() => bucketsAt(server.url), { timeout: 15_000 }).toEqual(['first-bucket']);
    await first.stop('SIGKILL');
    await asked;
    relay.fault('none');
    const second = await childAgent(argv(dataDir, relay.url), env);
    await expect.poll(() => bucketsAt(server.url), { timeout: 15_000 }).toEqual([]);
    const again = await second.signIn();
    expect((await bodyOf(again.GET('/cloud/accounts'))).some(({ name }) => name === 'Amove')).toBe(false);
    await bodyOf(again.POST('/cloud/idrive_add_storage', { body: storage }));
    expect(await bucketsAt(server.url)).toEqual(['first-bucket']);
    await second.stop('SIGTERM');
  });
});
