// Whole-agent tests of P2P transfers between two real object servers: the way of a transfer, control, keys, and what is refused.
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Schema } from '@click-kit/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { agent, cloudAccount as insertAccount, type SignedIn, type TestAgent } from './agent.ts';
import { bodyOf, refusalOf } from './answers.ts';
import { faultyRelay } from './faulty-relay.ts';
import { progressed, progressOf, recordNotifications, recordStateChanges } from './frames.ts';
import { gate } from './gate.ts';
import { forGroup } from './lifetime.ts';
import { sha256 } from './local-files.ts';
import { keys, objectServer, type TestObjectServer } from './object-server.ts';
import { httpServer } from './plain-servers.ts';

type Initiate = Schema<'P2PTransferInitiateRequest'>;

const MiB = 1024 * 1024;
const size = 4 * MiB + 11;
const timeout = 30_000;
const lifetime = forGroup();
let running: TestAgent;
let click: SignedIn;
let source: TestObjectServer;
let target: TestObjectServer;
let accounts: { source: string; target: string };

beforeAll(async () => {
  running = await agent({}, lifetime);
  click = await running.signIn();
  source = await objectServer(['bucket-a'], lifetime);
  target = await objectServer(['bucket-b'], lifetime);
  accounts = { source: await insertAccount(click, source.url), target: await insertAccount(click, target.url, { cloudType: 4096 }) };
}, 60_000);

const order = (name: string, more: Partial<Initiate> = {}): Initiate => ({
  sourceAccount: { id: accounts.source },
  targetAccount: { id: accounts.target },
  sourceBucket: 'bucket-a',
  sourcePath: `from/${name}`,
  targetServerUrl: target.url,
  targetBucket: 'bucket-b',
  targetPath: `to/${name}`,
  chunkSizeMB: 1,
  ...more,
});
const initiate = (body: Initiate, as: SignedIn = click) => as.POST('/cloud/p2p_transfer/initiate', { body });
const at = (transferId: string) => ({ params: { path: { transferId } } });
const statusOf = (transferId: string, as: SignedIn = click) => bodyOf(as.GET('/cloud/p2p_transfer/{transferId}/status', at(transferId)));
const pause = (transferId: string) => click.POST('/cloud/p2p_transfer/{transferId}/pause', at(transferId));
const resume = (transferId: string) => click.POST('/cloud/p2p_transfer/{transferId}/resume', at(transferId));
const cancel = (transferId: string) => click.POST('/cloud/p2p_transfer/{transferId}/cancel', at(transferId));
const allOf = async (as: SignedIn = click) => bodyOf(as.GET('/cloud/p2p_transfer/all'));

async function object(name: string, bytes: Buffer = randomBytes(size)): Promise<Buffer> {
  await source.put('bucket-a', `from/${name}`, bytes);
  return bytes;
}

async function ended(transferId: string, as: SignedIn = click): Promise<Schema<'P2PTransferStatusResponse'>> {
  await expect.poll(async () => (await statusOf(transferId, as)).status, { timeout: 15_000 }).toMatch(/completed|failed|cancelled/);
  return statusOf(transferId, as);
}

/** A transfer whose target takes no more after a while, and the account of that target. */
async function held(name: string) {
  const passage = await gate(target.url, 'to-server', 1.5 * MiB);
  const bytes = await object(name);
  const targetAccount = { id: await insertAccount(click, passage.url) };
  const { transferId } = await bodyOf(initiate(order(name, { targetServerUrl: passage.url, targetAccount })));
  await passage.holding();
  return { passage, bytes, transferId };
}

