import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { azureProvider } from './azure.ts';
import type { CopySource, Provider, UploadRequest } from './provider.ts';
import { azureAccount, type Azurite, startAzurite } from './testing/azurite-server.ts';
import { chunkOf, get, kindOf, signal } from './testing/provider-tools.ts';
import { bodyOf, type Script, scriptedServer } from './testing/scripted-server.ts';

const bucket = 'bucket';
const to = (key: string, size: number, ifAbsent = false): UploadRequest => ({
  bucket,
  key,
  size,
  contentType: 'video/mp4',
  chunkSize: 1024 * 1024,
  ifAbsent,
});

describe('A copy within a storage account', () => {
  let azurite: Azurite;
  let provider: Provider;
  const bytes = randomBytes(5000);
  let source: CopySource;

  beforeAll(async () => {
    azurite = await startAzurite();
    provider = azureProvider(azureAccount(azurite.endpoint));
    await provider.administration?.create({ name: bucket, owner: '', objectLock: false }, signal());
    await provider.putWhole!(to('source ü.bin', bytes.length), chunkOf(bytes), signal());
    const { eTag, size } = await provider.stat(bucket, 'source ü.bin', signal());
    source = { bucket, key: 'source ü.bin', eTag, size };
  });
  afterAll(() => azurite[Symbol.asyncDispose]());

  it('is made by the service in one request', async () => {
    expect(await provider.copy!(source, to('copy.bin', bytes.length), signal())).toBe('size');
    expect((await get({ provider, bucket }, 'copy.bin')).equals(bytes)).toBe(true);
  });

  it('is refused when there is a blob that must not be replaced, or no source', async () => {
    await provider.putWhole!(to('there.bin', 3), chunkOf(Buffer.from('abc')), signal());
    expect(await kindOf(provider.copy!(source, to('there.bin', bytes.length, true), signal()))).toBe('conflict');
    expect(await kindOf(provider.copy!({ ...source, key: 'none' }, to('x.bin', bytes.length), signal()))).toBe('missing');
  });
});

/** Put Block From URL, which the emulator lacks: it wants the source with a SAS, a range, its version, and no body. */
class BlockCopies {
  readonly blocks = new Map<string, number>();
  published = 0;
  dropped = false;
  failing = false;

  readonly script: Script = async (req, res) => {
    const url = new URL(req.url ?? '', 'http://azure');
    const body = await bodyOf(req);
    const comp = url.searchParams.get('comp');
    const refuse = (status: number, code: string): void => void res.writeHead(status, { 'x-ms-error-code': code }).end();
    if (req.method === 'HEAD')
      return this.published === 0
        ? refuse(404, 'BlobNotFound')
        : void res.writeHead(200, { 'content-length': this.published, etag: '"1"' }).end();
    if (req.method === 'DELETE') return void ((this.dropped = true), res.writeHead(202).end());
    if (comp === 'block') return this.#block(url, req.headers, body, refuse) === true ? void res.writeHead(201).end() : undefined;
    const listed = [...body.toString().matchAll(/<Latest>([^<]+)<\/Latest>/g)].map(([, id = '']) => id);
    if (listed.some((id) => !this.blocks.has(id))) return refuse(400, 'InvalidBlockList');
    this.published = listed.reduce((sum, id) => sum + (this.blocks.get(id) ?? 0), 0);
    res.writeHead(201, { etag: '"1"' }).end();
  };

  #block(url: URL, headers: Record<string, unknown>, body: Buffer, refuse: (status: number, code: string) => void): true | void {
    const source = new URL(String(headers['x-ms-copy-source']));
    const [, first = '', last = ''] = /^bytes=(\d+)-(\d+)$/.exec(String(headers['x-ms-source-range'])) ?? [];
    if (source.searchParams.get('sp') !== 'r' || source.searchParams.get('sig') === null) return refuse(403, 'CannotVerifyCopySource');
    if (headers['x-ms-source-if-match'] !== '"v1"') return refuse(412, 'SourceConditionNotMet');
    if (body.length > 0 || first === '') return refuse(400, 'InvalidHeaderValue');
    if (this.failing && first !== '0') return refuse(503, 'ServerBusy');
    this.blocks.set(url.searchParams.get('blockid') ?? '', Number(last) - Number(first) + 1);
    return true;
  }
}

describe('A copy of a large blob', () => {
  const from = (size: number, eTag = '"v1"'): CopySource => ({ bucket, key: 'source.bin', eTag, size });

  it('is put together from blocks that the service takes from the source', async () => {
    const service = new BlockCopies();
    await using server = await scriptedServer(service.script);
    const provider = azureProvider(azureAccount(`${server.url}/devstoreaccount1`), { copyBytes: 1000 });
    expect(await provider.copy!(from(9001), to('copy.bin', 9001), signal())).toBe('size');
    expect([service.blocks.size, service.published]).toEqual([10, 9001]);
  });

  it('drops its blocks when one of them fails, and says changed of another source', async () => {
    const service = new BlockCopies();
    service.failing = true;
    await using server = await scriptedServer(service.script);
    const provider = azureProvider(azureAccount(`${server.url}/devstoreaccount1`), { copyBytes: 1000 });
    expect(await kindOf(provider.copy!(from(9001), to('copy.bin', 9001), signal()))).toBe('throttled');
    expect(service.dropped).toBe(true);
    expect(await kindOf(provider.copy!(from(9001, '"v2"'), to('copy.bin', 9001), signal()))).toBe('changed');
  });
});
