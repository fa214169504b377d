import { describe, expect, it } from 'vitest';
import { blockId, markOf } from './azure-blocks.ts';
import { elements, nameIn, textOf } from './azure-xml.ts';
import { azureProvider } from './azure.ts';
import type { Provider } from './provider.ts';
import { azureAccount } from './testing/azurite-server.ts';
import { chunkOf, collect, errorOf, kindOf, signal } from './testing/provider-tools.ts';
import { type Script, scriptedServer, type ScriptedServer } from './testing/scripted-server.ts';

const provider = (server: ScriptedServer): Provider =>
  azureProvider(azureAccount(`${server.url}/devstoreaccount1`), { headersMs: 400, stallMs: 300, connectMs: 400 });

const read = async (server: ScriptedServer): Promise<Buffer> =>
  collect(await provider(server).read({ bucket: 'b', key: 'o', offset: 0, eTag: '' }, signal()));

describe('Failures of the Blob service', () => {
  it.each([
    [503, 'ServerBusy', 'throttled'],
    [500, 'OperationTimedOut', 'unavailable'],
    [403, 'AuthenticationFailed', 'auth'],
    [404, 'ContainerNotFound', 'missing'],
    [412, 'ConditionNotMet', 'changed'],
    [409, 'BlobArchived', 'invalid'],
    [412, 'LeaseIdMissing', 'conflict'],
    [400, 'InvalidResourceName', 'invalid'],
  ] as const)('%i %s is %s, from the header and from the body', async (status, code, kind) => {
    for (const [headers, body] of [
      [{ 'x-ms-error-code': code }, ''],
      [{}, `\uFEFF<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`],
    ] as const) {
      await using server = await scriptedServer((_req, res) => void res.writeHead(status, { ...headers, 'retry-after': '2' }).end(body));
      const error = await errorOf(read(server));
      expect([error.kind, error.retryAfterMs]).toEqual([kind, 2000]);
      expect(error.message).toContain(code);
      expect(JSON.stringify([error.message, error.cause])).not.toMatch(/SharedKey|sig=/);
    }
  });

  it('are unavailable when it is down, silent, stalls or cuts a body', async () => {
    const scripts: Script[] = [
      (req) => void req.destroy(),
      () => undefined,
      (_req, res) => void res.writeHead(200, { 'content-length': 10 }).write('x'),
      (_req, res) => void res.writeHead(200, { 'content-length': 10 }).write('x', () => res.destroy()),
    ];
    for (const script of scripts) {
      await using server = await scriptedServer(script);
      expect(await kindOf(read(server))).toBe('unavailable');
    }
  });

  it('are unavailable when it takes no more of a block', async () => {
    await using server = await scriptedServer((req) => void req.pause());
    const bytes = Buffer.alloc(32 * 1024 * 1024);
    const request = { bucket: 'b', key: 'o', size: bytes.length, contentType: '', chunkSize: bytes.length };
    expect(await kindOf(provider(server).putWhole!(request, chunkOf(bytes), signal()))).toBe('unavailable');
  });

  it('gives the reason of an aborted signal', async () => {
    await using server = await scriptedServer(() => undefined);
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const verifying = provider(server).verify(controller.signal);
    controller.abort(reason);
    await expect(verifying).rejects.toBe(reason);
  });

  it('removes a blob that was published with another size, and does not claim it', async () => {
    await using server = await scriptedServer((req, res) => {
      req.resume();
      if (req.method === 'GET') return void res.writeHead(404, { 'x-ms-error-code': 'BlobNotFound' }).end();
      if (req.method === 'HEAD') return void res.writeHead(200, { 'content-length': 3, etag: '"new"' }).end();
      res.writeHead(req.method === 'DELETE' ? 202 : 201, { etag: '"new"' }).end();
    });
    const request = { bucket: 'b', key: 'o', size: 5, contentType: '', chunkSize: 4 };
    const session = await provider(server).openUpload(request, signal());
    await session.write(chunkOf(Buffer.from('four')), signal());
    await session.write(chunkOf(Buffer.from('5'), 4), signal());
    expect(await kindOf(session.commit(signal()))).toBe('unavailable');
    expect(server.seen.at(-1)).toMatchObject({ method: 'DELETE', headers: { 'if-match': '"new"' } });
  });

  it.each(['a\\b', 'dir./b', 'trailing.', './a', '../a'])('refuses the key %j, which Azure would keep under another name', async (key) => {
    await using server = await scriptedServer((_req, res) => void res.end());
    expect(await kindOf(provider(server).stat('b', key, signal()))).toBe('invalid');
    expect(server.seen).toEqual([]);
  });
});

describe('Answers of the Blob service', () => {
  const xml =
    '<Blobs><Blob><Name>a&amp;b &#x1F600;</Name></Blob><BlobPrefix><Name Encoded="true">a%EF%BF%BE/</Name></BlobPrefix><Blob/></Blobs>';

  it('are read by the names of their elements, entities and percent-encoded names included', () => {
    expect([...elements(xml, 'Blob')].map((blob) => textOf(blob, 'Name'))).toEqual(['a&b 😀', '']);
    expect([...elements(xml, 'BlobPrefix')].map(nameIn)).toEqual(['a\uFFFE/']);
    expect([...elements('<Blob><Name>cut', 'Blob')]).toEqual([]);
  });
});

describe('The id of a block', () => {
  it('is as long for every block, and tells the session, the place and the CRC32', () => {
    const marks = [0, 49_999].map((index) => ({ nonce: '00112233445566778899', index, crc32: 0xffffffff - index }));
    expect(marks.map((mark) => markOf(blockId(mark)))).toEqual(marks);
    expect(new Set(marks.map((mark) => blockId(mark).length))).toEqual(new Set([24]));
    expect(markOf('AAAA')).toBeUndefined();
  });
});
