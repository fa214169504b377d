import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { HttpClient } from './http-client.ts';
import { seededBytes, sha256 } from './random-bytes.ts';
import { startThrottle } from './throttle.ts';

const bytes = seededBytes('throttle', 300_000);
const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function relayed(bytesPerSecond: number, headers: Record<string, string> = {}, burst = 0) {
  const server: Server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(200, headers).end(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  undo.push(() => new Promise((resolve) => server.close(resolve)));
  const throttle = await startThrottle({ target: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bytesPerSecond, burst });
  undo.push(() => throttle.close());
  const http = new HttpClient();
  undo.push(() => http.close());
  return { throttle, get: () => http.send({ method: 'GET', url: throttle.url, signal: new AbortController().signal }) };
}

it('The relay passes every byte on, also before a connection that the server closes.', async () => {
  const { get } = await relayed(100_000_000, { connection: 'close' });
  expect(sha256((await get()).bytes)).toBe(sha256(bytes));
});

it('The relay keeps to its rate until it is released.', async () => {
  const { get, throttle } = await relayed(1_000_000);
  const begun = performance.now();
  await get();
  expect(performance.now() - begun).toBeGreaterThan(200);
  throttle.release();
  const released = performance.now();
  await get();
  expect(performance.now() - released).toBeLessThan(200);
  expect(throttle.bytes()).toBeGreaterThan(2 * bytes.length);
});

it('The relay lets a burst through at once, and keeps to its rate after it.', async () => {
  const { get } = await relayed(1_000_000, {}, 310_000);
  const begun = performance.now();
  await get();
  const burst = performance.now() - begun;
  await get();
  expect(performance.now() - begun - burst).toBeGreaterThan(200);
  expect(burst).toBeLessThan(200);
});

it('The relay can cut a connection in the middle.', async () => {
  const { get, throttle } = await relayed(100_000);
  const answer = get();
  await expect.poll(() => throttle.bytes()).toBeGreaterThan(0);
  throttle.cut();
  await expect(answer).rejects.toThrow('closed before the answer was complete');
});
