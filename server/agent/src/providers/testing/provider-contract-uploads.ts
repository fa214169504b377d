// Owns the part of the suite of all providers that is about uploads: in chunks, resumed, aborted, swept, and in one piece.
import { createHash, randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import type { UploadSession } from '../provider.ts';
import type { Test } from './provider-cases.ts';
import { chunkOf, get, kindOf, put, signal, uploadOf, writeAll } from './provider-tools.ts';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

export function describeUploads(test: Test): void {
  test('chunks', async (fixture) => {
    const bytes = randomBytes(fixture.chunkSize * 2 + 4321);
    await put(fixture, 'chunks.bin', bytes);
    expect(sha256(await get(fixture, 'chunks.bin'))).toBe(sha256(bytes));
    expect(await fixture.provider.stat(fixture.bucket, 'chunks.bin', signal())).toMatchObject({ size: bytes.length, acceptsRanges: true });
  });

  test('resume', async (fixture) => {
    const bytes = randomBytes(fixture.chunkSize * 3 + 77);
    const asked = uploadOf(fixture, 'resume.bin', bytes.length);
    const first = await fixture.provider.openUpload(asked, signal());
    expect(first.resumable).toBe(true);
    await writeAll(first, bytes.subarray(0, fixture.chunkSize * 2), fixture.chunkSize);
    await first.suspend();
    const second = await fixture.provider.resumeUpload(asked, first.state, signal(), first.anyOrder?.takeAcks());
    expect(second.offset).toBe(fixture.chunkSize * 2);
    await writeAll(second, bytes, fixture.chunkSize);
    await second.commit(signal());
    expect(sha256(await get(fixture, 'resume.bin'))).toBe(sha256(bytes));
  });

  test('gone', async (fixture) => {
    const bytes = randomBytes(fixture.chunkSize + 5);
    const asked = uploadOf(fixture, 'gone.bin', bytes.length);
    const first = await fixture.provider.openUpload(asked, signal());
    await first.write(chunkOf(bytes.subarray(0, fixture.chunkSize)), signal());
    await first.abort(signal());
    const second = await fixture.provider.resumeUpload(asked, first.state, signal());
    expect(second.offset).toBe(0);
    await writeAll(second, bytes, fixture.chunkSize);
    await second.commit(signal());
    expect(sha256(await get(fixture, 'gone.bin'))).toBe(sha256(bytes));
  });

  test('abort', async (fixture) => {
    const session = await fixture.provider.openUpload(uploadOf(fixture, 'aborted.bin', fixture.chunkSize * 2), signal());
    await session.write(chunkOf(randomBytes(fixture.chunkSize)), signal());
    await session.abort(signal());
    await session.abort(signal());
    expect(await kindOf(fixture.provider.stat(fixture.bucket, 'aborted.bin', signal()))).toBe('missing');
  });

  test('sweep', async (fixture) => {
    const { provider, bucket, chunkSize } = fixture;
    if (provider.sweepUploads === undefined) throw new Error('the provider finds no uploads');
    const begun = (key: string) => provider.openUpload(uploadOf(fixture, key, chunkSize + 1), signal());
    const [lost, neighbour, earlier] = [await begun('lost.bin'), await begun('lost.bin.bak'), await begun('earlier.bin')];
    const busy = await begun('lost.bin');
    await busy.write(chunkOf(randomBytes(chunkSize)), signal());
    await provider.sweepUploads({ bucket, key: 'lost.bin' }, new Date(), signal());
    await provider.sweepUploads({ bucket, key: 'earlier.bin' }, new Date(Date.now() + 3_600_000), signal());
    const goesOn = async (key: string, { state }: UploadSession): Promise<boolean> =>
      (await provider.resumeUpload(uploadOf(fixture, key, chunkSize + 1), state, signal())).state === state;
    expect(await goesOn('lost.bin', lost)).toBe(false);
    expect(await goesOn('lost.bin.bak', neighbour)).toBe(true);
    expect(await goesOn('earlier.bin', earlier)).toBe(true);
    expect(await goesOn('lost.bin', busy)).toBe(true);
  });

  test('hidden', async (fixture) => {
    const bytes = randomBytes(fixture.chunkSize + 1);
    const session = await fixture.provider.openUpload(uploadOf(fixture, 'hidden.bin', bytes.length), signal());
    await writeAll(session, bytes, fixture.chunkSize);
    expect(await kindOf(fixture.provider.stat(fixture.bucket, 'hidden.bin', signal()))).toBe('missing');
    await session.commit(signal());
    await session.commit(signal());
    expect((await fixture.provider.stat(fixture.bucket, 'hidden.bin', signal())).size).toBe(bytes.length);
  });

  test('empty', async (fixture) => {
    await put(fixture, 'empty.bin', Buffer.alloc(0));
    expect((await fixture.provider.stat(fixture.bucket, 'empty.bin', signal())).size).toBe(0);
    expect(await get(fixture, 'empty.bin')).toHaveLength(0);
  });

  test('names', async (fixture) => {
    for (const key of ['a b+c%d#e?f&g=h.bin', 'a%20b.bin', 'a b.bin', 'ünï/日本 語/😀.bin', "it's (1) [2] {3}!*.bin"]) {
      await put(fixture, `names/${key}`, Buffer.from(key));
      expect((await get(fixture, `names/${key}`)).toString()).toBe(key);
    }
  });
}
