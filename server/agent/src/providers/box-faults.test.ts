import { CloudType } from '@click-kit/contract';
import { randomBytes } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { boxBucket, boxProvider } from './box.ts';
import { providerFor } from './index.ts';
import { ProviderError, type UploadRequest, type UploadSession } from './provider.ts';
import { type BoxServer, boxServer } from './testing/box-server.ts';
import { chunkOf, errorOf, type Fixture, get, kindOf, put, signal, writeAll } from './testing/provider-tools.ts';

const account = { cloudType: CloudType.Box, region: '', endpoint: '', accessKey: '', secretKey: '', serviceUrl: '' };
const partBytes = 1024;
const part = /^PUT \/api\/2\.0\/files\/upload_sessions\//;
const commit = /^POST \/api\/2\.0\/files\/upload_sessions\/\w+\/commit$/;
const direct = /^POST \/api\/2\.0\/files\/(\d+\/)?content$/;

async function bench(commitTries = 3) {
  const server = await boxServer({ partBytes, minBytes: partBytes + 1, pageItems: 2 });
  onTestFinished(async () => server[Symbol.asyncDispose]());
  const limits = { sessionBytes: partBytes + 1, commitTries, commitWaitMs: 1 };
  const provider = boxProvider({ ...account, tokens: server.tokens() }, { limits });
  const fixture: Fixture = { provider, stranger: provider, bucket: boxBucket, chunkSize: partBytes, close: async () => undefined };
  const bytes = randomBytes(partBytes * 3 + 5);
  const request: UploadRequest = { bucket: boxBucket, key: 'a/file.bin', size: bytes.length, chunkSize: partBytes, contentType: '' };
  return { server, provider, fixture, bytes, request };
}

const counted = ({ calls }: BoxServer, pattern: RegExp): number => calls.filter(({ line }) => pattern.test(line)).length;

async function finish(session: UploadSession, bytes: Buffer): Promise<string> {
  await writeAll(session, bytes, partBytes);
  return session.commit(signal());
}

