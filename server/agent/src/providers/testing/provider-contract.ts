// Owns the one suite that every provider must pass; a provider's own test calls it with a server to talk to.
import { randomBytes } from 'node:crypto';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CaseName, cases, type Test } from './provider-cases.ts';
import { describeLostPuts } from './provider-contract-lost-puts.ts';
import { describeUploads } from './provider-contract-uploads.ts';
import { type Fixture, get, kindOf, put, signal, uploadOf } from './provider-tools.ts';

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
    describeLostPuts(test);
    describeReads(test);
    describeListings(test);
    describeUrls(test);
  });
}

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
