import { CloudType } from '@click-kit/contract';
import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import { defaultHttpLimits } from './http-limits.ts';
import { FRAGMENT_BYTES, type OneDriveTimes } from './onedrive-client.ts';
import { oneDriveProvider } from './onedrive.ts';
import type { AccessTokens, Provider } from './provider.ts';
import { QuickXor } from './quick-xor.ts';
import { type FakeOneDrive, oneDriveServer } from './testing/onedrive-server.ts';
import { describeProvider } from './testing/provider-contract.ts';
import { chunkOf, collect, errorOf, type Fixture, get, kindOf, put, signal, uploadOf } from './testing/provider-tools.ts';

const account = { cloudType: CloudType.OneDrive, region: '', endpoint: '', accessKey: '', secretKey: '', serviceUrl: '' };
const times: OneDriveTimes = { againMs: 1, pollMs: 1, copyMs: 5 };
const providerOf = (tokens: AccessTokens): Provider => oneDriveProvider({ ...account, tokens }, defaultHttpLimits, times);

async function fixture(server?: FakeOneDrive): Promise<Fixture> {
  const api = server ?? (await oneDriveServer());
  return {
    provider: providerOf(api.tokens),
    stranger: providerOf(api.strange),
    bucket: 'OneDrive',
    chunkSize: FRAGMENT_BYTES,
    behind: { origin: api.url, provider: (apiUrl) => providerOf({ ...api.tokens, apiUrl }) },
    close: async () => await api[Symbol.asyncDispose](),
  };
}

describeProvider('OneDrive', () => fixture(), {
  skips: {
    sweep: 'unfinished uploads cannot be listed: they expire',
    administration: 'drives are no buckets that could be made',
    names: 'OneDrive reserves " * : < > ? \\ |; see the names in onedrive.test.ts',
    signedGet: 'a download address of OneDrive is always one of an attachment; see onedrive.test.ts',
    signedPut: 'upload addresses of OneDrive want a Content-Range; see onedrive.test.ts',
    signedType: 'upload addresses of OneDrive want a Content-Range; see onedrive.test.ts',
  },
});

const bucket = 'OneDrive';
const ask = (key: string, changes = {}) => ({ ...uploadOf({ bucket, chunkSize: FRAGMENT_BYTES }, key, 5), ...changes });
const hello = chunkOf(Buffer.from('hello'));
const putHello = (provider: Provider, key: string, changes = {}) =>
  provider.putWhole?.(ask(key, changes), hello, signal()) ?? Promise.reject(new Error('no putWhole'));

