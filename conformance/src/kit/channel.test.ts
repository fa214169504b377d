import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { ChannelListener } from './channel.ts';
import { loadContract } from './contract.ts';
import { Recorder } from './recorder.ts';
import { Redactor } from './redaction.ts';
import { SchemaValidator } from './schema-validator.ts';

const contract = loadContract();
const validator = new SchemaValidator(contract);
const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** A channel whose server does what `serve` says with each connection. */
async function listening(serve: (socket: WebSocket) => void) {
  const server = createServer((_request, response) => response.writeHead(400).end());
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  undo.push(async () => {
    sockets.clients.forEach((client) => client.terminate());
    await new Promise((resolve) => server.close(resolve));
  });
  const recorder = new Recorder(new Redactor());
  const channel = contract.channels.find(({ name }) => name === 'notification');
  if (channel === undefined) throw new Error('The contract has no channel notification.');
  const targetUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const listener = new ChannelListener(channel, {
    contract,
    validator,
    targetUrl,
    recorder,
    caseId: 'test',
    signal: new AbortController().signal,
  });
  return { listener: await listener.open(), recorder };
}

const notice = { Type: 4, Data: { Operation: 'login', EndpointAddress: '/authentication/login', HttpMethod: 'POST', Origin: 'me' } };
const anything = { what: 'a frame comes', deadlineMs: 1000 };

describe('a channel listener', () => {
  it('knows frames by their Type and finds nothing wrong with a good one', async () => {
    const { listener, recorder } = await listening((socket) => socket.send(JSON.stringify(notice)));
    const frame = await listener.waitFor(() => true, anything);
    expect(frame.message).toBe('appNotification');
    expect(recorder.failures()).toEqual([]);
    expect(await listener.close()).toBe(1000);
  });

  it('records what is wrong with a frame', async () => {
    const { listener, recorder } = await listening((socket) =>
      socket.send(JSON.stringify({ ...notice, Data: { ...notice.Data, HttpMethod: 'GET' } })),
    );
    await listener.waitFor(() => true, anything);
    expect(recorder.failures()).toMatchObject([{ message: expect.stringContaining('Data.HttpMethod') as string, actual: '"GET"' }]);
  });

  it('reports a Type that no page documents', async () => {
    const { listener, recorder } = await listening((socket) => socket.send(JSON.stringify({ Type: 64, Data: {} })));
    expect((await listener.waitFor(() => true, anything)).message).toBe('unknown');
    expect(recorder.undocumented).toEqual([{ kind: 'frame', where: '/notification', what: 'Type 64' }]);
  });

  it('fails the check over frames that are no JSON object, or binary', async () => {
    const { listener, recorder } = await listening((socket) => {
      socket.send('hello');
      socket.send(Buffer.from(JSON.stringify(notice)), { binary: true });
    });
    await listener.waitFor(() => true, anything);
    expect(recorder.failures().map(({ level, message }) => `${level} ${message}`)).toEqual([
      'MUST /notification: each frame is one JSON object',
      'MUST /notification: frames are text',
    ]);
  });

  it('says what it waited for when the deadline passes', async () => {
    const { listener, recorder } = await listening(() => {});
    await expect(listener.waitFor(() => true, { what: 'a Progress frame says Completed', deadlineMs: 50 })).rejects.toThrow(
      'a Progress frame says Completed',
    );
    expect(recorder.failures()).toMatchObject([{ message: 'a Progress frame says Completed', expected: 'within 50 ms' }]);
  });

  it('tells the code with which the target closed', async () => {
    const { listener } = await listening((socket) => socket.close(1011, 'out of order'));
    expect(await listener.closed).toEqual({ code: 1011, reason: 'out of order' });
  });

  it('does not wait on when the target drops the connection', async () => {
    const { listener } = await listening((socket) => socket.terminate());
    await expect(listener.waitFor(() => true, { what: 'a frame comes', deadlineMs: 10_000 })).rejects.toThrow('a frame comes');
  });
});
