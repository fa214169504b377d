import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import { asciiJson, BLOCK_BYTES } from './dropbox-client.ts';
import { blockHashes, contentHash } from './dropbox-hash.ts';
import { dropboxProvider } from './dropbox.ts';
import { CloudType } from '@click-kit/contract';
import type { AccessTokens, Provider } from './provider.ts';
import { type FakeDropbox, dropboxServer } from './testing/dropbox-server.ts';
import { describeProvider } from './testing/provider-contract.ts';
import { chunkOf, collect, errorOf, type Fixture, get, kindOf, put, signal, uploadOf } from './testing/provider-tools.ts';

const account = { cloudType: CloudType.Dropbox, region: '', endpoint: '', accessKey: '', secretKey: '', serviceUrl: '' };
const providerOf = (tokens: AccessTokens): Provider => dropboxProvider({ ...account, tokens });

async function fixture(server?: FakeDropbox): Promise<Fixture> {
  const api = server ?? (await dropboxServer());
  return {
    provider: providerOf(api.tokens),
    stranger: providerOf(api.strange),
    bucket: 'Dropbox',
    chunkSize: BLOCK_BYTES,
    behind: { origin: api.url, provider: (apiUrl) => providerOf({ ...api.tokens, apiUrl }) },
    close: async () => await api[Symbol.asyncDispose](),
  };
}

describeProvider('Dropbox', () => fixture(), {
  skips: {
    buckets: 'Dropbox tells no date of an account; see the listing of its one bucket in dropbox.test.ts',
    sweep: 'unfinished uploads cannot be listed: they expire',
    administration: 'folders are no buckets that could be made',
    signedGet: 'a temporary link has no Content-Disposition to choose; see dropbox.test.ts',
    signedPut: 'upload links of Dropbox take a POST, not a PUT; see dropbox.test.ts',
    signedType: 'upload links of Dropbox take one content type, application/octet-stream; see dropbox.test.ts',
  },
});

const bucket = 'Dropbox';
const ask = (key: string, changes = {}) => ({ ...uploadOf({ bucket, chunkSize: BLOCK_BYTES }, key, 5), ...changes });
const hello = chunkOf(Buffer.from('hello'));

