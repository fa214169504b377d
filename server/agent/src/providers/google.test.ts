import { CloudType } from '@click-kit/contract';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { googleProvider } from './google.ts';
import type { Provider, ProviderAccount, UploadRequest } from './provider.ts';
import { s3Provider } from './s3.ts';
import { googleFront } from './testing/google-server.ts';
import { describeProvider } from './testing/provider-contract.ts';
import { chunkOf, type Fixture, get, kindOf, put, signal, writeAll } from './testing/provider-tools.ts';
import { bodyOf, scriptedServer } from './testing/scripted-server.ts';
import { GATEWAY_KEYS, noGateway, startGateway } from './testing/versity-gateway.ts';

const CHUNK = 5 * 1024 * 1024;
const account = (endpoint: string): ProviderAccount => ({
  cloudType: CloudType.Google,
  region: '',
  endpoint,
  ...GATEWAY_KEYS,
  serviceUrl: '',
});

async function fixture(): Promise<Fixture> {
  const store = await startGateway('another-bucket', ['--region', 'auto', '--keep-alive']);
  const behind = s3Provider({ ...account(store.url), cloudType: CloudType.S3Generic, region: 'auto' });
  const front = await googleFront(store.url, async (name) => {
    if ((await behind.administration?.exists(name, signal())) !== false) return false;
    await behind.administration?.create({ name, owner: '', objectLock: false }, signal());
    return true;
  });
  const provider = googleProvider(account(front.url));
  await provider.administration?.create({ name: 'contract', owner: '', objectLock: false }, signal());
  return {
    provider,
    stranger: googleProvider({ ...account(front.url), secretKey: 'another' }),
    bucket: 'contract',
    chunkSize: CHUNK,
    behind: { origin: front.url, provider: (origin) => googleProvider(account(origin)) },
    async close() {
      await front[Symbol.asyncDispose]();
      await store.close();
    },
  };
}

describe.skipIf(noGateway !== undefined)(
  `With a real S3 server behind what Google refuses${noGateway === undefined ? '' : ` (not here: ${noGateway})`}`,
  () => {
    describeProvider('Google', fixture);

    describe('The provider of Google', () => {
      let made: Fixture;
      const asked = (key: string, size: number, ifAbsent = false): UploadRequest => ({
        bucket: 'contract',
        key,
        size,
        contentType: '',
        chunkSize: CHUNK,
        ifAbsent,
      });

      beforeAll(async () => {
        made = await fixture();
      });
      afterAll(() => made.close());

      it('copies within Google in one request', async () => {
        const { provider } = made;
        const bytes = randomBytes(70_000);
        await put(made, 'source ü.bin', bytes);
        const { eTag, size } = await provider.stat('contract', 'source ü.bin', signal());
        const from = { bucket: 'contract', key: 'source ü.bin', eTag, size };
        expect(await provider.copy!(from, asked('copy.bin', size), signal())).toBe('size');
        expect((await get(made, 'copy.bin')).equals(bytes)).toBe(true);
        expect(await kindOf(provider.copy!(from, asked('copy.bin', size, true), signal()))).toBe('conflict');
      });

      it('asks whether there is an object where none may be replaced, since Google takes no condition', async () => {
        const { provider } = made;
        await put(made, 'taken.bin', Buffer.from('first'));
        expect(await kindOf(provider.putWhole!(asked('taken.bin', 1, true), chunkOf(Buffer.from('x')), signal()))).toBe('conflict');
        expect(await kindOf(provider.openUpload(asked('taken.bin', CHUNK + 1, true), signal()))).toBe('conflict');
        const late = await provider.openUpload(asked('late.bin', CHUNK + 1, true), signal());
        await writeAll(late, randomBytes(CHUNK + 1), CHUNK);
        await put(made, 'late.bin', Buffer.from('first'));
        expect(await kindOf(late.commit(signal()))).toBe('conflict');
        expect((await get(made, 'late.bin')).toString()).toBe('first');
      });
    });
  },
);

const xml = (body: string): string => `<?xml version="1.0" encoding="UTF-8"?>${body}`;

describe('What Google is asked', () => {
  const seenBy = async (
    work: (provider: Provider) => Promise<unknown>,
  ): Promise<{ url: string; headers: Record<string, unknown>; body: string }[]> => {
    const seen: { url: string; headers: Record<string, unknown>; body: string }[] = [];
    await using server = await scriptedServer(async (req, res) => {
      seen.push({ url: req.url ?? '', headers: req.headers, body: (await bodyOf(req)).toString() });
      res.writeHead(200, { 'content-length': 0, etag: '"1"' }).end();
    });
    await work(googleProvider(account(server.url)));
    return seen;
  };

  it('names no operation, adds no checksum, and signs no Accept-Encoding', async () => {
    const [put] = await seenBy((provider) =>
      provider.putWhole!({ bucket: 'b', key: 'o', size: 1, contentType: '', chunkSize: CHUNK }, chunkOf(Buffer.from('x')), signal()),
    );
    const [read] = await seenBy((provider) => provider.stat('b', 'o', signal()));
    expect([put?.url, read?.url]).toEqual(['/b/o', '/b/o']);
    expect(read?.headers['accept-encoding']).toBe('gzip');
    for (const { headers } of [put!, read!]) {
      expect(headers.authorization).toMatch(/\/auto\/s3\/aws4_request/);
      expect(headers.authorization).not.toMatch(/SignedHeaders=[^,]*accept-encoding/);
      expect(Object.keys(headers).filter((name) => /checksum|trailer|x-goog/.test(name))).toEqual([]);
    }
  });

  it('makes buckets in a place that Google knows', async () => {
    const bucket = { name: 'made', owner: '', objectLock: false };
    const [made] = await seenBy((provider) => provider.administration!.create(bucket, signal()));
    expect(made?.body).toContain('<LocationConstraint>US</LocationConstraint>');
  });

  it('finds an upload published whose answer was lost, by an object that was not there before', async () => {
    let published = false;
    await using server = await scriptedServer(async (req, res) => {
      await bodyOf(req);
      const query = new URL(req.url ?? '', 'http://google').searchParams;
      if (query.has('uploads'))
        return void res.end(xml('<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>'));
      if (req.method === 'PUT') return void res.writeHead(200, { etag: '"part"' }).end();
      if (req.method === 'POST') {
        if (published) return void res.writeHead(404).end(xml('<Error><Code>NoSuchUpload</Code></Error>'));
        published = true;
        return void res.destroy();
      }
      if (published) res.writeHead(200, { 'content-length': CHUNK + 1, etag: '"-CMz"' }).end();
      else res.writeHead(404).end();
    });
    const provider = googleProvider(account(server.url), { attempts: 1 });
    const request = { bucket: 'b', key: 'o', size: CHUNK + 1, contentType: '', chunkSize: CHUNK };
    const session = await provider.openUpload(request, signal());
    await writeAll(session, Buffer.alloc(CHUNK + 1), CHUNK);
    expect(await session.commit(signal())).toBe('size');
  });
});