describe('OneDrive', () => {
  it('keeps keys of all characters apart that it has names for', async () => {
    await using server = await oneDriveServer();
    const made = await fixture(server);
    for (const key of ['a b+c%d#e&g=h.bin', 'a%20b.bin', 'a b.bin', 'ünï/日本 語/😀.bin', "it's (1) [2] {3}!.bin", '~$;,@.bin']) {
      await put(made, key, Buffer.from(key));
      expect((await get(made, key)).toString()).toBe(key);
    }
  });

  it.each(['a:b', 'a*', 'what?', 'a|b', '"a"', 'a<b', 'a>b', 'a\\b', 'a//b', 'a/../b', ' a', 'a ', 'a.', '\ud800'])(
    'takes no key like %j',
    async (key) => {
      await using server = await oneDriveServer();
      expect(await kindOf(providerOf(server.tokens).stat(bucket, key, signal()))).toBe('invalid');
      expect(server.seen).toEqual([]);
    },
  );

  it('tells the size, the date, the version and the checksum of an object', async () => {
    await using server = await oneDriveServer();
    const provider = providerOf(server.tokens);
    expect(await putHello(provider, 'a/b.txt')).toBe('object');
    const hash = new QuickXor();
    hash.update(hello.bytes);
    expect(await provider.stat(bucket, 'a/b.txt', signal())).toEqual({
      size: 5,
      eTag: expect.stringMatching(/^"c:/) as string,
      acceptsRanges: true,
      lastModified: new Date('2026-03-01T12:00:00Z'),
      checksum: { algorithm: 'quickxor', value: hash.digest() },
    });
    expect(await kindOf(provider.stat(bucket, 'a', signal()))).toBe('missing');
  });

  it.each([true, false])('gives the range that is asked for (items name the address of their bytes: %s)', async (named) => {
    await using server = await oneDriveServer();
    server.namesDownloads = named;
    const provider = providerOf(server.tokens);
    await putHello(provider, 'a.txt');
    const range = async (offset: number, length: number): Promise<string> =>
      (await collect(await provider.read({ bucket, key: 'a.txt', offset, length, eTag: '' }, signal()), length)).toString();
    expect(await range(1, 3)).toBe('ell');
    expect(await range(0, 2)).toBe('he');
    expect(await range(2, 0)).toBe('');
    const download = server.seen.filter(({ url }) => url.startsWith('/download/'));
    expect(download.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
  });

  it.each([0, 1])('refuses a download of another size than the item had, from byte %i on', async (offset) => {
    await using server = await oneDriveServer();
    const made = await fixture(server);
    await put(made, 'a.txt', Buffer.from('hello'));
    server.next('GET download', async (handle) => {
      await put(made, 'a.txt', Buffer.from('hello, world'));
      return await handle();
    });
    expect(await kindOf(get(made, 'a.txt', offset))).toBe('changed');
  });

  it('does not overwrite what is to be absent', async () => {
    await using server = await oneDriveServer();
    const provider = providerOf(server.tokens);
    expect(await putHello(provider, 'a.txt', { ifAbsent: true })).toBe('object');
    expect(await kindOf(putHello(provider, 'A.txt', { ifAbsent: true }))).toBe('conflict');
    expect(await putHello(provider, 'a.txt')).toBe('object');
  });

  it('removes a copy that is not what was sent', async () => {
    await using server = await oneDriveServer();
    const provider = providerOf(server.tokens);
    server.tree.keep = () => Buffer.from('jello');
    expect(await kindOf(putHello(provider, 'a.txt'))).toBe('unavailable');
    expect(await kindOf(provider.stat(bucket, 'a.txt', signal()))).toBe('missing');
  });

  it('says no more than the size where there is no hash', async () => {
    await using server = await oneDriveServer();
    server.tree.tellsHash = false;
    expect(await putHello(providerOf(server.tokens), 'a.txt')).toBe('size');
  });

  it.each([0, 3])('copies within the store, onto nothing that is there (done at look %i)', async (polls) => {
    await using server = await oneDriveServer();
    server.copyPolls = polls;
    const provider = providerOf(server.tokens);
    await putHello(provider, 'a.txt');
    const { eTag } = await provider.stat(bucket, 'a.txt', signal());
    const copy = (changes = {}, to = {}) =>
      provider.copy?.({ bucket, key: 'a.txt', eTag, size: 5, ...changes }, ask('b/ü/c.txt', to), signal()) ??
      Promise.reject(new Error('none'));
    expect(await kindOf(copy({ eTag: '"c:{other},1"' }))).toBe('changed');
    expect(await copy()).toBe('object');
    expect((await get({ provider, bucket }, 'b/ü/c.txt')).toString()).toBe('hello');
    expect(await kindOf(copy())).toBe('invalid');
    expect(await kindOf(copy({}, { ifAbsent: true }))).toBe('conflict');
    expect(await kindOf(copy({ key: 'none.txt', eTag: '' }))).toBe('missing');
  });

  it('does not wait for a copy for ever, and understands both ends of one', async () => {
    await using server = await oneDriveServer();
    const provider = providerOf(server.tokens);
    await putHello(provider, 'a.txt');
    const copy = (key: string) =>
      provider.copy?.({ bucket, key: 'a.txt', eTag: '', size: 5 }, ask(key), signal()) ?? Promise.reject(new Error('none'));
    server.next('GET monitor', () => ({ status: 303, headers: { location: 'https://elsewhere.example/' } }));
    expect(await copy('b.txt')).toBe('object');
    server.next('GET monitor', () => ({ status: 200, body: { status: 'failed' } }));
    expect(await kindOf(copy('c.txt'))).toBe('unavailable');
    server.copyPolls = 100;
    expect(await kindOf(copy('d.txt'))).toBe('unavailable');
    // As long as it gets on, it may take as long as it likes; each look at it is a sign of life.
    server.copyMoves = true;
    let looks = 0;
    const course = { saved: '', begin: () => undefined, keep: () => undefined, alive: () => void (looks += 1) };
    expect(await provider.copy?.({ bucket, key: 'a.txt', eTag: '', size: 5 }, ask('e.txt'), signal(), course)).toBe('object');
    expect(looks).toBe(101);
  });

  it('removes a folder only when it is empty, and never for an object', async () => {
    await using server = await oneDriveServer();
    const provider = providerOf(server.tokens);
    await putHello(provider, 'f/a.txt');
    expect(await kindOf(provider.remove(bucket, 'f', signal()))).toBe('missing');
    expect(await kindOf(provider.remove(bucket, 'f/', signal()))).toBe('conflict');
    await provider.remove(bucket, 'f/a.txt', signal());
    await provider.remove(bucket, 'f/', signal());
    expect(await kindOf(provider.stat(bucket, 'f/', signal()))).toBe('missing');
  });

  it('makes no folder where there is an object', async () => {
    await using server = await oneDriveServer();
    const provider = providerOf(server.tokens);
    await putHello(provider, 'f/a.txt');
    expect(await kindOf(provider.createFolder(bucket, 'f/a.txt', signal()))).toBe('conflict');
  });

  it('follows the pages of a long folder, on the same origin only', async () => {
    await using server = await oneDriveServer();
    const provider = providerOf(server.tokens);
    for (let n = 0; n < 450; n++) server.tree.put(`/many/${n}`, Buffer.alloc(0), 'fail');
    const query = { bucket, prefix: 'many/', delimiter: '/', continuationToken: '', count: 1000 } as const;
    expect((await provider.listObjects(query, signal())).objects).toHaveLength(450);
    server.next('GET children', () => ({ status: 200, body: { value: [], '@odata.nextLink': 'https://elsewhere.example/next' } }));
    expect(await kindOf(provider.listObjects(query, signal()))).toBe('invalid');
  });

  it('signs downloads for the hour that an address is good for, and no uploads', async () => {
    await using server = await oneDriveServer();
    const provider = providerOf(server.tokens);
    await putHello(provider, 'ü/a b.txt');
    const sign = (expiresInSeconds: number): Promise<string> =>
      provider.signDownloadUrl({ bucket, key: 'ü/a b.txt', expiresInSeconds, forceToDownload: true });
    const answer = await request(await sign(3600));
    expect(answer.headers['content-disposition']).toMatch(/^attachment/);
    expect(await answer.body.text()).toBe('hello');
    expect(await kindOf(sign(3601))).toBe('invalid');
    expect(await kindOf(provider.signUploadUrl({ bucket, key: 'a', expiresInSeconds: 60, contentType: '' }))).toBe('invalid');
  });

  it.each([
    [429, 'activityLimitReached', { 'retry-after': '7' }, 'throttled', 7000],
    [503, 'serviceNotAvailable', { 'retry-after': '2' }, 'throttled', 2000],
    [509, 'quotaLimitReached', {}, 'throttled', undefined],
    [507, 'quotaLimitReached', {}, 'invalid', undefined],
    [403, 'accessDenied', {}, 'auth', undefined],
    [423, 'notAllowed', {}, 'conflict', undefined],
    [500, 'generalException', {}, 'unavailable', undefined],
  ] as const)('understands %i %s', async (status, code, headers, kind, retryAfterMs) => {
    await using server = await oneDriveServer();
    server.next('PUT content', () => ({ status, headers, body: { error: { code, message: 'no' } } }));
    const error = await errorOf(putHello(providerOf(server.tokens), 'a.txt'));
    expect(error).toMatchObject({ kind, retryAfterMs, message: `OneDrive put was answered ${status}: ${code}` });
  });
});
