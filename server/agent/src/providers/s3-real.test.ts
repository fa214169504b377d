import { CloudType } from '@click-kit/contract';
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Provider } from './provider.ts';
import { copyObject } from './s3-copy.ts';
import { connectS3 } from './s3-client.ts';
import { defaultS3Limits } from './s3-limits.ts';
import { s3Provider } from './s3.ts';
import { describeProvider } from './testing/provider-contract.ts';
import { chunkOf, errorOf, type Fixture, get, kindOf, put, signal, uploadOf } from './testing/provider-tools.ts';
import { GATEWAY_KEYS, noGateway, startGateway } from './testing/versity-gateway.ts';

const BUCKET = 'contract';
const CHUNK = 5 * 1024 * 1024;
const title = noGateway === undefined ? '' : ` (not here: ${noGateway})`;
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

const accountAt = (endpoint: string, cloudType: number) => ({
  cloudType,
  region: 'us-east-1',
  endpoint,
  ...GATEWAY_KEYS,
  serviceUrl: '',
});

async function startFixture(cloudType: number, flags: readonly string[] = []): Promise<Fixture & { url: string }> {
  const gateway = await startGateway(BUCKET, flags);
  const account = accountAt(gateway.url, cloudType);
  return {
    url: gateway.url,
    provider: s3Provider(account),
    stranger: s3Provider({ ...account, secretKey: 'another-secret' }),
    bucket: BUCKET,
    chunkSize: CHUNK,
    behind: { origin: gateway.url, provider: (endpoint) => s3Provider({ ...account, endpoint }) },
    close: () => gateway.close(),
  };
}

