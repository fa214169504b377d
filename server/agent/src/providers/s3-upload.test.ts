import { CloudType } from '@click-kit/contract';
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { chunkOf, collect, errorOf, kindOf, uploadOf, writeAll } from './testing/provider-tools.ts';
import type { Provider } from './provider.ts';
import { s3Provider } from './s3.ts';
import { chunkSizeFor } from './s3-limits.ts';
import { failure, S3Store } from './testing/s3-store.ts';
import { scriptedServer, type Script, type ScriptedServer } from './testing/scripted-server.ts';

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

describe('A multipart upload', () => {
  it('believes the list of the store when it resumes', async () => {
    const store = new S3Store();
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
    const store = new S3Store();
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
    const store = new S3Store();
    store.loseCompletion = true;
    await using server = await scriptedServer(store.script);
    const session = await provider(server).openUpload(asked, signal());
    await writeAll(session, randomBytes(SIZE), CHUNK);
    expect(await kindOf(session.commit(signal()))).toBe('unavailable');
    await session.commit(signal());
    expect(store.published).toBe(SIZE);
  });

  it('does not take an older object for its own', async () => {
    const store = new S3Store();
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
      await using server = await scriptedServer(new S3Store().script);
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
    await using server = await scriptedServer(new S3Store().script);
    expect(await kindOf(provider(server).openUpload({ ...asked, chunkSize: 1024 }, signal()))).toBe('invalid');
    expect(await kindOf(provider(server).openUpload({ ...asked, size: CHUNK * 10_000 + 1 }, signal()))).toBe('invalid');
    const session = await provider(server).openUpload(asked, signal());
    expect(await kindOf(session.write(chunkOf(Buffer.alloc(CHUNK - 1)), signal()))).toBe('invalid');
    expect(await kindOf(session.write(chunkOf(Buffer.alloc(CHUNK), 1), signal()))).toBe('invalid');
    expect(await kindOf(session.write(chunkOf(Buffer.alloc(1), SIZE), signal()))).toBe('invalid');
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
