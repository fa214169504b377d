import { CloudType } from '@click-kit/contract';
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { chunkOf, collect, errorOf, kindOf, uploadOf, writeAll } from './testing/provider-tools.ts';
import type { Provider } from './provider.ts';
import { s3Provider } from './s3.ts';
import { chunkSizeFor } from './s3-limits.ts';
import { bodyOf, scriptedServer, type Script, type ScriptedServer } from './testing/scripted-server.ts';

const CHUNK = 5 * 1024 * 1024;
const SIZE = CHUNK * 2 + 10;
const signal = (): AbortSignal => AbortSignal.timeout(10_000);
// CRC32 of 5 MiB of zeros, as four big-endian bytes in Base64.
const CRC32_OF_ZEROS = 'yTuzdQ==';
const asked = uploadOf({ bucket: 'b', chunkSize: CHUNK }, 'o.bin', SIZE);

function provider(server: ScriptedServer, cloudType: number = CloudType.S3Generic): Provider {
  const account = { cloudType, region: 'us-east-1', endpoint: server.url, accessKey: 'me', secretKey: 'secret', serviceUrl: '' };
  return s3Provider(account, { attempts: 1, answerMs: 600, partMs: 600, stallMs: 200 });
}

function xml(res: ServerResponse, status: number, body: string): void {
  res.writeHead(status, { 'content-type': 'application/xml' }).end(`<?xml version="1.0" encoding="UTF-8"?>${body}`);
}

const failure = (res: ServerResponse, status: number, code: string): void =>
  xml(res, status, `<Error><Code>${code}</Code><Message>no</Message></Error>`);

/** A store that knows the requests of a multipart upload, ListParts and Abort included, and can lose an answer. */
class Store {
  readonly parts = new Map<number, Buffer>();
  open = false;
  published: number | undefined;
  loseCompletion = false;

  readonly script: Script = async (req, res) => {
    const query = new URL(req.url ?? '', 'http://store').searchParams;
    const body = await bodyOf(req);
    if (query.has('uploads')) return this.create(res);
    if (query.has('uploadId')) return this.inUpload(req, res, query, body);
    if (this.published === undefined) return failure(res, 404, 'NoSuchKey');
    res.writeHead(200, { 'content-length': this.published, etag: '"0123-3"' }).end();
  };

  private create(res: ServerResponse): void {
    this.open = true;
    xml(res, 200, '<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>');
  }

  private inUpload(req: IncomingMessage, res: ServerResponse, query: URLSearchParams, body: Buffer): void {
    if (!this.open) return failure(res, 404, 'NoSuchUpload');
    if (req.method === 'PUT') {
      const n = Number(query.get('partNumber'));
      this.parts.set(n, body);
      return void res.writeHead(200, { etag: `"part-${n}"` }).end();
    }
    if (req.method === 'DELETE') {
      this.open = false;
      this.parts.clear();
      return void res.writeHead(204).end();
    }
    return req.method === 'GET' ? this.list(res) : this.complete(res);
  }

  private list(res: ServerResponse): void {
    const parts = [...this.parts].map(
      ([n, bytes]) => `<Part><PartNumber>${n}</PartNumber><ETag>"part-${n}"</ETag><Size>${bytes.length}</Size></Part>`,
    );
    xml(res, 200, `<ListPartsResult><IsTruncated>false</IsTruncated>${parts.join('')}</ListPartsResult>`);
  }

  private complete(res: ServerResponse): void {
    this.open = false;
    this.published = [...this.parts.values()].reduce((sum, part) => sum + part.length, 0);
    if (this.loseCompletion) return void res.destroy();
    xml(res, 200, '<CompleteMultipartUploadResult><ETag>"0123-3"</ETag></CompleteMultipartUploadResult>');
  }
}

