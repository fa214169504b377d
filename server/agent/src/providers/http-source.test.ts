import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { httpObjectProvider } from './http-object.ts';
import { collect, errorOf, kindOf, get } from './testing/provider-tools.ts';
import type { Provider } from './provider.ts';
import { scriptedServer, type Script, type ScriptedServer } from './testing/scripted-server.ts';

const bytes = randomBytes(300_000);
const signal = (): AbortSignal => AbortSignal.timeout(10_000);
const reader = (server: ScriptedServer, keys = { accessKey: 'me', secretKey: 'secret' }): Provider =>
  httpObjectProvider({ serviceUrl: server.url, ...keys }, { limits: { stallMs: 150, headersMs: 400 } });
const read = (provider: Provider, offset: number, eTag = ''): Promise<Buffer> => get({ provider, bucket: 'b' }, 'o.bin', offset, eTag);

const plain: Script = (req, res) => {
  res.writeHead(200, { 'content-length': bytes.length, etag: '"v1"' });
  res.end(req.method === 'HEAD' ? undefined : bytes);
};

const ranged =
  (answer: { etag?: string; range?: string; head?: number }): Script =>
  (req, res) => {
    if (req.method === 'HEAD' && answer.head !== undefined) return void res.writeHead(answer.head).end();
    const first = Number(/^bytes=(\d+)-/.exec(req.headers.range ?? '')?.[1] ?? 0);
    const last = req.headers.range === 'bytes=0-0' ? 0 : bytes.length - 1;
    res.writeHead(206, {
      etag: answer.etag ?? '"v1"',
      'content-range': answer.range ?? `bytes ${first}-${last}/${bytes.length}`,
      'content-length': last - first + 1,
    });
    res.end(bytes.subarray(first, last + 1));
  };

describe('Reading from any HTTP server', () => {
  it('skips to the offset when the server knows no ranges', async () => {
    await using server = await scriptedServer(plain);
    expect(await reader(server).stat('b', 'o.bin', signal())).toEqual({ size: bytes.length, eTag: '"v1"', acceptsRanges: false });
    expect((await read(reader(server), 200_001, '"v1"')).equals(bytes.subarray(200_001))).toBe(true);
  });

  it('asks for a range of bytes, and takes no more of a server that knows none', async () => {
    const exact: Script = (req, res) => {
      const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(req.headers.range ?? '') ?? [];
      const end = Math.min(Number(last), bytes.length - 1);
      const range = { 'content-range': `bytes ${first}-${end}/${bytes.length}`, 'content-length': end - Number(first) + 1 };
      res.writeHead(206, { etag: '"v1"', ...range }).end(bytes.subarray(Number(first), end + 1));
    };
    for (const script of [exact, plain]) {
      await using server = await scriptedServer(script);
      for (const [offset, length, got] of [
        [0, 1, 1],
        [1000, 70_000, 70_000],
        [299_990, 100, 10],
      ] as const) {
        const open = await reader(server).read({ bucket: 'b', key: 'o.bin', offset, length, eTag: '"v1"' }, signal());
        expect(open.length).toBe(got);
        expect((await collect(open)).equals(bytes.subarray(offset, offset + got))).toBe(true);
      }
      expect(server.seen.map(({ headers }) => headers.range)).toEqual(['bytes=0-0', 'bytes=1000-70999', 'bytes=299990-300089']);
    }
  });

  it('asks for one byte when HEAD is not supported', async () => {
    await using server = await scriptedServer(ranged({ head: 405 }));
    expect(await reader(server).stat('b', 'o.bin', signal())).toEqual({ size: bytes.length, eTag: '"v1"', acceptsRanges: true });
  });

  it('sends If-Match for strong tags only and compares weak ones itself', async () => {
    await using server = await scriptedServer(ranged({ etag: 'W/"v1"' }));
    expect((await read(reader(server), 10, 'W/"v1"')).equals(bytes.subarray(10))).toBe(true);
    expect(server.seen.at(-1)?.headers['if-match']).toBeUndefined();
    expect(await kindOf(read(reader(server), 10, '"v2"'))).toBe('changed');
    expect(server.seen.at(-1)?.headers['if-match']).toBe('"v2"');
  });

  it('refuses another range than asked for and coded bodies', async () => {
    await using shifted = await scriptedServer(ranged({ range: `bytes 0-299999/300000` }));
    expect(await kindOf(read(reader(shifted), 10))).toBe('invalid');
    await using coded = await scriptedServer((_req, res) => void res.writeHead(200, { 'content-encoding': 'gzip' }).end('x'));
    expect(await kindOf(read(reader(coded), 0))).toBe('invalid');
  });

  it('says unavailable when a body ends early or stalls', async () => {
    await using cutting = await scriptedServer((_req, res) => {
      res.writeHead(200, { 'content-length': bytes.length });
      res.write(bytes.subarray(0, 1000), () => res.destroy());
    });
    expect(await kindOf(read(reader(cutting), 0))).toBe('unavailable');
    await using stalling = await scriptedServer((_req, res) => {
      res.writeHead(200, { 'content-length': bytes.length });
      res.write(bytes.subarray(0, 1000));
    });
    expect(await kindOf(read(reader(stalling), 0))).toBe('unavailable');
  });

  it('does not call a slow consumer a stall', async () => {
    await using server = await scriptedServer((_req, res) => {
      const large = Buffer.alloc(8 * 1024 * 1024, 7);
      res.writeHead(200, { 'content-length': large.length }).end(large);
    });
    const stream = await reader(server).read({ bucket: 'b', key: 'o.bin', offset: 0, eTag: '' }, signal());
    // Longer than the stall limit: time itself is what this test is about.
    await delay(400);
    expect(await collect(stream)).toHaveLength(8 * 1024 * 1024);
  });

  it('says unavailable when no answer comes, or nobody listens', async () => {
    await using silent = await scriptedServer(() => undefined);
    expect(await kindOf(read(reader(silent), 0))).toBe('unavailable');
    const gone = await scriptedServer(plain);
    await gone[Symbol.asyncDispose]();
    expect(await kindOf(read(reader(gone), 0))).toBe('unavailable');
  });

  it('rejects with the reason of an aborted signal, before and during the body', async () => {
    await using server = await scriptedServer((_req, res) => {
      res.writeHead(200, { 'content-length': 10 }).write('x');
    });
    const controller = new AbortController();
    const stream = await reader(server).read({ bucket: 'b', key: 'o.bin', offset: 0, eTag: '' }, controller.signal);
    const reason = new Error('paused by the user');
    controller.abort(reason);
    await expect(stream.fill(Buffer.alloc(10), controller.signal)).rejects.toBe(reason);
    await stream.close();
    await expect(reader(server).stat('b', 'o.bin', controller.signal)).rejects.toBe(reason);
  });
});

