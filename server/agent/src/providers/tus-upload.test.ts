import { startObjectServer } from '@click-kit/object-server';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { httpObjectProvider } from './http-object.ts';
import { chunkOf, errorOf, kindOf, get, uploadOf, writeAll } from './testing/provider-tools.ts';
import type { Provider } from './provider.ts';
import { scriptedServer, type ScriptedServer } from './testing/scripted-server.ts';

const CHUNK = 512 * 1024;
const signal = (): AbortSignal => AbortSignal.timeout(10_000);

type Forward = (change?: { body?: (bytes: Buffer) => Buffer }) => Promise<IncomingMessage>;
type Fault = (req: IncomingMessage, res: ServerResponse, forward: Forward) => Promise<'handled' | 'pass'>;

interface Bench extends AsyncDisposable {
  readonly provider: Provider;
  readonly bucket: string;
  readonly chunkSize: number;
  readonly proxy: ScriptedServer;
}

/** The real object server behind a proxy that plays the fault. */
async function bench(fault: Fault): Promise<Bench> {
  const dataDir = await mkdtemp(join(tmpdir(), 'provider-tus-'));
  const server = await startObjectServer({ dataDir, port: 0, accessKey: 'demo', secretKey: 'demo-secret', buckets: ['b'] });
  const proxy = await scriptedServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const forward: Forward = ({ body = (bytes: Buffer) => bytes } = {}) =>
      new Promise((resolve, reject) => {
        const onward = httpRequest(`${server.url}${req.url}`, { method: req.method, headers: req.headers }, resolve);
        onward.on('error', reject).end(body(Buffer.concat(chunks)));
      });
    if ((await fault(req, res, forward)) === 'handled') return;
    const answer = await forward();
    res.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(res);
  });
  const provider = httpObjectProvider(
    { serviceUrl: proxy.url, accessKey: 'demo', secretKey: 'demo-secret' },
    { limits: { sliceBytes: 64 * 1024, stallMs: 500, headersMs: 500 } },
  );
  return {
    provider,
    bucket: 'b',
    chunkSize: CHUNK,
    proxy,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await server.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

const onPatch =
  (nth: number, act: (res: ServerResponse, forward: Forward) => Promise<void>): Fault =>
  async (req, res, forward) => {
    if (req.method !== 'PATCH' || --nth !== 0) return 'pass';
    await act(res, forward);
    return 'handled';
  };

const patches = ({ proxy }: Bench): number => proxy.seen.filter(({ method }) => method === 'PATCH').length;
/** By a session, however small: `putWhole` is another way. */
async function upload(use: Bench, bytes: Buffer): Promise<void> {
  const session = await use.provider.openUpload(uploadOf(use, 'o.bin', bytes.length), signal());
  await writeAll(session, bytes, CHUNK);
  await session.commit(signal());
}
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('A tus upload', () => {
  it('sends a CRC32 with each chunk and keeps the last bytes for the commit', async () => {
    await using use = await bench(async () => 'pass');
    const bytes = randomBytes(CHUNK * 2 + 10);
    const session = await use.provider.openUpload(uploadOf(use, 'o.bin', bytes.length), signal());
    await writeAll(session, bytes, CHUNK);
    expect(await kindOf(use.provider.stat('b', 'o.bin', signal()))).toBe('missing');
    expect(session.offset).toBe(bytes.length);
    await session.commit(signal());
    expect(sha256(await get(use, 'o.bin'))).toBe(sha256(bytes));
    expect(use.proxy.seen.filter(({ method }) => method === 'PATCH').map(({ headers }) => headers['upload-checksum'])).toEqual(
      Array(3).fill(expect.stringMatching(/^crc32 /)),
    );
  });

  it('does not send a chunk again whose answer was lost', async () => {
    await using use = await bench(
      onPatch(1, async (res, forward) => {
        (await forward()).resume();
        res.destroy();
      }),
    );
    const bytes = randomBytes(CHUNK * 2);
    await upload(use, bytes);
    expect(sha256(await get(use, 'o.bin'))).toBe(sha256(bytes));
    // Two chunks, the second in two pieces.
    expect(patches(use)).toBe(3);
  });

  it('settles a lost answer to the last bytes by asking', async () => {
    await using use = await bench(
      onPatch(2, async (res, forward) => {
        (await forward()).resume();
        res.destroy();
      }),
    );
    const bytes = randomBytes(CHUNK);
    await upload(use, bytes);
    expect(sha256(await get(use, 'o.bin'))).toBe(sha256(bytes));
    expect(patches(use)).toBe(2);
  });

  it('can commit again after a commit that failed before its bytes arrived', async () => {
    await using use = await bench(onPatch(2, async (res) => void res.writeHead(500).end()));
    const bytes = randomBytes(CHUNK);
    const session = await use.provider.openUpload(uploadOf(use, 'o.bin', bytes.length), signal());
    await writeAll(session, bytes, CHUNK);
    expect(await kindOf(session.commit(signal()))).toBe('unavailable');
    await session.commit(signal());
    expect(sha256(await get(use, 'o.bin'))).toBe(sha256(bytes));
  });

  it('is told to go on at its offset when a chunk was damaged on the way', async () => {
    await using use = await bench(
      onPatch(2, async (res, forward) => {
        const answer = await forward({ body: (bytes) => Buffer.concat([Buffer.from([(bytes[0] ?? 0) ^ 1]), bytes.subarray(1)]) });
        res.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(res);
      }),
    );
    const bytes = randomBytes(CHUNK * 3);
    const session = await use.provider.openUpload(uploadOf(use, 'o.bin', bytes.length), signal());
    await session.write(chunkOf(bytes.subarray(0, CHUNK)), signal());
    const error = await errorOf(session.write(chunkOf(bytes.subarray(CHUNK, CHUNK * 2), CHUNK), signal()));
    expect(error.kind).toBe('unavailable');
    expect(error.message).toContain('460');
    expect(session.offset).toBe(CHUNK);
    await writeAll(session, bytes, CHUNK);
    await session.commit(signal());
    expect(sha256(await get(use, 'o.bin'))).toBe(sha256(bytes));
  });

  it('finds its object when it is resumed after the commit went through unheard', async () => {
    await using use = await bench(async () => 'pass');
    const bytes = randomBytes(CHUNK);
    const asked = uploadOf(use, 'o.bin', bytes.length);
    const session = await use.provider.openUpload(asked, signal());
    await writeAll(session, bytes, CHUNK);
    await session.commit(signal());
    const resumed = await use.provider.resumeUpload(asked, session.state, signal());
    expect(resumed.offset).toBe(bytes.length);
    await resumed.commit(signal());
    expect(use.proxy.seen.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  it('gives up on a server that stops answering', async () => {
    await using use = await bench(async (req) =>
      req.method === 'PATCH' || req.url?.startsWith('/.uploads') === true ? 'handled' : 'pass',
    );
    expect(await kindOf(upload(use, randomBytes(CHUNK)))).toBe('unavailable');
  });

  it('does not replace an object that must be absent, though it appeared meanwhile', async () => {
    await using use = await bench(async () => 'pass');
    const asked = { ...uploadOf(use, 'o.bin', CHUNK), ifAbsent: true };
    const session = await use.provider.openUpload(asked, signal());
    await writeAll(session, randomBytes(CHUNK), CHUNK);
    await upload(use, Buffer.from('first'));
    expect(await kindOf(session.commit(signal()))).toBe('conflict');
    expect(await kindOf(use.provider.openUpload(asked, signal()))).toBe('conflict');
    expect(await kindOf(use.provider.putWhole!(asked, chunkOf(randomBytes(CHUNK)), signal()))).toBe('conflict');
    expect((await get(use, 'o.bin')).toString()).toBe('first');
  });

  it('refuses an upload address on another server', async () => {
    await using use = await bench(async (req, res) => {
      if (req.method !== 'POST') return 'pass';
      res.writeHead(201, { location: 'http://127.0.0.2:9/.uploads/x', 'tus-resumable': '1.0.0' }).end();
      return 'handled';
    });
    expect(await kindOf(upload(use, randomBytes(10)))).toBe('invalid');
  });

  it('starts at 0 when its state is not one of ours', async () => {
    await using use = await bench(async () => 'pass');
    for (const state of ['', 'null', '{"kind":"tus"}', '{"kind":"put"}']) {
      expect((await use.provider.resumeUpload(uploadOf(use, 'o.bin', 10), state, signal())).offset).toBe(0);
    }
  });
});
