// Tests of agents that are killed between the order of a P2P transfer and its answer.
import { describe, expect, it } from 'vitest';
import { cloudAccount as insertAccount, type SignedIn } from './agent.ts';
import { bodyOf } from './answers.ts';
import { childAgent, dataDirectory } from './child-agent.ts';
import { progressed, recordNotifications } from './frames.ts';
import { at } from './p2p-scene.ts';
import { push, scriptedSource } from './scripted-source.ts';

const timeout = 60_000;

/** An agent in a process whose order has been sent, and that nobody answers. */
async function ordered() {
  const source = await scriptedSource();
  source.on('order', () => new Promise(() => undefined));
  const dataDir = await dataDirectory();
  const start = () => childAgent(['--data-dir', dataDir]);
  const agent = await start();
  const click = await agent.signIn();
  const body = {
    sourceAccount: { id: await insertAccount(click, source.url) },
    sourceBucket: 'bucket-a',
    sourcePath: 'from.bin',
    targetServerUrl: 'http://127.0.0.1:9',
    targetBucket: 'bucket-b',
    targetPath: 'to.bin',
  };
  // Its connection goes with the agent.
  click.POST('/cloud/p2p_transfer/initiate', { body }).catch(() => undefined);
  await source.asked('order');
  const [{ transferId } = { transferId: '' }] = await allOf(click);
  return { source, agent, click, start, transferId };
}

const allOf = (click: SignedIn) => bodyOf(click.GET('/cloud/p2p_transfer/all'));
const statusOf = (click: SignedIn, transferId: string) => bodyOf(click.GET('/cloud/p2p_transfer/{transferId}/status', at(transferId)));

describe('an agent that is killed between the order of a P2P transfer and its answer', () => {
  it('follows the push when it starts again, and does not order it twice', { timeout }, async () => {
    const { source, agent, click, start, transferId } = await ordered();
    expect(await statusOf(click, transferId)).toMatchObject({ status: 'initiating' });
    await agent.stop('SIGKILL');
    source.on('state', (count) => (count < 4 ? push('running', { bytes: 40 }) : push('completed', { bytes: 100 })));
    const again = await start();
    const notifications = await recordNotifications(again.url);
    await progressed(notifications, transferId, 'Completed');
    expect(source.count('order')).toBe(1);
    const second = await again.signIn();
    expect(await statusOf(second, transferId)).toMatchObject({ status: 'completed', transferredBytes: 100, errorMessage: null });
    const { data } = await bodyOf(second.GET('/transferhistory/get_all', { params: { query: { origin: 16, status: 4 } } }));
    expect(data.filter(({ name }) => name === 'from.bin')).toHaveLength(1);
  });

  it('cancels the push when the order arrives late, where it was cancelled meanwhile', { timeout }, async () => {
    const { source, agent, click, start, transferId } = await ordered();
    const told = await bodyOf(click.POST('/cloud/p2p_transfer/{transferId}/cancel', at(transferId)));
    expect(told).toMatchObject({ success: true, serverCancelled: false });
    await agent.stop('SIGKILL');
    const before = source.count('cancel');
    let arrived = false;
    source.on('cancel', () => (arrived ? push('cancelled') : 404));
    const again = await start();
    await source.asked('cancel', before + 1);
    arrived = true;
    await source.asked('cancel', before + 2);
    const second = await again.signIn();
    expect(await statusOf(second, transferId)).toMatchObject({ status: 'cancelled' });
    expect(source.count('order')).toBe(1);
  });
});