describe('An upload to Box in parts', () => {
  it('takes a part whose answer got lost for there, and does not send it twice', async () => {
    const { server, provider, fixture, bytes, request } = await bench();
    const session = await provider.openUpload(request, signal());
    server.faults.push({ on: part, lose: true }, { on: part, lose: true });
    expect(await finish(session, bytes)).toBe('object');
    expect(counted(server, part)).toBe(4);
    expect((await get(fixture, request.key)).equals(bytes)).toBe(true);
  });

  it('continues where it was when a part never arrived', async () => {
    const { server, provider, fixture, bytes, request } = await bench();
    const session = await provider.openUpload(request, signal());
    server.faults.push({ on: part, instead: { status: 503, headers: { 'retry-after': '7' } } });
    const error = await errorOf(session.write(chunkOf(bytes.subarray(0, partBytes)), signal()));
    expect(error).toMatchObject({ kind: 'throttled', retryAfterMs: 7000 });
    expect(session.offset).toBe(0);
    await finish(session, bytes);
    expect((await get(fixture, request.key)).equals(bytes)).toBe(true);
  });

  it('settles a commit whose answer got lost by asking for the file', async () => {
    const { server, provider, fixture, bytes, request } = await bench();
    const session = await provider.openUpload(request, signal());
    server.faults.push({ on: commit, lose: true });
    expect(await finish(session, bytes)).toBe('object');
    expect(counted(server, commit)).toBe(1);
    expect((await get(fixture, request.key)).equals(bytes)).toBe(true);
  });

  it('refuses a part that was damaged on its way, by the digest that goes along', async () => {
    const { server, provider, fixture, bytes, request } = await bench();
    const session = await provider.openUpload(request, signal());
    server.faults.push({ on: part, damage: (body) => Buffer.from(body).fill(0, 0, 10) });
    expect(await kindOf(session.write(chunkOf(bytes.subarray(0, partBytes)), signal()))).toBe('unavailable');
    expect(session.offset).toBe(0);
    await finish(session, bytes);
    expect((await get(fixture, request.key)).equals(bytes)).toBe(true);
  });

  it('starts again when a part that cannot be replaced has other bytes', async () => {
    const { server, provider, fixture, bytes, request } = await bench();
    const first = await provider.openUpload(request, signal());
    await first.write(chunkOf(randomBytes(partBytes)), signal());
    const state = JSON.stringify({ ...JSON.parse(first.state), hash: { offset: 0, state: 'lost' } });
    const second = await provider.resumeUpload(request, state, signal());
    expect(second.offset).toBe(0);
    const error = await errorOf(second.write(chunkOf(bytes.subarray(0, partBytes)), signal()));
    expect(error).toMatchObject({ kind: 'unavailable', message: expect.stringContaining('starts again') });
    expect(server.sessions.open).toBe(0);
    const third = await provider.resumeUpload(request, second.state, signal());
    await finish(third, bytes);
    expect((await get(fixture, request.key)).equals(bytes)).toBe(true);
  });

  it('hashes again without sending what Box holds beyond the stored state', async () => {
    const { server, provider, fixture, bytes, request } = await bench();
    const first = await provider.openUpload(request, signal());
    await first.write(chunkOf(bytes.subarray(0, partBytes)), signal());
    const { state } = first;
    await writeAll(first, bytes.subarray(0, partBytes * 3), partBytes);
    const second = await provider.resumeUpload(request, state, signal());
    expect(second.offset).toBe(partBytes);
    await finish(second, bytes);
    expect(counted(server, part)).toBe(4);
    expect((await get(fixture, request.key)).equals(bytes)).toBe(true);
  });

  it('asks again while Box puts the file together, and not for ever', async () => {
    const { server, provider, bytes, request } = await bench(3);
    const session = await provider.openUpload(request, signal());
    server.sessions.processing = 4;
    expect(await kindOf(finish(session, bytes))).toBe('throttled');
    expect(counted(server, commit)).toBe(3);
    expect(await session.commit(signal())).toBe('object');
    expect(counted(server, commit)).toBe(5);
  });

  it('starts again in another session when Box has forgotten the first', async () => {
    const { server, provider, fixture, bytes, request } = await bench();
    const session = await provider.openUpload(request, signal());
    await session.write(chunkOf(bytes.subarray(0, partBytes)), signal());
    server.sessions.expire();
    const next = chunkOf(bytes.subarray(partBytes, partBytes * 2), partBytes);
    expect(await kindOf(session.write(next, signal()))).toBe('unavailable');
    const again = await provider.resumeUpload(request, session.state, signal());
    expect(again.offset).toBe(0);
    await finish(again, bytes);
    expect((await get(fixture, request.key)).equals(bytes)).toBe(true);
  });

  it('takes back a copy whose checksum is another one', async () => {
    const { server, provider, fixture, bytes, request } = await bench();
    const liar = (reply: { json?: unknown }) => {
      const { entries } = reply.json as { entries: object[] };
      return { status: 201, json: { entries: [{ ...entries[0], sha1: 'f'.repeat(40) }] } };
    };
    server.faults.push({ on: commit, change: liar });
    const session = await provider.openUpload(request, signal());
    expect(await kindOf(finish(session, bytes))).toBe('unavailable');
    expect(await kindOf(provider.stat(boxBucket, request.key, signal()))).toBe('missing');
    await put(fixture, 'old.bin', Buffer.from('first'));
    server.faults.push({ on: direct, change: liar });
    expect(await kindOf(put(fixture, 'old.bin', Buffer.from('second')))).toBe('unavailable');
    expect((await get(fixture, 'old.bin')).toString()).toBe('first');
  });

  it('goes on with another token when the first expires on the way', async () => {
    const { server, provider, fixture, bytes, request } = await bench();
    const session = await provider.openUpload(request, signal());
    await session.write(chunkOf(bytes.subarray(0, partBytes)), signal());
    server.expireTokens();
    expect(await finish(session, bytes)).toBe('object');
    expect((await get(fixture, request.key)).equals(bytes)).toBe(true);
    expect(counted(server, part)).toBe(5);
  });

  it('says conflict when the name was taken before the commit', async () => {
    const { provider, fixture, bytes, request } = await bench();
    const session = await provider.openUpload({ ...request, ifAbsent: true }, signal());
    await put(fixture, request.key, Buffer.from('other'));
    expect(await kindOf(finish(session, bytes))).toBe('conflict');
    expect(await kindOf(provider.openUpload({ ...request, ifAbsent: true }, signal()))).toBe('conflict');
    expect((await get(fixture, request.key)).toString()).toBe('other');
  });
});

