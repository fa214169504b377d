import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { httpObjectProvider } from './http-object.ts';
import { describeProvider } from './testing/provider-contract.ts';
import { chunkOf, errorOf, kindOf, put, uploadOf, type Fixture } from './testing/provider-tools.ts';
import type { UploadSession } from './provider.ts';
import { bodyOf, scriptedServer, type Script, type ScriptedServer } from './testing/scripted-server.ts';

const AUTHORIZATION = `Basic ${Buffer.from('me:secret').toString('base64')}`;
const signal = (): AbortSignal => AbortSignal.timeout(10_000);

/** An ordinary WebDAV server: no tus, no ranges beyond `bytes=n-`, PUT needs its collection and publishes at its end. */
class WebDav {
  readonly files = new Map<string, Buffer>();
  readonly collections = new Set<string>(['/', '/contract/']);

  readonly script = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const path = decodeURIComponent(req.url ?? '');
    if (req.headers.authorization !== AUTHORIZATION) return void res.writeHead(401).end();
    if (req.method === 'PUT') return await this.put(path, req, res);
    if (req.method === 'MKCOL') return void res.writeHead(this.makeCollection(path)).end();
    if (req.method === 'DELETE') return void res.writeHead(this.files.delete(path) ? 204 : 404).end();
    if (req.method === 'GET' || req.method === 'HEAD') return this.get(path, req, res);
    res.writeHead(405).end();
  };

  private async put(path: string, req: IncomingMessage, res: ServerResponse): Promise<void> {
    const bytes = await bodyOf(req);
    const stands = this.collections.has(path.slice(0, path.lastIndexOf('/') + 1));
    if (stands) this.files.set(path, bytes);
    res.writeHead(stands ? 201 : 409).end();
  }

  private makeCollection(path: string): number {
    if (this.collections.has(path)) return 405;
    if (!this.collections.has(path.slice(0, path.slice(0, -1).lastIndexOf('/') + 1))) return 409;
    this.collections.add(path);
    return 201;
  }

  private get(path: string, req: IncomingMessage, res: ServerResponse): void {
    const file = this.files.get(path);
    if (file === undefined) return void res.writeHead(path === '/' ? 403 : 404).end();
    const etag = `"${createHash('md5').update(file).digest('hex')}"`;
    const first = Number(/^bytes=(\d+)-/.exec(req.headers.range ?? '')?.[1] ?? 0);
    if (req.headers['if-match'] !== undefined && req.headers['if-match'] !== etag) return void res.writeHead(412).end();
    if (first > 0 && first >= file.length) return void res.writeHead(416, { 'content-range': `bytes */${file.length}` }).end();
    const range = first > 0 ? { 'content-range': `bytes ${first}-${file.length - 1}/${file.length}` } : {};
    res.writeHead(first > 0 ? 206 : 200, { etag, 'accept-ranges': 'bytes', 'content-length': file.length - first, ...range });
    res.end(req.method === 'HEAD' ? undefined : file.subarray(first));
  }
}

async function startWebDav(dav = new WebDav(), script: Script = dav.script): Promise<Fixture & { server: ScriptedServer; dav: WebDav }> {
  const server = await scriptedServer(script);
  const account = { serviceUrl: server.url, accessKey: 'me', secretKey: 'secret' };
  const options = { limits: { stallMs: 300, headersMs: 300 } };
  return {
    server,
    dav,
    provider: httpObjectProvider(account, options),
    stranger: httpObjectProvider({ ...account, secretKey: 'wrong' }, options),
    bucket: 'contract',
    chunkSize: 1024 * 1024,
    behind: { origin: server.url, provider: (serviceUrl) => httpObjectProvider({ ...account, serviceUrl }, options) },
    close: async () => server[Symbol.asyncDispose](),
  };
}

const noListing = 'a WebDAV server has no listing of ours';
const noSigning = 'a WebDAV server knows no signed URLs';
describeProvider('a plain WebDAV server', () => startWebDav(), {
  skips: {
    buckets: noListing,
    sweep: 'one streamed PUT is no upload that could be left over',
    administration: 'WebDAV has no buckets',
    pages: noListing,
    levels: noListing,
    folder: noListing,
    resume: 'one streamed PUT cannot be resumed',
    missingBucket: 'the server says so when the PUT ends; see below',
    signedGet: noSigning,
    signedPut: noSigning,
    signedType: noSigning,
  },
});