describe.skipIf(noGateway !== undefined)(`Against the Versity S3 gateway${title}`, () => {
  describeProvider('S3Generic', () => startFixture(CloudType.S3Generic, ['--keep-alive']), {});
  describeProvider('AWS, on connections that the gateway closes', () => startFixture(CloudType.AWS), {});

  describe('the requests beyond the contract', () => {
    let fixture: Fixture & { url: string };
    let provider: Provider;
    beforeAll(async () => {
      fixture = await startFixture(CloudType.S3Generic, ['--keep-alive']);
      provider = fixture.provider;
    });
    afterAll(() => fixture.close());

    it('parts go up in any order and at once, and their CRC32s prove the object', async () => {
      const bytes = randomBytes(CHUNK * 5 + 123);
      const session = await provider.openUpload(uploadOf(fixture, 'any.bin', bytes.length), signal());
      const offsets = [5, 2, 4, 0, 3, 1].map((n) => n * CHUNK);
      await Promise.all(offsets.map((at) => session.write(chunkOf(Buffer.from(bytes.subarray(at, at + CHUNK)), at), signal())));
      expect(session.anyOrder?.takeAcks()).toHaveLength(6);
      expect(await session.commit(signal())).toBe('object');
      expect(sha256(await get(fixture, 'any.bin'))).toBe(sha256(bytes));
    });

    it('a resumed upload keeps the parts that both sides know, wherever they are', async () => {
      const bytes = randomBytes(CHUNK * 3 + 9);
      const asked = uploadOf(fixture, 'gaps.bin', bytes.length);
      const chunk = (n: number) => chunkOf(bytes.subarray(n * CHUNK, (n + 1) * CHUNK), n * CHUNK);
      const first = await provider.openUpload(asked, signal());
      for (const n of [3, 1, 0]) await first.write(chunk(n), signal());
      const acks = first.anyOrder?.takeAcks() ?? [];
      const forged = { offset: CHUNK * 2, length: CHUNK, crc32: 0, proof: '"0123456789abcdef0123456789abcdef"' };
      // One ack got lost, another was never the store's.
      const second = await provider.resumeUpload(asked, first.state, signal(), [...acks.slice(0, 2), forged]);
      expect([0, 1, 2, 3].map((n) => second.anyOrder?.holds(n * CHUNK))).toEqual([false, true, false, true]);
      expect(second.offset).toBe(0);
      for (const n of [0, 2]) await second.write(chunk(n), signal());
      expect(await second.commit(signal())).toBe('object');
      expect(sha256(await get(fixture, 'gaps.bin'))).toBe(sha256(bytes));
    });

    it('an upload that was completed unheard is found again, and is not uploaded twice', async () => {
      const bytes = randomBytes(CHUNK + 1);
      const asked = { ...uploadOf(fixture, 'unheard.bin', bytes.length), ifAbsent: true };
      const first = await provider.openUpload(asked, signal());
      await first.write(chunkOf(bytes.subarray(0, CHUNK)), signal());
      await first.write(chunkOf(bytes.subarray(CHUNK), CHUNK), signal());
      const acks = first.anyOrder?.takeAcks() ?? [];
      await first.commit(signal());
      const second = await provider.resumeUpload(asked, first.state, signal(), acks);
      expect(second.offset).toBe(bytes.length);
      expect(await second.commit(signal())).toBe('object');
      // Without all its chunks it cannot be told from another.
      expect((await provider.resumeUpload(asked, first.state, signal(), acks.slice(1))).offset).toBe(0);
    });

    it('bytes that do not have their CRC32 are refused by the store', async () => {
      await put(fixture, 'known.bin', Buffer.from('the store is known to check now'));
      const small = { ...chunkOf(Buffer.from('small')), crc32: 1 };
      const error = await errorOf(provider.putWhole!(uploadOf(fixture, 'bad.bin', 5), small, signal()));
      expect(error.kind).toBe('unavailable');
      const session = await provider.openUpload(uploadOf(fixture, 'bad.bin', CHUNK + 1), signal());
      expect(await kindOf(session.write({ ...chunkOf(randomBytes(CHUNK)), crc32: 1 }, signal()))).toBe('unavailable');
      await session.abort(signal());
      expect(await kindOf(provider.stat(BUCKET, 'bad.bin', signal()))).toBe('missing');
    });

    it('a small object is one request, checked by its CRC32, which the store keeps', async () => {
      const bytes = Buffer.from('small');
      expect(await provider.putWhole!(uploadOf(fixture, 'small.bin', 5), chunkOf(bytes), signal())).toBe('object');
      const { checksum, lastModified } = await provider.stat(BUCKET, 'small.bin', signal());
      expect(checksum).toEqual({ algorithm: 'crc32', value: chunkOf(bytes).crc32.toString(16).padStart(8, '0') });
      expect(lastModified?.getTime()).toBeGreaterThan(Date.parse('2020-01-01'));
    });

    it('an object that must be absent is not replaced, whole or in parts', async () => {
      const absent = { ifAbsent: true };
      const asked = { ...uploadOf(fixture, 'taken.bin', 3), ...absent };
      await provider.putWhole!(asked, chunkOf(Buffer.from('one')), signal());
      expect(await kindOf(provider.putWhole!(asked, chunkOf(Buffer.from('two')), signal()))).toBe('conflict');
      const session = await provider.openUpload({ ...uploadOf(fixture, 'taken.bin', CHUNK + 1), ...absent }, signal());
      await session.write(chunkOf(randomBytes(CHUNK)), signal());
      await session.write(chunkOf(randomBytes(1), CHUNK), signal());
      expect(await kindOf(session.commit(signal()))).toBe('conflict');
      await session.abort(signal());
      expect((await get(fixture, 'taken.bin')).toString()).toBe('one');
    });

    it('a range brings the bytes that were asked for', async () => {
      const bytes = randomBytes(100_000);
      await put(fixture, 'range.bin', bytes);
      const { eTag } = await provider.stat(BUCKET, 'range.bin', signal());
      for (const [offset, length] of [
        [0, 10],
        [99_000, 1000],
        [5, 50_000],
        [7, 0],
      ] as const) {
        const reader = await provider.read({ bucket: BUCKET, key: 'range.bin', offset, length, eTag }, signal());
        expect(reader.length).toBe(length);
        const got = Buffer.alloc(length);
        await reader.fill(got, signal());
        await reader.close();
        expect(got.equals(bytes.subarray(offset, offset + length))).toBe(true);
      }
    });

    it('copies within the store, in one request and by parts, of the version that was meant', async () => {
      const bytes = randomBytes(CHUNK + 77);
      await put(fixture, 'from/ä b+c.bin', bytes);
      const { eTag, size } = await provider.stat(BUCKET, 'from/ä b+c.bin', signal());
      const from = { bucket: BUCKET, key: 'from/ä b+c.bin', eTag, size };
      await provider.copy!(from, uploadOf(fixture, 'to/whole.bin', size), signal());
      const s3 = connectS3(accountAt(fixture.url, CloudType.S3Generic), defaultS3Limits);
      await copyObject(s3, from, uploadOf(fixture, 'to/parts.bin', size), signal(), { law: { singleBytes: 0, partBytes: CHUNK } });
      for (const key of ['to/whole.bin', 'to/parts.bin']) expect(sha256(await get(fixture, key))).toBe(sha256(bytes));
      expect(await kindOf(provider.copy!({ ...from, eTag: '"0000"' }, uploadOf(fixture, 'to/x.bin', size), signal()))).toBe('changed');
      const absent = { ...uploadOf(fixture, 'to/whole.bin', size), ifAbsent: true };
      expect(await kindOf(provider.copy!(from, absent, signal()))).toBe('conflict');
      expect(await kindOf(provider.copy!({ ...from, key: 'gone' }, uploadOf(fixture, 'to/x.bin', size), signal()))).toBe('missing');
    });
  });
});
