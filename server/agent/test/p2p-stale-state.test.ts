// Tests of commands on P2P transfers whose last known state is not what the source server says by now.
import { describe, expect, it } from 'vitest';
import type { PushStatus } from '../src/providers/http-push.ts';
import { p2pBench } from './p2p-bench.ts';
import { push } from './scripted-source.ts';

/** A transfer that the agent last saw as the first, and that is the second at the source server by now. */
async function stale(known: PushStatus, actual: PushStatus) {
  const bench = await p2pBench();
  const { source } = bench;
  let status = actual;
  source.on('order', () => push(known));
  source.on('state', () => push(status));
  source.on('pause', () => push((status = 'paused')));
  source.on('resume', () => push((status = 'running')));
  await bench.initiate();
  expect(bench.row().status).toBe(known);
  return bench;
}

describe('a command that the last known state forbids', () => {
  it('pauses a push that has started meanwhile', async () => {
    const bench = await stale('pending', 'running');
    expect(await bench.p2p().pause(bench.row())).toMatchObject({ row: { status: 'paused' }, server: { status: 'paused' } });
    expect(bench.source.seen).toEqual(['order', 'state', 'pause', 'state']);
  });

  it('resumes a push that was paused meanwhile', async () => {
    const bench = await stale('running', 'paused');
    expect(await bench.p2p().resume(bench.row())).toMatchObject({ row: { status: 'running' }, server: { status: 'running' } });
    expect(bench.source.seen).toEqual(['order', 'state', 'resume', 'state']);
  });

  it('is refused when the source server forbids it as well', async () => {
    const bench = await stale('pending', 'pending');
    expect(await bench.p2p().pause(bench.row())).toEqual({ illegal: 'pending' });
    expect(await bench.p2p().resume(bench.row())).toEqual({ illegal: 'pending' });
    expect(bench.source.seen).toEqual(['order', 'state', 'state']);
  });

  it('is refused when the source server cannot be asked, and it says so', async () => {
    const bench = await stale('pending', 'running');
    bench.source.on('state', () => 503);
    expect(await bench.p2p().pause(bench.row())).toEqual({ unconfirmed: expect.stringContaining('cannot be asked') });
    expect(bench.source.seen).toEqual(['order', 'state']);
  });

  it('is refused without a question when the transfer is over', async () => {
    const bench = await stale('completed', 'completed');
    for (const command of ['pause', 'resume', 'cancel'] as const)
      expect(await bench.p2p()[command](bench.row())).toEqual({ illegal: 'completed' });
    expect(bench.source.seen).toEqual(['order']);
  });
});