describe('a P2P transfer', () => {
  it('goes from server to server, and is told from start to end', { timeout }, async () => {
    const bytes = await object('told.bin');
    const notifications = await recordNotifications(running.url);
    const states = await recordStateChanges(running.url);
    const call = await initiate(order('told.bin'));
    expect([call.response.status, call.data]).toEqual([
      200,
      { transferId: expect.any(String), message: 'P2P transfer initiated successfully' },
    ]);
    const { transferId } = call.data!;
    await progressed(notifications, transferId, 'Completed');
    expect(sha256(await target.get('bucket-b', 'to/told.bin'))).toBe(sha256(bytes));
    const { sourceAccount: _s, targetAccount: _t, chunkSizeMB: _c, ...places } = order('told.bin');
    expect(await statusOf(transferId)).toEqual({
      ...places,
      transferId,
      targetServerUrl: `${target.url}/`,
      status: 'completed',
      totalBytes: size,
      transferredBytes: size,
      progressPercentage: 100,
      startTime: expect.stringMatching(/Z$/),
      endTime: expect.stringMatching(/Z$/),
      errorMessage: null,
      checksumVerified: true,
    });
    const frames = progressOf(notifications, transferId);
    expect(frames.at(0)).toMatchObject({
      Status: 'InProgress',
      TransferMode: 'Upload',
      StorageType: 'FastrServer',
      StorageName: 'bucket-b',
    });
    expect(frames.at(-1)).toMatchObject({
      Status: 'Completed',
      Bytes: size,
      Size: size,
      Name: 'told.bin',
      Path: 'from/told.bin',
      Error: null,
    });
    expect(states.frames.filter(({ Path }) => Path === 'from/told.bin').map(({ State }) => State)).toHaveLength(2);
    const { data } = await bodyOf(click.GET('/transferhistory/get_all', { params: { query: { origin: 16, status: 4 } } }));
    expect(data.filter(({ name }) => name === 'told.bin')).toEqual([
      expect.objectContaining({
        direction: 1,
        sourceCloudAccountId: accounts.source,
        sourcePath: 'from/told.bin',
        destinationCloudAccountId: accounts.target,
        destinationBucket: 'bucket-b',
        totalSize: size,
        transferredSize: size,
        errorMessage: null,
      }),
    ]);
    expect((await allOf()).find((one) => one.transferId === transferId)).toMatchObject({
      status: 'completed',
      sourceServerUrl: `${source.url}/`,
      bytesTransferred: size,
      progress: 100,
      errorMessage: '',
    });
  });

  it('is paused, resumed and paused again, each time confirmed by the source server', { timeout }, async () => {
    const { passage, bytes, transferId } = await held('paused.bin');
    const notifications = await recordNotifications(running.url);
    const paused = { success: true, message: 'Transfer paused successfully', serverPaused: true, serverStatus: 'paused' };
    expect(await bodyOf(pause(transferId))).toEqual(paused);
    await progressed(notifications, transferId, 'Paused');
    const status = await statusOf(transferId);
    expect(status).toMatchObject({ status: 'paused', transferredBytes: MiB, totalBytes: size, endTime: null, progressPercentage: 24 });
    expect((await allOf()).find((one) => one.transferId === transferId)).toMatchObject({
      status: 'pending',
      endTime: '0001-01-01T00:00:00',
    });
    expect(await refusalOf(pause(transferId))).toMatchObject({ status: 400, code: 'TRANSFER' });
    passage.release();
    expect(await statusOf(transferId)).toEqual(status);
    expect(await target.get('bucket-b', 'to/paused.bin')).toBeUndefined();
    expect(await bodyOf(resume(transferId))).toMatchObject({
      success: true,
      message: 'Transfer resumed successfully',
      serverResumed: true,
    });
    await progressed(notifications, transferId, 'Completed');
    expect(sha256(await target.get('bucket-b', 'to/paused.bin'))).toBe(sha256(bytes));
    for (const command of [pause, resume]) expect(await refusalOf(command(transferId))).toMatchObject({ status: 400, code: 'TRANSFER' });
    expect(await refusalOf(cancel(transferId))).toMatchObject({ status: 499, code: 'TRANSFER' });
  });

  it('is cancelled on both sides and leaves nothing at the target', { timeout }, async () => {
    const { passage, transferId } = await held('cancelled.bin');
    const notifications = await recordNotifications(running.url);
    expect(await target.unfinished()).not.toEqual([]);
    const cancelling = bodyOf(cancel(transferId));
    passage.release();
    expect(await cancelling).toEqual({ success: true, message: 'Transfer cancelled successfully', serverCancelled: true });
    await progressed(notifications, transferId, 'Canceled');
    expect(await statusOf(transferId)).toMatchObject({ status: 'cancelled', endTime: expect.stringMatching(/Z$/) });
    await expect.poll(() => target.unfinished(), { timeout: 10_000 }).toEqual([]);
    expect(await target.get('bucket-b', 'to/cancelled.bin')).toBeUndefined();
    expect(await refusalOf(cancel(transferId))).toMatchObject({ status: 499, code: 'TRANSFER' });
    const { data } = await bodyOf(click.GET('/transferhistory/get_all', { params: { query: { origin: 16, status: 8 } } }));
    expect(data.map(({ name }) => name)).toContain('cancelled.bin');
  });

  it('leaves an object at the target alone unless overwriting is asked for', { timeout }, async () => {
    const bytes = await object('there.bin', randomBytes(20));
    await target.put('bucket-b', 'to/there.bin', 'the old content');
    const { transferId } = await bodyOf(initiate(order('there.bin')));
    expect(await ended(transferId)).toMatchObject({ status: 'failed', errorMessage: expect.stringContaining('exists already') });
    expect((await target.get('bucket-b', 'to/there.bin'))?.toString()).toBe('the old content');
    const again = await bodyOf(initiate(order('there.bin', { overwrite: true })));
    expect(await ended(again.transferId)).toMatchObject({ status: 'completed' });
    expect(sha256(await target.get('bucket-b', 'to/there.bin'))).toBe(sha256(bytes));
  });
});

