import { describe, expect, it } from 'vitest';
import type { Provider } from './provider.ts';
import { kindOf, signal } from './testing/provider-tools.ts';
import { withinBuckets } from './within-buckets.ts';

/** Answers every call, so that whatever is refused was refused on the way. */
const everything = new Proxy({} as Provider, {
  get: (_provider, name) => (name === 'chunks' ? 5 : name === 'listBuckets' ? listed : () => Promise.resolve(String(name))),
});
const listed = () => Promise.resolve(['own', 'foreign'].map((name) => ({ name, region: '', createDate: new Date(0) })));

const calls = (provider: Provider, bucket: string) => ({
  listObjects: provider.listObjects({ bucket, prefix: '', delimiter: '', continuationToken: '', count: 1 }, signal()),
  stat: provider.stat(bucket, 'key', signal()),
  read: provider.read({ bucket, key: 'key', offset: 0, eTag: '' }, signal()),
  openUpload: provider.openUpload({ bucket, key: 'key', size: 1, contentType: '', chunkSize: 1 }, signal()),
  resumeUpload: provider.resumeUpload({ bucket, key: 'key', size: 1, contentType: '', chunkSize: 1 }, '', signal()),
  remove: provider.remove(bucket, 'key', signal()),
  createFolder: provider.createFolder(bucket, 'key', signal()),
  signDownloadUrl: provider.signDownloadUrl({ bucket, key: 'key', expiresInSeconds: 1, forceToDownload: false }),
  signUploadUrl: provider.signUploadUrl({ bucket, key: 'key', expiresInSeconds: 1, contentType: '' }),
});

describe('A provider that is narrowed to some buckets', () => {
  const provider = withinBuckets(everything, ['own']);

  it('does everything in them', async () => {
    for (const [name, call] of Object.entries(calls(provider, 'own'))) expect(await call, name).toBe(name);
    expect(await provider.verify(signal())).toBe('verify');
    expect(await provider.verify(signal(), 'own')).toBe('verify');
    expect(await kindOf(provider.verify(signal(), 'foreign'))).toBe('missing');
    expect(provider.chunks).toBe(5);
  });

  it('knows no other one, in any call, and makes none', async () => {
    for (const [name, call] of Object.entries(calls(provider, 'foreign'))) expect(await kindOf(call), name).toBe('missing');
    expect((await provider.listBuckets({ includeRegion: false }, signal())).map(({ name }) => name)).toEqual(['own']);
    expect([provider.administration, provider.keys]).toEqual([undefined, undefined]);
  });
});
