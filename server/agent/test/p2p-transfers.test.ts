// Whole-agent tests of P2P transfers between two real object servers: the way of a transfer, control, and a silent source server.
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bodyOf, refusalOf } from './answers.ts';
import { faultyRelay } from './faulty-relay.ts';
import { progressed, progressOf, recordNotifications, recordStateChanges } from './frames.ts';
import { gate } from './gate.ts';
import { sha256 } from './local-files.ts';
import { keys } from './object-server.ts';
import { callsOf, MiB, p2pScene, size, timeout } from './p2p-scene.ts';

const scene = p2pScene();
const { order, initiate, statusOf, object, pause, resume, cancel, allOf, ended, held } = callsOf(scene);

describe('a P2P transfer', () => {
  it('goes from server to server, and is told from start to end', { timeout }, async () => {
    const bytes = await object('told.bin');
    const notifications = await recordNotifications(scene.running.url);
    const states = await recordStateChanges(scene.running.url);
    const call = await initiate(order('told.bin'));
    expect([call.response.status, call.data]).toEqual([
      200,
      { transferId: expect.any(String), message: 'P2P transfer initiated successfully' },
    ]);
    const { transferId } = call.data!;
    await progressed(notifications, transferId, 'Completed');
    expect(sha256(await scene.target.get('bucket-b', 'to/told.bin'))).toBe(sha256(bytes));
    const { sourceAccount: _s, targetAccount: _t, chunkSizeMB: _c, ...places } = order('told.bin');
    expect(await statusOf(transferId)).toEqual({
      ...places,
      transferId,
      targetServerUrl: `${scene.target.url}/`,
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
    const { data } = await bodyOf(scene.click.GET('/transferhistory/get_all', { params: { query: { origin: 16, status: 4 } } }));
    expect(data.filter(({ name }) => name === 'told.bin')).toEqual([
      expect.objectContaining({
        direction: 1,
        sourceCloudAccountId: scene.accounts.source,
        sourcePath: 'from/told.bin',
        destinationCloudAccountId: scene.accounts.target,
        destinationBucket: 'bucket-b',
        totalSize: size,
        transferredSize: size,
        errorMessage: null,
      }),
    ]);
    expect((await allOf()).find((one) => one.transferId === transferId)).toMatchObject({
      status: 'completed',
      sourceServerUrl: `${scene.source.url}/`,
      bytesTransferred: size,
      progress: 100,
      errorMessage: '',
    });
  });

  it('is paused, resumed and paused again, each time confirmed by the source server', { timeout }, async () => {
    const { passage, bytes, transferId } = await held('paused.bin');
    const notifications = await recordNotifications(scene.running.url);
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
    expect(await scene.target.get('bucket-b', 'to/paused.bin')).toBeUndefined();
    expect(await bodyOf(resume(transferId))).toMatchObject({
      success: true,
      message: 'Transfer resumed successfully',
      serverResumed: true,
    });
    await progressed(notifications, transferId, 'Completed');
    expect(sha256(await scene.target.get('bucket-b', 'to/paused.bin'))).toBe(sha256(bytes));
    for (const command of [pause, resume]) expect(await refusalOf(command(transferId))).toMatchObject({ status: 400, code: 'TRANSFER' });
    expect(await refusalOf(cancel(transferId))).toMatchObject({ status: 499, code: 'TRANSFER' });
  });

  it('is cancelled on both sides and leaves nothing at the target', { timeout }, async () => {
    const { passage, transferId } = await held('cancelled.bin');
    const notifications = await recordNotifications(scene.running.url);
    expect(await scene.target.unfinished()).not.toEqual([]);
    const cancelling = bodyOf(cancel(transferId));
    passage.release();
    expect(await cancelling).toEqual({ success: true, message: 'Transfer cancelled successfully', serverCancelled: true });
    await progressed(notifications, transferId, 'Canceled');
    expect(await statusOf(transferId)).toMatchObject({ status: 'cancelled', endTime: expect.stringMatching(/Z$/) });
    await expect.poll(() => scene.target.unfinished(), { timeout: 10_000 }).toEqual([]);
    expect(await scene.target.get('bucket-b', 'to/cancelled.bin')).toBeUndefined();
    expect(await refusalOf(cancel(transferId))).toMatchObject({ status: 499, code: 'TRANSFER' });
    const { data } = await bodyOf(scene.click.GET('/transferhistory/get_all', { params: { query: { origin: 16, status: 8 } } }));
    expect(data.map(({ name }) => name)).toContain('cancelled.bin');
  });

  it('leaves an object at the target alone unless overwriting is asked for', { timeout }, async () => {
    const bytes = await object('there.bin', randomBytes(20));
    await scene.target.put('bucket-b', 'to/there.bin', 'the old content');
    const { transferId } = await bodyOf(initiate(order('there.bin')));
    expect(await ended(transferId)).toMatchObject({ status: 'failed', errorMessage: expect.stringContaining('exists already') });
    expect((await scene.target.get('bucket-b', 'to/there.bin'))?.toString()).toBe('the old content');
    const again = await bodyOf(initiate(order('there.bin', { overwrite: true })));
    expect(await ended(again.transferId)).toMatchObject({ status: 'completed' });
    expect(sha256(await scene.target.get('bucket-b', 'to/there.bin'))).toBe(sha256(bytes));
  });
});

describe('a source server that does not answer', () => {
  async function behindRelay(name: string) {
    const relay = await faultyRelay(scene.source.url);
    const sourceAccount = { cloudType: 4096, serviceUrl: relay.url, ...keys } as const;
    const passage = await gate(scene.target.url, 'to-server', 1.5 * MiB);
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
      ((await (await fetch(`${scene.source.url}/.pushes/${transferId}`, { headers })).json()) as { status: string }).status;
    await expect.poll(push, { timeout: 15_000 }).toBe('cancelled');
    passage.release();
    await expect.poll(() => scene.target.unfinished(), { timeout: 10_000 }).toEqual([]);
    expect(await scene.target.get('bucket-b', 'to/told-later.bin')).toBeUndefined();
  });

  it('does not lose a push whose acceptance got lost on the way', { timeout }, async () => {
    const relay = await faultyRelay(scene.source.url);
    const bytes = await object('lost.bin');
    relay.fault('lose-answer', 'PUT');
    const sourceAccount = { cloudType: 2048, serviceUrl: relay.url, ...keys } as const;
    const calling = initiate(order('lost.bin', { sourceAccount }));
    await expect.poll(() => relay.seen.filter((line) => line.startsWith('PUT')).length, { timeout: 10_000 }).toBe(1);
    relay.fault('none');
    const { transferId } = await bodyOf(calling);
    expect(await ended(transferId)).toMatchObject({ status: 'completed' });
    expect(sha256(await scene.target.get('bucket-b', 'to/lost.bin'))).toBe(sha256(bytes));
  });
});