describe('a source server that does not answer', () => {
  async function behindRelay(name: string) {
    const relay = await faultyRelay(source.url);
    const sourceAccount = { cloudType: 4096, serviceUrl: relay.url, ...keys } as const;
    const passage = await gate(target.url, 'to-server', 1.5 * MiB);
    await object(name);
    const targetAccount = { cloudType: 2048, serviceUrl: passage.url, ...keys } as const;
    const { transferId } = await bodyOf(initiate(order(name, { sourceAccount, targetAccount, targetServerUrl: passage.url })));
    await passage.holding();
    await expect.poll(async () => (await statusOf(transferId)).transferredBytes, { timeout: 10_000 }).toBe(MiB);
    return { relay, passage, transferId };
  }

  it('leaves the last known state, and neither pause nor resume is confirmed', { timeout }, async () => {
    const { relay, passage, transferId } = await behindRelay('silent.bin');
    relay.fault('down');
    const last = { status: 'running', transferredBytes: MiB, totalBytes: size };
    expect(await statusOf(transferId)).toMatchObject({ ...last, errorMessage: expect.stringContaining('cannot be asked') });
    expect(await refusalOf(pause(transferId))).toMatchObject({ status: 400, message: expect.stringContaining('could not be confirmed') });
    relay.fault('none');
    expect(await statusOf(transferId)).toMatchObject({ ...last, errorMessage: null });
    passage.release();
    expect(await ended(transferId)).toMatchObject({ status: 'completed' });
  });

  it('does not keep a transfer from being cancelled, and is told when it answers again', { timeout }, async () => {
    const { relay, passage, transferId } = await behindRelay('told-later.bin');
    relay.fault('down');
    expect(await bodyOf(cancel(transferId))).toMatchObject({ success: true, serverCancelled: false });
    expect(await statusOf(transferId)).toMatchObject({ status: 'cancelled' });
    relay.fault('none');
    const headers = { authorization: `Basic ${Buffer.from(`${keys.accessKey}:${keys.secretKey}`).toString('base64')}` };
    const push = async () =>
      ((await (await fetch(`${source.url}/.pushes/${transferId}`, { headers })).json()) as { status: string }).status;
    await expect.poll(push, { timeout: 15_000 }).toBe('cancelled');
    passage.release();
    await expect.poll(() => target.unfinished(), { timeout: 10_000 }).toEqual([]);
    expect(await target.get('bucket-b', 'to/told-later.bin')).toBeUndefined();
  });

  it('does not lose a push whose acceptance got lost on the way', { timeout }, async () => {
    const relay = await faultyRelay(source.url);
    const bytes = await object('lost.bin');
    relay.fault('lose-answer', 'PUT');
    const sourceAccount = { cloudType: 2048, serviceUrl: relay.url, ...keys } as const;
    const calling = initiate(order('lost.bin', { sourceAccount }));
    await expect.poll(() => relay.seen.filter((line) => line.startsWith('PUT')).length, { timeout: 10_000 }).toBe(1);
    relay.fault('none');
    const { transferId } = await bodyOf(calling);
    expect(await ended(transferId)).toMatchObject({ status: 'completed' });
    expect(sha256(await target.get('bucket-b', 'to/lost.bin'))).toBe(sha256(bytes));
  });
});

