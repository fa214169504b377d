// Owns the one suite that every provider must pass; a provider's own test calls it with a server to talk to.
import { createHash, randomBytes } from 'node:crypto';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UploadSession } from '../provider.ts';
import { chunkOf, type Fixture, get, kindOf, put, signal, uploadOf, writeAll } from './provider-tools.ts';

const cases = {
  credentials: 'accepts good credentials and refuses bad ones',
  buckets: 'lists the bucket',
  administration: 'makes a bucket, and removes it once it is empty',
  chunks: 'reads back, equal by SHA-256, what went up in several chunks',
  resume: 'resumes an upload after it was suspended',
  gone: 'opens anew at 0 what can no longer be resumed',
  abort: 'leaves nothing visible of an aborted upload',
  sweep: 'removes the uploads of a key that were begun since then and hold nothing, and no others',
  hidden: 'shows the object only after commit, which may be repeated',
  offset: 'reads from an offset, up to the very end',
  changed: 'detects that the source has changed',
  missing: 'says missing for objects that do not exist',
  missingBucket: 'says missing for a bucket that does not exist',
  pages: 'lists pages in key order',
  levels: 'lists one level with folders',
  folder: 'makes a folder',
  remove: 'removes an object once',
  signedGet: 'signs download URLs for a bare HTTP client',
  signedPut: 'signs upload URLs for a bare HTTP client',
  signedType: 'lets a signed upload URL take the signed content type only',
  empty: 'takes an object without bytes',
  names: 'keeps keys of any characters apart',
} as const;

export type CaseName = keyof typeof cases;

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

export function describeProvider(
  name: string,
  make: () => Promise<Fixture>,
  { skips = {} }: { skips?: Partial<Record<CaseName, string>> } = {},
): void {
  describe(`The provider of ${name}`, () => {
    let fixture: Fixture;
    const title = (key: CaseName): string => (skips[key] === undefined ? cases[key] : `${cases[key]} (not here: ${skips[key]})`);
    const test = (key: CaseName, run: (fixture: Fixture) => Promise<void>): void =>
      it.skipIf(skips[key] !== undefined)(`${title(key)}`, async () => {
        expect.hasAssertions();
        await run(fixture);
      });

    beforeAll(async () => {
      fixture = await make();
    });
    afterAll(() => fixture.close());

    describeAccount(test);
    describeAdministration(test);
    describeUploads(test);
    describeReads(test);
    describeListings(test);
    describeUrls(test);
  });
}

type Test = (key: CaseName, run: (fixture: Fixture) => Promise<void>) => void;

function describeAccount(test: Test): void {
  test('credentials', async ({ provider, stranger }) => {
    await provider.verify(signal());
    expect(await kindOf(stranger.verify(signal()))).toBe('auth');
  });

  test('buckets', async ({ provider, bucket }) => {
    const buckets = await provider.listBuckets({ includeRegion: true }, signal());
    const found = buckets.find(({ name }) => name === bucket);
    expect(found?.createDate.getTime()).toBeGreaterThan(Date.parse('2020-01-01'));
  });
}

function describeAdministration(test: Test): void {
  test('administration', async (fixture) => {
    const { administration } = fixture.provider;
    if (administration === undefined) throw new Error('the provider makes no buckets');
    const bucket = { name: 'made-by-the-contract', owner: 'owner', objectLock: false };
    expect(await administration.exists(bucket.name, signal())).toBe(false);
    await administration.create(bucket, signal());
    expect(await administration.exists(bucket.name, signal())).toBe(true);
    expect(await kindOf(administration.create(bucket, signal()))).toBe('conflict');
    await put({ ...fixture, bucket: bucket.name }, 'object.bin', randomBytes(10));
    expect(await kindOf(administration.remove(bucket, signal()))).toBe('conflict');
    await fixture.provider.remove(bucket.name, 'object.bin', signal());
    await administration.remove(bucket, signal());
    expect(await administration.exists(bucket.name, signal())).toBe(false);
    expect(await kindOf(administration.remove(bucket, signal()))).toBe('missing');
  });
}