describe('An upload to Box in one request', () => {
  it('is settled by asking when its answer got lost, and sent again as another version when it was not', async () => {
    const { server, fixture } = await bench();
    server.faults.push({ on: direct, lose: true });
    await put(fixture, 'one.bin', Buffer.from('one'));
    expect(counted(server, direct)).toBe(1);
    server.faults.push({ on: direct, instead: { status: 500 } });
    expect(await kindOf(put(fixture, 'one.bin', Buffer.from('two')))).toBe('unavailable');
    await put(fixture, 'one.bin', Buffer.from('two'));
    expect((await get(fixture, 'one.bin')).toString()).toBe('two');
    expect([...server.store.entries.values()].filter(({ type }) => type === 'file')).toMatchObject([{ versions: [{}, {}] }]);
  });

  it('is refused when it was damaged on its way', async () => {
    const { server, provider, fixture } = await bench();
    server.faults.push({ on: direct, damage: (body) => Buffer.from(body.toString('latin1').replace('precious', 'precioux'), 'latin1') });
    const error = await errorOf(put(fixture, 'one.bin', Buffer.from('precious')));
    expect(error).toMatchObject({ kind: 'unavailable', message: expect.stringContaining('bad_digest') });
    expect(await kindOf(provider.stat(boxBucket, 'one.bin', signal()))).toBe('missing');
  });

  it('becomes a version of the file that appeared meanwhile, unless there must be none', async () => {
    const { server, provider, fixture } = await bench();
    await put(fixture, 'one.bin', Buffer.from('one'));
    const nothingThere = { on: /^OPTIONS/, instead: { status: 200, json: {} } };
    server.faults.push(nothingThere);
    await put(fixture, 'one.bin', Buffer.from('two'));
    expect((await get(fixture, 'one.bin')).toString()).toBe('two');
    server.faults.push(nothingThere);
    const request = { bucket: boxBucket, key: 'one.bin', size: 5, chunkSize: partBytes, contentType: '', ifAbsent: true };
    expect(await kindOf(provider.putWhole!(request, chunkOf(Buffer.from('three')), signal()))).toBe('conflict');
  });

  it('does not write to a name that differs by case, nor to a folder or a bookmark', async () => {
    const { server, provider, fixture } = await bench();
    await put(fixture, 'Name.bin', Buffer.from('one'));
    const error = await errorOf(put(fixture, 'name.bin', Buffer.from('two')));
    expect(error).toMatchObject({ kind: 'conflict', message: expect.stringContaining('"Name.bin"') });
    await provider.createFolder(boxBucket, 'Folder', signal());
    expect(await kindOf(put(fixture, 'Folder', Buffer.from('two')))).toBe('conflict');
    expect(await kindOf(put(fixture, 'folder/x.bin', Buffer.from('two')))).toBe('conflict');
    server.store.add('web_link', '0', 'link');
    expect(await errorOf(get(fixture, 'link'))).toMatchObject({ kind: 'invalid', message: expect.stringContaining('bookmark') });
    expect(await kindOf(put(fixture, 'link', Buffer.from('two')))).toBe('conflict');
    expect(await kindOf(put(fixture, 'a//b', Buffer.from('two')))).toBe('invalid');
    expect(await kindOf(put(fixture, 'back\\slash', Buffer.from('two')))).toBe('invalid');
  });
});

