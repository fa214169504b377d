import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { startRequestLog } from './request-log.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function echo(): Promise<string> {
  const server = createServer((request, response) => {
    response.writeHead(201, { 'x-seen': `${request.method} ${request.url} ${request.headers.authorization}` });
    request.pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('the relay that notes requests', () => {
  it('passes requests and answers on unchanged and keeps their order', async () => {
    const log = await startRequestLog(await echo());
    closing.push(() => log.close());
    const head = await fetch(`${log.url}/bucket/a%20b.bin`, { method: 'HEAD' });
    expect(head.status).toBe(201);
    const put = await fetch(`${log.url}/bucket/c.bin?x=1`, { method: 'PUT', body: 'some bytes', headers: { authorization: 'Basic abc' } });
    expect(put.headers.get('x-seen')).toBe('PUT /bucket/c.bin?x=1 Basic abc');
    expect(await put.text()).toBe('some bytes');
    expect(log.requests).toEqual([
      { method: 'HEAD', path: '/bucket/a b.bin', signed: false },
      { method: 'PUT', path: '/bucket/c.bin', signed: true },
    ]);
  });

  it('drops the connection when the server behind it is gone', async () => {
    const log = await startRequestLog('http://127.0.0.1:1');
    closing.push(() => log.close());
    await expect(fetch(`${log.url}/bucket`)).rejects.toThrow('fetch failed');
  });
});