function describeUploads(test: Test): void {
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

function describeReads(test: Test): void {
  test('offset', async (fixture) => {
    const bytes = randomBytes(100_000);
    await put(fixture, 'offset.bin', bytes);
    const { eTag } = await fixture.provider.stat(fixture.bucket, 'offset.bin', signal());
    expect((await get(fixture, 'offset.bin', 99_990, eTag)).equals(bytes.subarray(99_990))).toBe(true);
    expect(await get(fixture, 'offset.bin', bytes.length, eTag)).toHaveLength(0);
    expect(await kindOf(get(fixture, 'offset.bin', bytes.length + 1, eTag))).toBe('changed');
  });

  test('changed', async (fixture) => {
    await put(fixture, 'changed.bin', Buffer.from('one version'));
    const { eTag } = await fixture.provider.stat(fixture.bucket, 'changed.bin', signal());
    expect(eTag).not.toBe('');
    await put(fixture, 'changed.bin', Buffer.from('two version'));
    expect(await kindOf(get(fixture, 'changed.bin', 4, eTag))).toBe('changed');
    expect(await kindOf(get(fixture, 'changed.bin', 0, eTag))).toBe('changed');
  });

  test('missing', async (fixture) => {
    const { provider, bucket } = fixture;
    expect(await kindOf(provider.stat(bucket, 'no-such-object', signal()))).toBe('missing');
    expect(await kindOf(get(fixture, 'no-such-object'))).toBe('missing');
    expect(await kindOf(provider.remove(bucket, 'no-such-object', signal()))).toBe('missing');
  });

  test('missingBucket', async (fixture) => {
    const { provider } = fixture;
    const lost = { ...fixture, bucket: 'no-such-bucket' };
    expect(await kindOf(put(lost, 'x.bin', Buffer.alloc(10)))).toBe('missing');
    expect(
      await kindOf(provider.openUpload({ ...uploadOf(fixture, 'x.bin', fixture.chunkSize + 1), bucket: 'no-such-bucket' }, signal())),
    ).toBe('missing');
    const query = { prefix: '', delimiter: '/', continuationToken: '', count: 10 } as const;
    expect(await kindOf(provider.listObjects({ ...query, bucket: 'no-such-bucket' }, signal()))).toBe('missing');
  });
}

function describeListings(test: Test): void {
  test('pages', async (fixture) => {
    const keys = ['pages/a.bin', 'pages/b/c.bin', 'pages/b/d.bin', 'pages/e.bin', 'pages/é.bin'];
    for (const key of keys.toReversed()) await put(fixture, key, Buffer.from(key));
    const found: string[] = [];
    let continuationToken = '';
    let pages = 0;
    do {
      const page = await fixture.provider.listObjects(
        { bucket: fixture.bucket, prefix: 'pages/', delimiter: '', continuationToken, count: 2 },
        signal(),
      );
      found.push(...page.objects.map(({ key }) => key));
      continuationToken = page.continuationToken;
      pages += 1;
    } while (continuationToken !== '' && pages < 10);
    expect(found).toEqual(keys);
    expect(pages).toBe(3);
  });

  test('levels', async (fixture) => {
    for (const key of ['levels/b.bin', 'levels/a/x.bin', 'levels/a/y.bin', 'levels/c/z.bin']) await put(fixture, key, Buffer.from(key));
    const { objects } = await fixture.provider.listObjects(
      { bucket: fixture.bucket, prefix: 'levels/', delimiter: '/', continuationToken: '', count: 100 },
      signal(),
    );
    expect(objects.map(({ key, kind, size }) => [key, kind, size])).toEqual([
      ['levels/a/', 'folder', 0],
      ['levels/b.bin', 'file', 12],
      ['levels/c/', 'folder', 0],
    ]);
  });

  test('folder', async ({ provider, bucket }) => {
    await provider.createFolder(bucket, 'folders/new', signal());
    await provider.createFolder(bucket, 'folders/new/', signal());
    const level = await provider.listObjects({ bucket, prefix: 'folders/', delimiter: '/', continuationToken: '', count: 100 }, signal());
    expect(level.objects).toEqual([expect.objectContaining({ key: 'folders/new/', kind: 'folder' })]);
    const inside = await provider.listObjects(
      { bucket, prefix: 'folders/new/', delimiter: '/', continuationToken: '', count: 100 },
      signal(),
    );
    expect(inside.objects).toEqual([]);
  });

  test('remove', async (fixture) => {
    await put(fixture, 'remove.bin', Buffer.from('x'));
    await fixture.provider.remove(fixture.bucket, 'remove.bin', signal());
    expect(await kindOf(fixture.provider.remove(fixture.bucket, 'remove.bin', signal()))).toBe('missing');
  });
}

function describeUrls(test: Test): void {
  test('signedGet', async (fixture) => {
    const { bucket, provider } = fixture;
    const key = 'signed/hello wörld+1.txt';
    await put(fixture, key, Buffer.from('hello'));
    const attached = await request(await provider.signDownloadUrl({ bucket, key, expiresInSeconds: 60, forceToDownload: true }));
    expect(attached.headers['content-disposition']).toMatch(/^attachment/);
    expect(await attached.body.text()).toBe('hello');
    const inline = await request(await provider.signDownloadUrl({ bucket, key, expiresInSeconds: 60, forceToDownload: false }));
    expect(inline.headers['content-disposition']).toBeUndefined();
    expect(await inline.body.text()).toBe('hello');
  });

  test('signedPut', async (fixture) => {
    const { bucket, provider } = fixture;
    const key = 'signed/ünï up.txt';
    const url = await provider.signUploadUrl({ bucket, key, expiresInSeconds: 60, contentType: 'text/plain' });
    const taken = await request(url, { method: 'PUT', headers: { 'content-type': 'text/plain' }, body: 'up' });
    expect(Math.floor(taken.statusCode / 100)).toBe(2);
    await taken.body.dump();
    expect((await get(fixture, key)).toString()).toBe('up');
  });

  test('signedType', async ({ bucket, provider }) => {
    const url = await provider.signUploadUrl({ bucket, key: 'signed/type.txt', expiresInSeconds: 60, contentType: 'text/plain' });
    const refused = await request(url, { method: 'PUT', headers: { 'content-type': 'text/html' }, body: 'no' });
    await refused.body.dump();
    expect(refused.statusCode).toBe(403);
    expect(await kindOf(provider.stat(bucket, 'signed/type.txt', signal()))).toBe('missing');
  });
}