describe('Dropbox', () => {
  it('hashes content as it is published: by blocks of 4 MiB', () => {
    // Of nothing, and the twofold SHA-256 of "hello", which is one block.
    expect(contentHash(blockHashes(Buffer.alloc(0)))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(contentHash(blockHashes(hello.bytes))).toBe('9595c9df90075148eb06860365df33584b75bff782a510c6cd4883a419833d50');
    const bytes = Buffer.alloc(BLOCK_BYTES * 2 + 1, 7);
    const parts = [bytes.subarray(0, BLOCK_BYTES), bytes.subarray(BLOCK_BYTES)];
    expect(Buffer.concat(parts.map(blockHashes))).toEqual(blockHashes(bytes));
  });

  it('writes arguments in a header without a character beyond ASCII', () => {
    const argument = { path: '/ünï \u007f\u{1F600}' };
    expect(asciiJson(argument)).toBe(String.raw`{"path":"/\u00fcn\u00ef \u007f\ud83d\ude00"}`);
    expect(JSON.parse(asciiJson(argument))).toEqual(argument);
  });

  it('has one bucket', async () => {
    await using server = await dropboxServer();
    const buckets = await providerOf(server.tokens).listBuckets({ includeRegion: true }, signal());
    expect(buckets).toEqual([{ name: 'Dropbox', region: '', createDate: new Date(0) }]);
    expect(await kindOf(providerOf(server.strange).listBuckets({ includeRegion: true }, signal()))).toBe('auth');
  });

  it('tells the size, the date, the revision and the checksum of an object', async () => {
    await using server = await dropboxServer();
    const provider = providerOf(server.tokens);
    expect(await provider.putWhole?.(ask('a/b.txt'), hello, signal())).toBe('object');
    expect(await provider.stat(bucket, 'a/b.txt', signal())).toEqual({
      size: 5,
      eTag: expect.stringMatching(/^[0-9a-f]{9}$/) as string,
      acceptsRanges: true,
      lastModified: new Date('2026-03-01T12:00:00Z'),
      checksum: { algorithm: 'dropbox', value: contentHash(blockHashes(hello.bytes)) },
    });
    expect(await kindOf(provider.stat(bucket, 'a', signal()))).toBe('missing');
  });

  it('gives the range that is asked for', async () => {
    await using server = await dropboxServer();
    const provider = providerOf(server.tokens);
    await provider.putWhole?.(ask('a.txt'), hello, signal());
    const range = async (offset: number, length: number): Promise<string> =>
      (await collect(await provider.read({ bucket, key: 'a.txt', offset, length, eTag: '' }, signal()), length)).toString();
    expect(await range(1, 3)).toBe('ell');
    expect(await range(0, 2)).toBe('he');
    expect(await range(2, 0)).toBe('');
  });

  it('refuses a download that turns out to be of another revision', async () => {
    await using server = await dropboxServer();
    const made = await fixture(server);
    await put(made, 'a.txt', Buffer.from('hello'));
    const { eTag } = await made.provider.stat(bucket, 'a.txt', signal());
    server.next('files/download', async (handle) => {
      await put(made, 'a.txt', Buffer.from('world'));
      return await handle();
    });
    expect(await kindOf(get(made, 'a.txt', 0, eTag))).toBe('changed');
  });

  it('does not overwrite what is to be absent, even with the same bytes', async () => {
    await using server = await dropboxServer();
    const provider = providerOf(server.tokens);
    expect(await provider.putWhole?.(ask('a.txt', { ifAbsent: true }), hello, signal())).toBe('object');
    expect(await kindOf(provider.putWhole?.(ask('A.txt', { ifAbsent: true }), hello, signal()) ?? Promise.resolve())).toBe('conflict');
    expect(await provider.putWhole?.(ask('a.txt'), hello, signal())).toBe('object');
  });

  it('removes a copy that is not what was sent', async () => {
    await using server = await dropboxServer();
    const provider = providerOf(server.tokens);
    server.tree.keep = () => Buffer.from('jello');
    expect(await kindOf(provider.putWhole?.(ask('a.txt'), hello, signal()) ?? Promise.resolve())).toBe('unavailable');
    expect(await kindOf(provider.stat(bucket, 'a.txt', signal()))).toBe('missing');
  });

  it('copies within the store, onto nothing that is there', async () => {
    await using server = await dropboxServer();
    const provider = providerOf(server.tokens);
    await provider.putWhole?.(ask('a.txt'), hello, signal());
    const { eTag } = await provider.stat(bucket, 'a.txt', signal());
    const copy = (changes = {}, to = {}) =>
      provider.copy?.({ bucket, key: 'a.txt', eTag, size: 5, ...changes }, ask('b/c.txt', to), signal());
    expect(await kindOf(copy({ eTag: '500000fff' }) ?? Promise.resolve())).toBe('changed');
    expect(await copy()).toBe('object');
    expect((await get({ provider, bucket }, 'b/c.txt')).toString()).toBe('hello');
    expect(await kindOf(copy() ?? Promise.resolve())).toBe('invalid');
    expect(await kindOf(copy({}, { ifAbsent: true }) ?? Promise.resolve())).toBe('conflict');
    expect(await kindOf(copy({ key: 'none.txt', eTag: '' }) ?? Promise.resolve())).toBe('missing');
  });

  it('removes no other revision than the one that it saw', async () => {
    await using server = await dropboxServer();
    const provider = providerOf(server.tokens);
    await provider.putWhole?.(ask('a.txt'), hello, signal());
    server.next('files/delete_v2', async (handle) => {
      await provider.putWhole?.(ask('a.txt'), hello, signal());
      return await handle();
    });
    expect(await kindOf(provider.remove(bucket, 'a.txt', signal()))).toBe('conflict');
    expect((await provider.stat(bucket, 'a.txt', signal())).size).toBe(5);
  });

  it('removes a folder only when it is empty, and never for an object', async () => {
    await using server = await dropboxServer();
    const provider = providerOf(server.tokens);
    await provider.putWhole?.(ask('f/a.txt'), hello, signal());
    expect(await kindOf(provider.remove(bucket, 'f', signal()))).toBe('missing');
    expect(await kindOf(provider.remove(bucket, 'f/', signal()))).toBe('conflict');
    await provider.remove(bucket, 'f/a.txt', signal());
    await provider.remove(bucket, 'f/', signal());
    expect(await kindOf(provider.stat(bucket, 'f/', signal()))).toBe('missing');
  });

  it('follows the cursor of a long folder', async () => {
    await using server = await dropboxServer();
    const made = await fixture(server);
    for (let n = 0; n < 2001; n++) server.tree.commit({ path: `/many/${n}`, mode: 'add' }, Buffer.alloc(0));
    const query = { bucket, prefix: 'many/', delimiter: '/', continuationToken: '', count: 3000 } as const;
    expect((await made.provider.listObjects(query, signal())).objects).toHaveLength(2001);
    expect(server.seen.filter(({ url }) => url.endsWith('list_folder/continue'))).toHaveLength(1);
  });

  it('signs downloads for the four hours that a link is good for, and no uploads', async () => {
    await using server = await dropboxServer();
    const provider = providerOf(server.tokens);
    await provider.putWhole?.(ask('ü/a b.txt'), hello, signal());
    const sign = (expiresInSeconds: number): Promise<string> =>
      provider.signDownloadUrl({ bucket, key: 'ü/a b.txt', expiresInSeconds, forceToDownload: false });
    expect(await (await request(await sign(4 * 3600))).body.text()).toBe('hello');
    expect(await kindOf(sign(4 * 3600 + 1))).toBe('invalid');
    expect(await kindOf(provider.signUploadUrl({ bucket, key: 'a', expiresInSeconds: 60, contentType: '' }))).toBe('invalid');
  });

  it.each(['a//b', '/a', 'a/../b', './a'])('takes no key like %j', async (key) => {
    await using server = await dropboxServer();
    expect(await kindOf(providerOf(server.tokens).stat(bucket, key, signal()))).toBe('invalid');
  });

  it.each([
    [{ status: 429, headers: { 'retry-after': '7' }, body: { error_summary: 'too_many_requests/..' } }, 'throttled', 7000],
    [{ status: 409, body: { error_summary: 'path/too_many_write_operations/..' } }, 'throttled', undefined],
    [{ status: 409, body: { error_summary: 'path/insufficient_space/..' } }, 'invalid', undefined],
    [{ status: 409, body: { error_summary: 'path/no_write_permission/..' } }, 'auth', undefined],
    [{ status: 409, body: { error_summary: 'path/disallowed_name/..' } }, 'invalid', undefined],
    [{ status: 409, body: { error_summary: 'content_hash_mismatch/..' } }, 'unavailable', undefined],
    [{ status: 400, body: 'Error in call to API function' }, 'invalid', undefined],
    [{ status: 500 }, 'unavailable', undefined],
  ] as const)('understands %j', async (reply, kind, retryAfterMs) => {
    await using server = await dropboxServer();
    server.next('files/upload', () => reply);
    const error = await errorOf(providerOf(server.tokens).putWhole?.(ask('a.txt'), hello, signal()) ?? Promise.resolve());
    expect(error).toMatchObject({ kind, retryAfterMs });
  });

  it('says in the words of Dropbox why something was refused', async () => {
    await using server = await dropboxServer();
    server.next('files/upload', () => ({ status: 409, body: { error_summary: 'path/insufficient_space/..' } }));
    const error = await errorOf(providerOf(server.tokens).putWhole?.(ask('a.txt'), hello, signal()) ?? Promise.resolve());
    expect(error.message).toBe('Dropbox files/upload was answered 409: path/insufficient_space');
  });
});