describe('The provider of Box', () => {
  it('reads the version that was asked for, from another address and without the token', async () => {
    const { server, provider, fixture } = await bench();
    await put(fixture, 'v.bin', Buffer.from('0123456789'));
    const { eTag, checksum } = await provider.stat(boxBucket, 'v.bin', signal());
    expect(checksum).toEqual({ algorithm: 'sha1', value: '87acec17cd9dcd20a716cc2cf67417b71c8a7016' });
    const reader = await provider.read({ bucket: boxBucket, key: 'v.bin', offset: 2, length: 3, eTag }, signal());
    const bytes = Buffer.alloc(3);
    await reader.fill(bytes, signal());
    await reader.close();
    expect(bytes.toString()).toBe('234');
    expect(server.calls.at(-1)).toMatchObject({ path: expect.stringMatching(/^\/dl\//), headers: { range: 'bytes=2-4' } });
    expect(server.calls.at(-1)?.headers).not.toHaveProperty('authorization');
  });

  it('says unavailable for a file that is not ready to be downloaded', async () => {
    const { server, fixture } = await bench();
    await put(fixture, 'v.bin', Buffer.from('0123456789'));
    const later = { on: /content\?version=/, instead: { status: 202, headers: { 'retry-after': '4' } } };
    server.faults.push(later, later);
    expect(await errorOf(get(fixture, 'v.bin'))).toMatchObject({ kind: 'unavailable', retryAfterMs: 4000 });
  });

  it('copies within the account to a free name, and only the version that was meant', async () => {
    const { provider, fixture } = await bench();
    await put(fixture, 'from.bin', Buffer.from('source'));
    const { eTag, size } = await provider.stat(boxBucket, 'from.bin', signal());
    const from = { bucket: boxBucket, key: 'from.bin', eTag, size };
    const to = { bucket: boxBucket, key: 'deep/er/to.bin', size, chunkSize: partBytes, contentType: '' };
    expect(await provider.copy!(from, to, signal())).toBe('object');
    expect((await get(fixture, 'deep/er/to.bin')).toString()).toBe('source');
    expect(await kindOf(provider.copy!(from, to, signal()))).toBe('invalid');
    expect(await kindOf(provider.copy!(from, { ...to, ifAbsent: true }, signal()))).toBe('conflict');
    expect(await kindOf(provider.copy!({ ...from, eTag: 'older' }, { ...to, key: 'x' }, signal()))).toBe('changed');
  });

  it('finds a folder that was replaced by another of its name', async () => {
    const { server, provider, fixture } = await bench();
    await put(fixture, 'f/one.bin', Buffer.from('one'));
    const old = [...server.store.entries.values()].find(({ name }) => name === 'f');
    if (old !== undefined) old.trashed = true;
    server.store.add('file', server.store.add('folder', '0', 'f').id, 'two.bin', Buffer.from('two'));
    expect((await get(fixture, 'f/two.bin')).toString()).toBe('two');
    await put(fixture, 'f/three.bin', Buffer.from('three'));
    const page = await provider.listObjects({ bucket: boxBucket, prefix: 'f/', delimiter: '', continuationToken: '', count: 9 }, signal());
    expect(page.objects.map(({ key }) => key)).toEqual(['f/three.bin', 'f/two.bin']);
  });

  it('removes an empty folder only', async () => {
    const { provider, fixture } = await bench();
    await put(fixture, 'f/one.bin', Buffer.from('one'));
    expect(await kindOf(provider.remove(boxBucket, 'f/', signal()))).toBe('conflict');
    await provider.remove(boxBucket, 'f/one.bin', signal());
    await provider.remove(boxBucket, 'f/', signal());
    expect(await kindOf(provider.remove(boxBucket, 'f/', signal()))).toBe('missing');
  });

  it.each([
    [429, { code: 'rate_limit_exceeded' }, 'throttled'],
    [403, { code: 'storage_limit_exceeded', message: 'Account storage limit reached' }, 'invalid'],
    [403, { code: 'access_denied_insufficient_permissions' }, 'auth'],
    [409, { code: 'name_temporarily_reserved' }, 'throttled'],
    [500, {}, 'unavailable'],
  ])('translates %i %j into %s', async (status, json, kind) => {
    const { server, fixture } = await bench();
    server.faults.push({ on: direct, instead: { status, json } });
    expect(await kindOf(put(fixture, 'x.bin', Buffer.from('x')))).toBe(kind);
  });

  it('signs no addresses, and says why', async () => {
    const { provider } = await bench();
    const request = { bucket: boxBucket, key: 'x', expiresInSeconds: 60 };
    expect(await errorOf(provider.signDownloadUrl({ ...request, forceToDownload: true }))).toMatchObject({ kind: 'invalid' });
    expect(await errorOf(provider.signUploadUrl({ ...request, contentType: '' }))).toMatchObject({ kind: 'invalid' });
  });

  it('takes linked accounts only', () => {
    expect(() => providerFor(account)).toThrow(ProviderError);
    expect(() => providerFor(account)).toThrow('link them by generate_box_authorization_url');
  });
});
