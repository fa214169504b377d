import { getEventListeners } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { errorOf } from './testing/provider-tools.ts';
import { scriptedServer, type Script, type ScriptedServer } from './testing/scripted-server.ts';
import { VendorApi } from './vendor-api.ts';

async function bench(script: Script): Promise<{ server: ScriptedServer; api: VendorApi }> {
  const server = await scriptedServer(script);
  onTestFinished(() => server[Symbol.asyncDispose]());
  let token = 1;
  const tokens = {
    apiUrl: server.url,
    get: async (_signal: AbortSignal, refused?: string) => (refused === undefined ? `token-${token}` : `token-${++token}`),
  };
  return { server, api: new VendorApi({ name: 'Vendor', wordsOf: ({ code }) => (typeof code === 'string' ? code : undefined) }, tokens) };
}

const signal = new AbortController().signal;
const request = { what: 'Vendor thing', method: 'GET', url: '/thing' } as const;

describe('Requests to the API of a vendor', () => {
  it('leave no listener on a signal that outlives them', async () => {
    const { api } = await bench((_req, res) => void res.end('{"a":1}'));
    for (let n = 0; n < 3; n++) await api.call(request, signal);
    const reader = await api.read(request, { offset: 0, length: undefined }, signal);
    await reader.fill(Buffer.alloc(7), signal);
    await reader.close();
    await expect.poll(() => getEventListeners(signal, 'abort').length).toBe(0);
  });

  it('let go of the first answer when a token is refused', async () => {
    const { server, api } = await bench((req, res) => {
      const good = req.headers.authorization === 'Bearer token-2';
      res.writeHead(good ? 200 : 401, { 'content-type': 'application/json' }).end('{"code":"x"}');
    });
    expect((await api.call(request, signal)).json).toEqual({ code: 'x' });
    expect(server.seen).toHaveLength(2);
    await expect.poll(() => getEventListeners(signal, 'abort').length).toBe(0);
  });

  it('carry the words of the vendor, in one line', async () => {
    const { api } = await bench((_req, res) => void res.writeHead(404).end('{"code":"not_found\\nreally"}'));
    expect(await errorOf(api.call(request, signal))).toMatchObject({
      kind: 'missing',
      message: 'Vendor thing was answered 404: not_found really',
    });
  });

  it.each([
    [206, { 'content-range': 'bytes 0-3/10' }, 'another range'],
    [206, {}, 'another range'],
    [202, {}, 'answered 202'],
  ])('do not take a %i with %j for the bytes that were asked for', async (status, headers, words) => {
    const { api } = await bench((_req, res) => void res.writeHead(status, headers).end('abcd'));
    expect((await errorOf(api.read(request, { offset: 4, length: 4 }, signal))).message).toContain(words);
  });
});