describe('A multipart upload', () => {
  it('believes the list of the store when it resumes', async () => {
    const store = new Store();
    await using server = await scriptedServer(store.script);
    const bytes = randomBytes(SIZE);
    const first = await provider(server).openUpload(asked, signal());
    await writeAll(first, bytes.subarray(0, CHUNK * 2), CHUNK);
    store.parts.delete(2);
    const second = await provider(server).resumeUpload(asked, first.state, signal(), first.anyOrder?.takeAcks());
    expect(second.offset).toBe(CHUNK);
    await writeAll(second, bytes, CHUNK);
    await second.commit(signal());
    expect(Buffer.concat([...store.parts.values()]).equals(bytes)).toBe(true);
  });

  it('starts anew when the store has dropped it, and with another chunk size', async () => {
    const store = new Store();
    await using server = await scriptedServer(store.script);
    const first = await provider(server).openUpload(asked, signal());
    await first.write(chunkOf(randomBytes(CHUNK)), signal());
    await first.abort(signal());
    await first.abort(signal());
    expect(store.parts.size).toBe(0);
    expect((await provider(server).resumeUpload(asked, first.state, signal())).offset).toBe(0);
    expect((await provider(server).resumeUpload({ ...asked, chunkSize: CHUNK + 1 }, first.state, signal())).offset).toBe(0);
  });

  it('settles a lost completion by asking for the object', async () => {
    const store = new Store();
    store.loseCompletion = true;
    await using server = await scriptedServer(store.script);
    const session = await provider(server).openUpload(asked, signal());
    await writeAll(session, randomBytes(SIZE), CHUNK);
    expect(await kindOf(session.commit(signal()))).toBe('unavailable');
    await session.commit(signal());
    expect(store.published).toBe(SIZE);
  });

  it('does not take an older object for its own', async () => {
    const store = new Store();
    await using server = await scriptedServer(store.script);
    const session = await provider(server).openUpload(asked, signal());
    await writeAll(session, randomBytes(SIZE), CHUNK);
    store.open = false;
    store.published = SIZE - 1;
    expect(await kindOf(session.commit(signal()))).toBe('unavailable');
  });

  it('sends a checked CRC32 and no body signature to AWS, a signed body to others over plain HTTP', async () => {
    for (const [cloudType, signed] of [
      [CloudType.AWS, false],
      [CloudType.S3Generic, true],
    ] as const) {
      await using server = await scriptedServer(new Store().script);
      const session = await provider(server, cloudType).openUpload(asked, signal());
      await session.write(chunkOf(Buffer.alloc(CHUNK)), signal());
      const headers = server.seen.at(-1)?.headers;
      expect(headers?.['x-amz-content-sha256']).toMatch(signed ? /^[0-9a-f]{64}$/ : /^UNSIGNED-PAYLOAD$/);
      expect(headers?.['x-amz-checksum-crc32']).toBe(signed ? undefined : CRC32_OF_ZEROS);
      expect(headers?.expect).toBeUndefined();
      expect(headers?.['content-encoding']).toBeUndefined();
    }
  });

  it('holds the plan against the rules of S3', async () => {
    await using server = await scriptedServer(new Store().script);
    expect(await kindOf(provider(server).openUpload({ ...asked, chunkSize: 1024 }, signal()))).toBe('invalid');
    expect(await kindOf(provider(server).openUpload({ ...asked, size: CHUNK * 10_000 + 1 }, signal()))).toBe('invalid');
    const session = await provider(server).openUpload(asked, signal());
    expect(await kindOf(session.write(chunkOf(Buffer.alloc(CHUNK - 1)), signal()))).toBe('invalid');
    expect(await kindOf(session.commit(signal()))).toBe('invalid');
    expect(chunkSizeFor(10)).toBe(8 * 1024 * 1024);
    expect(Math.ceil(5e12 / chunkSizeFor(5e12))).toBeLessThanOrEqual(10_000);
  });
});

describe('Failures of an S3 store', () => {
  const read = async (server: ScriptedServer): Promise<Buffer> =>
    collect(await provider(server).read({ bucket: 'b', key: 'o', offset: 0, eTag: '' }, signal()));

  it.each([
    [503, 'SlowDown', 'throttled'],
    [500, 'InternalError', 'unavailable'],
    [403, 'SignatureDoesNotMatch', 'auth'],
    [404, 'NoSuchBucket', 'missing'],
    [412, 'PreconditionFailed', 'changed'],
    [400, 'InvalidBucketName', 'invalid'],
  ] as const)('%i %s is %s', async (status, code, kind) => {
    await using server = await scriptedServer((_req, res) => {
      res.setHeader('retry-after', '2');
      failure(res, status, code);
    });
    const error = await errorOf(read(server));
    expect(error.kind).toBe(kind);
    expect(error.retryAfterMs).toBe(2000);
    expect(JSON.stringify([error.message, error.cause, Object.keys(error.cause as object)])).not.toMatch(/secret|Signature=/);
  });

  it('a store that is down, silent, stalls or cuts a body is unavailable', async () => {
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

  it('rejects with the reason of an aborted signal', async () => {
    await using server = await scriptedServer(() => undefined);
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const verifying = provider(server).verify(controller.signal);
    controller.abort(reason);
    await expect(verifying).rejects.toBe(reason);
  });
});
