import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FaultyRelay, type RelayedRequest, startFaultyRelay } from './faulty-relay.ts';
import type { Mishap } from './mishaps.ts';

let server: Server;
let relay: FaultyRelay;
let seen: string[];
let mishapOf: (request: RelayedRequest) => Mishap | undefined;

beforeEach(async () => {
  seen = [];
  server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    const body: Buffer[] = [];
    request.on('data', (bytes: Buffer) => body.push(bytes));
    request.on('end', () => {
      if (body.length > 0) seen.push(Buffer.concat(body).toString('latin1'));
      response.writeHead(200, { 'content-length': '1000' }).end('x'.repeat(1000));
    });
    request.on('error', () => seen.push('broken off'));
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
  expect([seen, relay.mishaps()]).toEqual([['PUT /other', 'x'], 1]);
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

it('answers with headers in place of the server', async () => {
  mishapOf = () => ({ status: 503, headers: { 'retry-after': '1' } });
  const answer = await fetch(`${relay.url}/a`);
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
});

it('cuts a request off after so many bytes', async () => {
  mishapOf = () => ({ cutRequestAfter: 3 });
  await expect(fetch(`${relay.url}/a`, { method: 'PUT', body: 'abcdef' })).rejects.toThrow('fetch failed');
  await expect.poll(() => seen).toEqual(['PUT /a', 'broken off']);
});

it('keeps only the beginning of a request, or changes one byte of it', async () => {
  mishapOf = () => ({ keepOnly: 3 });
  expect((await fetch(`${relay.url}/a`, { method: 'PUT', body: 'abcdef' })).status).toBe(200);
  mishapOf = () => ({ flip: 'request' });
  expect((await fetch(`${relay.url}/b`, { method: 'PUT', body: 'abcdef' })).status).toBe(200);
  expect(seen).toEqual(['PUT /a', 'abc', 'PUT /b', `abc${String.fromCharCode('d'.charCodeAt(0) ^ 0xff)}ef`]);
});

it('compresses an answer and says so, or changes one byte of it', async () => {
  mishapOf = () => ({ compressed: true });
  const compressed = await fetch(`${relay.url}/a`);
  expect([compressed.headers.get('content-encoding'), await compressed.text()]).toEqual(['gzip', 'x'.repeat(1000)]);
  mishapOf = () => ({ flip: 'answer' });
  expect((await (await fetch(`${relay.url}/a`)).text()).indexOf('\ufffd')).toBe(500);
});

it('tells another size', async () => {
  mishapOf = () => ({ sizeOff: -10 });
  expect((await fetch(`${relay.url}/a`, { method: 'HEAD' })).headers.get('content-length')).toBe('990');
});

it('stalls in an answer and in a request', async () => {
  mishapOf = () => ({ stallAfter: 10 });
  const leave = new AbortController();
  const answer = await fetch(`${relay.url}/a`, { signal: leave.signal });
  const { value } = (await answer.body?.getReader().read()) ?? {};
  expect(value).toHaveLength(10);
  leave.abort();
  mishapOf = () => ({ stallRequestAfter: 2 });
  const sending = fetch(`${relay.url}/b`, { method: 'PUT', body: 'abcdef' });
  await expect.poll(() => seen).toEqual(['GET /a', 'PUT /b']);
  await relay.close();
  await expect(sending).rejects.toThrow('fetch failed');
});