describe('A streamed PUT', () => {
  it('makes the collections above its object, but never the bucket', async () => {
    const fixture = await startWebDav();
    await put(fixture, 'one/two/three.bin', Buffer.from('x'));
    expect([...fixture.dav.collections]).toEqual(['/', '/contract/', '/contract/one/', '/contract/one/two/']);
    expect(await kindOf(put({ ...fixture, bucket: 'nowhere' }, 'one/x.bin', Buffer.from('x')))).toBe('conflict');
    expect(fixture.dav.collections).toHaveLength(4);
    await fixture.close();
  });

  it('stores a small object by one PUT and a look at it, and makes its collections only when they lack', async () => {
    const fixture = await startWebDav();
    const send = (key: string, ifAbsent = false) =>
      fixture.provider.putWhole!({ ...uploadOf(fixture, key, 1), ifAbsent }, chunkOf(Buffer.from('x')), signal());
    expect(await send('a/b.bin')).toBe('size');
    expect(fixture.server.seen.map(({ method }) => method)).toEqual(['PUT', 'MKCOL', 'PUT', 'HEAD']);
    await send('a/c.bin');
    expect(fixture.server.seen.slice(4).map(({ method }) => method)).toEqual(['PUT', 'HEAD']);
    // This server passes over conditions, as most do.
    expect(await kindOf(send('a/c.bin', true))).toBe('conflict');
    expect(await send('a/d.bin', true)).toBe('size');
    await fixture.close();
  });

  it('makes folders as collections, again and again', async () => {
    const fixture = await startWebDav();
    await fixture.provider.createFolder('contract', 'a/b', signal());
    // The scripted server answers 404 to a HEAD of a collection and 409 to a PUT of one.
    expect(await kindOf(fixture.provider.createFolder('nowhere', 'a', signal()))).toBe('conflict');
    expect(fixture.dav.collections).toContain('/contract/a/b/');
    await fixture.close();
  });

  it('stops early when the server refuses it', async () => {
    const refusing: Script = (req, res) => void res.writeHead(req.method === 'PUT' ? 507 : 404).end();
    const fixture = await startWebDav(new WebDav(), refusing);
    expect(await kindOf(put(fixture, 'big.bin', randomBytes(fixture.chunkSize * 16)))).toBe('unavailable');
    await fixture.close();
  });

  it('gives up when the server takes no more bytes', async () => {
    const fixture = await startWebDav(new WebDav(), (req, res) => (req.method === 'PUT' ? undefined : void res.writeHead(404).end()));
    const error = await errorOf(put(fixture, 'stuck.bin', Buffer.alloc(fixture.chunkSize * 32)));
    expect(error.kind).toBe('unavailable');
    expect(error.message).toMatch(/stalled/);
    await fixture.close();
  });

  it('settles a lost answer by asking for the object', async () => {
    const dav = new WebDav();
    const losing: Script = async (req, res) => {
      if (req.method !== 'PUT') return await dav.script(req, res);
      dav.files.set(decodeURIComponent(req.url ?? ''), await bodyOf(req));
      res.destroy();
    };
    const fixture = await startWebDav(dav, losing);
    const bytes = randomBytes(fixture.chunkSize * 2);
    await put(fixture, 'lost.bin', bytes);
    expect(dav.files.get('/contract/lost.bin')?.equals(bytes)).toBe(true);
    expect(fixture.server.seen.filter(({ method }) => method === 'PUT')).toHaveLength(1);
    // The same bytes again: the object that stands may be the older one, so nothing is proved.
    expect(await kindOf(put(fixture, 'lost.bin', bytes))).toBe('unavailable');
    await fixture.close();
  });

  it('removes what the server has published cut short', async () => {
    const dav = new WebDav();
    const cutting: Script = async (req, res) => {
      if (req.method !== 'PUT') return await dav.script(req, res);
      dav.files.set(decodeURIComponent(req.url ?? ''), (await bodyOf(req)).subarray(1));
      res.writeHead(201).end();
    };
    const fixture = await startWebDav(dav, cutting);
    expect(await kindOf(put(fixture, 'short.bin', randomBytes(100)))).toBe('unavailable');
    expect(dav.files.size).toBe(0);
    await fixture.close();
  });

  it('lets go of its connection when it is suspended', async () => {
    let closed: Promise<unknown> | undefined;
    const fixture = await startWebDav(new WebDav(), (req, res) => {
      if (req.method !== 'PUT') return void res.writeHead(404).end();
      closed = once(req, 'close', { signal: signal() });
      req.resume();
    });
    const session = await fixture.provider.openUpload(uploadOf(fixture, 'x.bin', fixture.chunkSize * 3), signal());
    await session.write(chunkOf(randomBytes(fixture.chunkSize)), signal());
    await session.suspend();
    await closed;
    await expect(session.write(chunkOf(randomBytes(10)), signal())).rejects.toMatchObject({ kind: 'unavailable' });
    await fixture.close();
  });

  it('rejects with the reason of the signal that ends a write', async () => {
    const fixture = await startWebDav(new WebDav(), (req, res) => (req.method === 'PUT' ? undefined : void res.writeHead(404).end()));
    const session = await fixture.provider.openUpload(uploadOf(fixture, 'x.bin', fixture.chunkSize * 64), signal());
    const controller = new AbortController();
    const reason = new Error('paused by the user');
    const writing = writeAllUntil(session, fixture.chunkSize, controller.signal);
    controller.abort(reason);
    await expect(writing).rejects.toBe(reason);
    await fixture.close();
  });
});

async function writeAllUntil(session: UploadSession, chunkSize: number, until: AbortSignal): Promise<void> {
  for (;;) await session.write(chunkOf(Buffer.alloc(chunkSize)), until);
}
