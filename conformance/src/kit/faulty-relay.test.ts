import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FaultyRelay, type Mishap, type RelayedRequest, startFaultyRelay } from './faulty-relay.ts';

let server: Server;
let relay: FaultyRelay;
let seen: string[];
let mishapOf: (request: RelayedRequest) => Mishap | undefined;

beforeEach(async () => {
  seen = [];
  server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    request.resume();
    response.writeHead(200, { 'content-length': '1000' }).end('x'.repeat(1000));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  relay = await startFaultyRelay(target, (request) => mishapOf(request));
});
afterEach(async () => {
  await relay.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

it('passes what has no mishap, with its query', async () => {
  mishapOf = () => undefined;
  const answer = await fetch(`${relay.url}/a%20b?c=d`);
  expect([answer.status, (await answer.text()).length]).toEqual([200, 1000]);
  expect([seen, relay.mishaps()]).toEqual([['GET /a%20b?c=d'], 0]);
});

it('refuses in place of the server, which hears nothing of it', async () => {
  mishapOf = ({ method, path }) => (method === 'PUT' && path === '/a b' ? { status: 403 } : undefined);
  expect((await fetch(`${relay.url}/a%20b`, { method: 'PUT', body: 'x' })).status).toBe(403);
  expect((await fetch(`${relay.url}/other`, { method: 'PUT', body: 'x' })).status).toBe(200);
  expect([seen, relay.mishaps()]).toEqual([['PUT /other'], 1]);
});

it('cuts an answer off after so many bytes', async () => {
  mishapOf = () => ({ cutAfter: 400 });
  const answer = await fetch(`${relay.url}/a`);
  const received: Uint8Array[] = [];
  const reading = async (): Promise<void> => {
    for await (const bytes of answer.body ?? []) received.push(bytes as Uint8Array);
  };
  await expect(reading()).rejects.toThrow('terminated');
  expect(Buffer.concat(received)).toHaveLength(400);
  expect(relay.mishaps()).toBe(1);
});