describe('the keys', () => {
  it('of the source account never reach a target that no account was named for', { timeout }, async () => {
    const seen: (string | undefined)[] = [];
    const stranger = await httpServer((request, response) => {
      seen.push(request.headers.authorization);
      request.resume();
      response.writeHead(403).end();
    });
    await object('anonymous.bin', randomBytes(10));
    const { targetAccount: _none, ...body } = order('anonymous.bin', { targetServerUrl: stranger });
    const { transferId } = await bodyOf(initiate(body));
    expect(await ended(transferId)).toMatchObject({ status: 'failed', errorMessage: expect.stringContaining('refuses the credentials') });
    expect(new Set(seen)).toEqual(new Set([undefined]));
  });

  it('that came with the request open the source server after a restart, and lie nowhere in clear', { timeout: 60_000 }, async () => {
    const own = await agent();
    const as = await own.signIn();
    const passage = await gate(target.url, 'to-server', 1.5 * MiB);
    const bytes = await object('restart.bin');
    const inline = { cloudType: 2048, serviceUrl: source.url, ...keys } as const;
    const targetAccount = { cloudType: 2048, serviceUrl: passage.url, ...keys } as const;
    const body = order('restart.bin', { sourceAccount: inline, targetAccount, targetServerUrl: passage.url });
    const { transferId } = await bodyOf(initiate(body, as));
    await passage.holding();
    await own.close();
    for (const file of ['agent.db', 'agent.db-wal'])
      expect((await readFile(join(own.dataDir, file)).catch(() => Buffer.alloc(0))).includes(keys.secretKey)).toBe(false);
    expect(own.logged()).not.toContain(keys.secretKey);

    const again = await agent({ dataDir: own.dataDir });
    const notifications = await recordNotifications(again.url);
    const anew = await again.signIn();
    expect((await allOf(anew)).map((one) => one.transferId)).toEqual([transferId]);
    passage.release();
    await progressed(notifications, transferId, 'Completed');
    expect(sha256(await target.get('bucket-b', 'to/restart.bin'))).toBe(sha256(bytes));
    const { data } = await bodyOf(anew.GET('/transferhistory/get_all', { params: { query: { origin: 16, status: 4 } } }));
    expect(data.filter(({ name }) => name === 'restart.bin')).toHaveLength(1);
    await again.close();
    const third = await agent({ dataDir: own.dataDir });
    const last = await third.signIn();
    expect([await allOf(last), (await statusOf(transferId, last)).status]).toEqual([[], 'completed']);
  });

  it('of a shared account are given to another server by its owner and by administrators only', { timeout }, async () => {
    const shared = await insertAccount(click, target.url, { name: 'shared target', shared: true });
    const user = await running.signIn('user@example.com');
    const sourceAccount = { cloudType: 2048, serviceUrl: source.url, ...keys } as const;
    const body = order('shared.bin', { sourceAccount, targetAccount: { id: shared } });
    expect(await refusalOf(initiate(body, user))).toMatchObject({ status: 499, code: 'ACCESS' });
  });
});