describe('Redirects of a read', () => {
  it('are followed without credentials to another origin', async () => {
    await using other = await scriptedServer(plain);
    await using server = await scriptedServer((_req, res) => void res.writeHead(302, { location: `${other.url}/elsewhere` }).end());
    expect((await read(reader(server), 0)).equals(bytes)).toBe(true);
    expect(server.seen[0]?.headers.authorization).toMatch(/^Basic /);
    expect(other.seen[0]?.headers.authorization).toBeUndefined();
  });

  it('end after three', async () => {
    await using server = await scriptedServer((_req, res) => void res.writeHead(307, { location: '/again' }).end());
    expect(await kindOf(read(reader(server), 0))).toBe('invalid');
    expect(server.seen).toHaveLength(4);
  });

  it('are refused for uploads', async () => {
    await using server = await scriptedServer(
      (req, res) => void res.writeHead(req.method === 'DELETE' ? 307 : 404, { location: '/x' }).end(),
    );
    expect(await kindOf(reader(server).remove('b', 'o.bin', signal()))).toBe('invalid');
    expect(server.seen).toHaveLength(1);
  });
});

describe('The address of an object', () => {
  it('cannot leave the bucket', async () => {
    await using server = await scriptedServer(plain);
    expect(await kindOf(reader(server).stat('b', '../other/secret', signal()))).toBe('invalid');
    expect(await kindOf(reader(server).stat('..', 'x', signal()))).toBe('invalid');
    expect(server.seen).toHaveLength(0);
  });

  it('has no credentials when both keys are empty', async () => {
    await using server = await scriptedServer(plain);
    await reader(server, { accessKey: '', secretKey: '' }).stat('b', 'a b', signal());
    expect(server.seen[0]).toMatchObject({ url: '/b/a%20b' });
    expect(server.seen[0]?.headers.authorization).toBeUndefined();
  });

  it('gets no listing from a server that is no object server', async () => {
    await using server = await scriptedServer((_req, res) => void res.writeHead(200, { 'content-type': 'text/html' }).end('<html>'));
    expect(await kindOf(reader(server).listBuckets({ includeRegion: false }, signal()))).toBe('invalid');
    const query = { bucket: 'b', prefix: '', delimiter: '/', continuationToken: '', count: 1 } as const;
    expect((await errorOf(reader(server).listObjects(query, signal()))).message).toContain('no listing');
  });
});
