// Whole-agent tests of what P2P transfers promise about a source server that is not what it says, or not there any more.
import { beforeAll, describe, expect, it } from 'vitest';
import { agent, cloudAccount as insertAccount, type SignedIn, type TestAgent } from './agent.ts';
import { bodyOf, refusalOf } from './answers.ts';
import { progressed, recordNotifications } from './frames.ts';
import { forGroup } from './lifetime.ts';
import { keys } from './object-server.ts';
import { at, type Initiate, MiB } from './p2p-scene.ts';
import { push, scriptedSource } from './scripted-source.ts';

const lifetime = forGroup();
let running: TestAgent;
let click: SignedIn;
beforeAll(async () => {
  running = await agent({}, lifetime);
  click = await running.signIn();
}, 60_000);

/** The target has nothing to do: the scripted source pushes no bytes. */
async function scene() {
  const source = await scriptedSource();
  const { url: targetServerUrl } = await scriptedSource();
  const sourceId = await insertAccount(click, source.url);
  const body = (more: Partial<Initiate> = {}): Initiate => ({
    sourceAccount: { id: sourceId },
    sourceBucket: 'bucket-a',
    sourcePath: 'from.bin',
    targetServerUrl,
    targetBucket: 'bucket-b',
    targetPath: 'to.bin',
    ...more,
  });
  const initiate = (more: Partial<Initiate> = {}) => bodyOf(click.POST('/cloud/p2p_transfer/initiate', { body: body(more) }));
  return { source, sourceId, targetServerUrl, initiate };
}

const statusOf = (transferId: string) => bodyOf(click.GET('/cloud/p2p_transfer/{transferId}/status', at(transferId)));

describe('a source server whose answer to a command is not what it does', () => {
  it('does not get a pause confirmed', async () => {
    const { source, initiate } = await scene();
    source.on('order', () => push('running'));
    source.on('state', () => push('running', { bytes: 5 }));
    source.on('pause', () => push('paused'));
    const { transferId } = await initiate();
    const refusal = await refusalOf(click.POST('/cloud/p2p_transfer/{transferId}/pause', at(transferId)));
    expect(refusal).toMatchObject({ status: 400, code: 'TRANSFER', message: expect.stringMatching(/could not be confirmed.*running/) });
    expect(source.count('pause')).toBe(1);
    expect(await statusOf(transferId)).toMatchObject({ status: 'running', transferredBytes: 5 });
  });

  it('does not get a resume confirmed', async () => {
    const { source, initiate } = await scene();
    source.on('order', () => push('paused'));
    source.on('state', () => push('paused'));
    source.on('resume', () => push('running'));
    const { transferId } = await initiate();
    const refusal = await refusalOf(click.POST('/cloud/p2p_transfer/{transferId}/resume', at(transferId)));
    expect(refusal).toMatchObject({ status: 400, code: 'TRANSFER', message: expect.stringMatching(/could not be confirmed.*paused/) });
    expect(source.count('resume')).toBe(1);
    expect(await statusOf(transferId)).toMatchObject({ status: 'paused' });
  });
});

describe('the order', () => {
  it('tells chunks in bytes, and the id of the target account as the credential at the target', async () => {
    const { source, targetServerUrl, initiate } = await scene();
    source.on('order', () => push('running'));
    source.on('state', () => push('running'));
    const id = await insertAccount(click, targetServerUrl, { name: 'target' });
    await initiate({ targetAccount: { id }, chunkSizeMB: 3, overwrite: true });
    expect(source.orders).toEqual([
      {
        source: { bucket: 'bucket-a', key: 'from.bin' },
        target: { url: `${targetServerUrl}/`, bucket: 'bucket-b', key: 'to.bin', ...keys },
        overwrite: true,
        chunkBytes: 3 * MiB,
        turn: { credential: id },
      },
    ]);
  });

  it('has no such credential without an id, no keys without an account, chunks of 64 MiB unless told, and does not overwrite', async () => {
    const { source, targetServerUrl, initiate } = await scene();
    source.on('order', () => push('running'));
    source.on('state', () => push('running'));
    await initiate();
    await initiate({ targetAccount: { cloudType: 2048, serviceUrl: targetServerUrl, ...keys } });
    const none = { accessKey: '', secretKey: '' };
    const rest = { overwrite: false, chunkBytes: 64 * MiB, turn: null };
    expect(source.orders).toEqual([
      expect.objectContaining({ target: expect.objectContaining(none), ...rest }),
      expect.objectContaining({ target: expect.objectContaining(keys), ...rest }),
    ]);
  });
});

describe('a P2P transfer fails', () => {
  it('when the source server does not know its push any more', async () => {
    const { source, initiate } = await scene();
    source.on('order', () => push('running'));
    const notifications = await recordNotifications(running.url);
    const { transferId } = await initiate();
    await progressed(notifications, transferId, 'Failed');
    const errorMessage = 'The source server does not know the push any more.';
    expect(await statusOf(transferId)).toMatchObject({ status: 'failed', errorMessage });
    expect(source.count('cancel')).toBe(0);
  });

  it('when the cloud account of the source server is deleted', async () => {
    const { source, sourceId, initiate } = await scene();
    source.on('order', () => push('running'));
    source.on('state', () => push('running'));
    const notifications = await recordNotifications(running.url);
    const { transferId } = await initiate();
    expect((await click.DELETE('/cloud/delete', { params: { query: { id: sourceId } } })).response.status).toBe(200);
    await progressed(notifications, transferId, 'Failed');
    expect(await statusOf(transferId)).toMatchObject({ status: 'failed', errorMessage: expect.stringContaining('is gone') });
  });
});