describe('a P2P transfer is refused', () => {
  it('when a required field is missing, or a field is out of bounds', async () => {
    for (const field of ['sourceAccount', 'sourceBucket', 'sourcePath', 'targetServerUrl', 'targetBucket', 'targetPath'] as const) {
      const { [field]: _gone, ...body } = order('x');
      expect(await refusalOf(initiate(body as Initiate)), field).toMatchObject({ status: 499, code: 'DEFAULT' });
    }
    for (const chunkSizeMB of [0, -1, 1025, 1.5])
      expect(await refusalOf(initiate(order('x', { chunkSizeMB })))).toMatchObject({ status: 499, code: 'DEFAULT' });
  });

  it('for addresses that are none, and for accounts of other servers or kinds', async () => {
    for (const targetServerUrl of ['ftp://x', 'nowhere', '/', `${target.url}/?a=b`])
      expect(await refusalOf(initiate(order('x', { targetServerUrl })))).toMatchObject({ status: 499, code: 'DEFAULT' });
    for (const targetServerUrl of ['http://user:secret@localhost/', source.url])
      expect(await refusalOf(initiate(order('x', { targetServerUrl })))).toMatchObject({ status: 499, code: 'SECURITY' });
    const s3 = { cloudType: 1, accessKey: 'a', secretKey: 'b' } as const;
    for (const more of [{ sourceAccount: s3 }, { targetAccount: s3 }, { sourceAccount: {} }])
      expect(await refusalOf(initiate(order('x', more)))).toMatchObject({ status: 499, code: 'DEFAULT' });
    const unknown = { id: '00000000-0000-4000-8000-000000000000' };
    for (const more of [{ sourceAccount: unknown }, { targetAccount: unknown }])
      expect(await refusalOf(initiate(order('x', more)))).toMatchObject({ status: 499, code: 'NOT_FOUND' });
  });

  it('by the source server: no such object, wrong keys, no server that pushes, nobody there', { timeout }, async () => {
    expect(await refusalOf(initiate(order('nothing.bin')))).toMatchObject({ status: 499, code: 'NOT_FOUND' });
    expect((await allOf()).at(-1)).toMatchObject({ status: 'failed', errorMessage: expect.stringContaining('404') });
    const wrong = { cloudType: 2048, serviceUrl: source.url, accessKey: 'a', secretKey: 'wrong' } as const;
    expect(await refusalOf(initiate(order('x', { sourceAccount: wrong })))).toMatchObject({ status: 499, code: 'ACCESS' });
    const plain = await httpServer((request, response) => void request.resume().once('end', () => response.writeHead(200).end('hello')));
    const foreign = { cloudType: 2048, serviceUrl: plain, ...keys } as const;
    expect(await refusalOf(initiate(order('x', { sourceAccount: foreign })))).toMatchObject({ status: 499, code: 'DEFAULT' });
    const nobody = { cloudType: 2048, serviceUrl: 'http://127.0.0.1:9', ...keys } as const;
    expect(await refusalOf(initiate(order('x', { sourceAccount: nobody })))).toMatchObject({ status: 499, code: 'DEFAULT' });
  });

  it('to those of another account, for whom it does not exist', { timeout }, async () => {
    await object('mine.bin', randomBytes(10));
    const { transferId } = await bodyOf(initiate(order('mine.bin', { overwrite: true })));
    const stranger = await running.signIn('owner@example.org');
    for (const call of [
      stranger.GET('/cloud/p2p_transfer/{transferId}/status', at(transferId)),
      stranger.POST('/cloud/p2p_transfer/{transferId}/pause', at(transferId)),
      stranger.POST('/cloud/p2p_transfer/{transferId}/resume', at(transferId)),
      stranger.POST('/cloud/p2p_transfer/{transferId}/cancel', at(transferId)),
    ])
      expect(await refusalOf(call)).toMatchObject({ status: 499, code: 'NOT_FOUND' });
    expect(await allOf(stranger)).toEqual([]);
  });
});
