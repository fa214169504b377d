// Whole-agent tests of the two channels.
import { once } from 'node:events';
import { type Frames, notifications } from '@click-kit/contract';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { agent } from './agent.ts';
import { recordNotifications } from './frames.ts';

describe('the channels', () => {
  it('answer a plain GET with 400', async () => {
    const { send } = await agent();
    for (const path of ['/notification', '/statechange']) expect((await send(path)).status).toBe(400);
  });

  it('announce every non-GET call with its operation, path, method and X-App-Origin, and no GET', async () => {
    const running = await agent();
    const recorder = await recordNotifications(running.url);
    await running.send('/management/agent_status', { headers: { 'x-app-origin': 'test' } });
    await running.send('/authentication/login?token=secret', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-app-origin': 'my-app' },
      body: JSON.stringify({ username: 'admin@example.com', password: 'wrong' }),
    });
    const frame = await recorder.waitFor(({ Type }) => Type === 4, 'AppNotification');
    expect(frame).toEqual({
      Type: 4,
      Data: { Operation: 'login', EndpointAddress: '/authentication/login', HttpMethod: 'POST', Origin: 'my-app' },
    });
    expect(recorder.frames).toHaveLength(1);
  });

  it('close with 1000 when the agent stops', async () => {
    const running = await agent();
    const sockets = ['/notification', '/statechange'].map((path) => new WebSocket(running.url.replace('http', 'ws') + path));
    await Promise.all(sockets.map((socket) => once(socket, 'open')));
    const closed = Promise.all(sockets.map(async (socket) => ((await once(socket, 'close')) as [number])[0]));
    await running.close();
    expect(await closed).toEqual([1000, 1000]);
  });

  it('are read by the published client, whose iteration ends with the agent', async () => {
    const running = await agent();
    const frames: Frames['notification'][] = [];
    const reading = (async () => {
      for await (const frame of notifications(running.url)) frames.push(frame);
    })();
    const call = () =>
      running.send('/authentication/login', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
    // Nothing tells when the client is connected: only a frame does.
    await expect.poll(() => call().then(() => frames.length), { timeout: 10_000 }).toBeGreaterThan(0);
    await running.close();
    await reading;
    expect(frames[0]).toMatchObject({ Type: 4, Data: { Operation: 'login' } });
  });

  it('refuse upgrades from foreign origins, to foreign hosts and to other paths', async () => {
    const { url } = await agent();
    const address = url.replace('http', 'ws');
    const attempts = [
      new WebSocket(`${address}/notification`, { origin: 'http://evil.example.com' }),
      new WebSocket(`${address}/notification`, { headers: { host: 'evil.example.com' } }),
      new WebSocket(`${address}/elsewhere`),
    ];
    const errors = await Promise.all(attempts.map(async (socket) => ((await once(socket, 'error')) as [Error])[0].message));
    for (const message of errors) expect(message).toContain('400');
  });
});
