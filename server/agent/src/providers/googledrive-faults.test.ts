import { CloudType } from '@click-kit/contract';
import { randomBytes } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { myDrive } from './googledrive-drives.ts';
import { googleDriveProvider } from './googledrive.ts';
import { providerFor } from './index.ts';
import type { UploadRequest, UploadSession } from './provider.ts';
import { type DriveServer, googleDriveServer } from './testing/googledrive-server.ts';
import { folderType } from './testing/googledrive-store.ts';
import type { Reply } from './testing/vendor-server.ts';
import { chunkOf, errorOf, type Fixture, get, kindOf, put, signal, writeAll } from './testing/provider-tools.ts';

const account = { cloudType: CloudType.GoogleDrive, region: '', endpoint: '', accessKey: '', secretKey: '', serviceUrl: '' };
const chunk = 256 * 1024;
const range = /^PUT .*upload_id=/;
const multipart = /uploadType=multipart/;
const root = 'root-of-my-drive';

async function bench() {
  const server = await googleDriveServer();
  onTestFinished(async () => server[Symbol.asyncDispose]());
  const provider = googleDriveProvider({ ...account, tokens: server.tokens() });
  const fixture: Fixture = { provider, stranger: provider, bucket: myDrive, chunkSize: chunk, close: async () => undefined };
  const bytes = randomBytes(chunk * 3 + 5);
  const request: UploadRequest = { bucket: myDrive, key: 'a/file.bin', size: bytes.length, chunkSize: chunk, contentType: '' };
  return { server, provider, fixture, bytes, request };
}

const ranges = ({ calls }: DriveServer): string[] =>
  calls.filter(({ line }) => range.test(line)).map(({ headers }) => String(headers['content-range']).replace(/\/\d+$/, ''));

async function finish(session: UploadSession, bytes: Buffer): Promise<string> {
  await writeAll(session, bytes, chunk);
  return session.commit(signal());
}

const lie = (reply: Reply): Reply => ({ status: 200, json: { ...(reply.json as object), md5Checksum: 'f'.repeat(32) } });

describe('A resumable upload to Google Drive', () => {
  it('asks where it stands when the answer to a range got lost', async () => {
    const { server, provider, fixture, bytes, request } = await bench();
    const session = await provider.openUpload(request, signal());
    server.faults.push({ on: range, lose: true });
    expect(await finish(session, bytes)).toBe('object');
    expect(ranges(server).slice(0, 3)).toEqual(['bytes 0-262143', 'bytes *', 'bytes 262144-524287']);
    expect(await get(fixture, request.key)).toEqual(bytes);
  });

  it('sends the rest when Drive kept less than it was sent', async () => {
    const { server, provider, fixture, bytes, request } = await bench();
    const session = await provider.openUpload({ ...request, chunkSize: chunk * 3 }, signal());
    server.sessions.keepAtMost = chunk;
    await session.write(chunkOf(bytes.subarray(0, chunk * 3)), signal());
    await session.write(chunkOf(bytes.subarray(chunk * 3), chunk * 3), signal());
    expect(await session.commit(signal())).toBe('object');
    expect(ranges(server)).toEqual(['bytes 0-786431', 'bytes 262144-786431', 'bytes 786432-786436']);
    expect(await get(fixture, request.key)).toEqual(bytes);
  });

  it('gives up on a range of which nothing is kept, and continues where it was', async () => {
    const { server, provider, bytes, request } = await bench();
    const session = await provider.openUpload(request, signal());
    server.sessions.keepAtMost = 0;
    expect(await kindOf(session.write(chunkOf(bytes.subarray(0, chunk)), signal()))).toBe('unavailable');
    expect(session.offset).toBe(0);
    expect(await finish(session, bytes)).toBe('object');
  });

  it.each([
    ['more than it was sent', 'bytes=0-600000', 'never sent'],
    ['less than it had', undefined, 'fewer bytes'],
  ])('starts again, and skips nothing, when Drive claims to hold %s', async (_title, held, words) => {
    const { server, provider, fixture, bytes, request } = await bench();
    const session = await provider.openUpload(request, signal());
    await session.write(chunkOf(bytes.subarray(0, chunk)), signal());
    server.faults.push({ on: range, instead: { status: 308, headers: held === undefined ? {} : { range: held } } });
    const error = await errorOf(session.write(chunkOf(bytes.subarray(chunk, chunk * 2), chunk), signal()));
    expect(error).toMatchObject({ kind: 'unavailable', message: expect.stringContaining(words) });
    expect(server.sessions.open).toBe(0);
    const again = await provider.resumeUpload(request, session.state, signal());
    expect(again.offset).toBe(0);
    expect(await finish(again, bytes)).toBe('object');
    expect(await get(fixture, request.key)).toEqual(bytes);
  });

  it('settles a commit whose answer got lost by asking the session', async () => {
    const { server, provider, fixture, bytes, request } = await bench();
    const session = await provider.openUpload(request, signal());
    await writeAll(session, bytes, chunk);
    server.faults.push({ on: range, lose: true });
    expect(await session.commit(signal())).toBe('object');
    expect(ranges(server).slice(-2)).toEqual(['bytes 786432-786436', 'bytes *']);
    expect(await get(fixture, request.key)).toEqual(bytes);
  });

  it('settles a commit by the id of the file when the session is forgotten too', async () => {
    const { server, provider, bytes, request } = await bench();
    const session = await provider.openUpload(request, signal());
    await writeAll(session, bytes, chunk);
    server.faults.push({ on: range, lose: true }, { on: range, instead: { status: 404 } });
    expect(await session.commit(signal())).toBe('object');
    expect([...server.store.files.values()].filter(({ name }) => name === 'file.bin')).toHaveLength(1);
  });

  it('goes on after a crash behind a commit that Drive has carried out', async () => {
    const { server, provider, fixture, bytes, request } = await bench();
    const session = await provider.openUpload(request, signal());
    await writeAll(session, bytes, chunk);
    const { state } = session;
    await session.commit(signal());
    const sent = ranges(server).length;
    const again = await provider.resumeUpload(request, state, signal());
    expect(await finish(again, bytes)).toBe('object');
    expect(ranges(server).slice(sent)).toEqual(['bytes *']);
    expect(await get(fixture, request.key)).toEqual(bytes);
  });

  it('hashes again without sending what Drive holds beyond the stored state', async () => {
    const { server, provider, fixture, bytes, request } = await bench();
    const first = await provider.openUpload(request, signal());
    await first.write(chunkOf(bytes.subarray(0, chunk)), signal());
    const { state } = first;
    await writeAll(first, bytes.subarray(0, chunk * 3), chunk);
    const second = await provider.resumeUpload(request, state, signal());
    expect(second.offset).toBe(chunk);
    expect(await finish(second, bytes)).toBe('object');
    expect(ranges(server).filter((each) => each !== 'bytes *')).toHaveLength(4);
    expect(await get(fixture, request.key)).toEqual(bytes);
  });

  it('starts again in another session when Drive has forgotten the first', async () => {
    const { server, provider, fixture, bytes, request } = await bench();
    const session = await provider.openUpload(request, signal());
    await session.write(chunkOf(bytes.subarray(0, chunk)), signal());
    server.sessions.expire();
    expect(await kindOf(session.write(chunkOf(bytes.subarray(chunk, chunk * 2), chunk), signal()))).toBe('unavailable');
    const again = await provider.resumeUpload(request, session.state, signal());
    expect(again.offset).toBe(0);
    expect(await finish(again, bytes)).toBe('object');
    expect(await get(fixture, request.key)).toEqual(bytes);
  });

  it('takes back what Drive stored with another checksum, the new file as well as the new revision', async () => {
    const { server, provider, fixture, bytes, request } = await bench();
    const session = await provider.openUpload(request, signal());
    await writeAll(session, bytes, chunk);
    server.faults.push({ on: range, change: lie });
    expect(await kindOf(session.commit(signal()))).toBe('unavailable');
    expect(await kindOf(provider.stat(myDrive, request.key, signal()))).toBe('missing');
    await put(fixture, 'old.bin', Buffer.from('first'));
    server.faults.push({ on: multipart, change: lie });
    expect(await kindOf(put(fixture, 'old.bin', Buffer.from('second')))).toBe('unavailable');
    expect((await get(fixture, 'old.bin')).toString()).toBe('first');
  });

  it('sends ranges without a token, and opens sessions with a new one when the first expires', async () => {
    const { server, provider, fixture, bytes, request } = await bench();
    server.expireTokens();
    const session = await provider.openUpload(request, signal());
    await session.write(chunkOf(bytes.subarray(0, chunk)), signal());
    server.expireTokens();
    expect(await finish(session, bytes)).toBe('object');
    expect(server.calls.filter(({ line }) => range.test(line)).every(({ headers }) => headers.authorization === undefined)).toBe(true);
    expect(await get(fixture, request.key)).toEqual(bytes);
  });

  it('keeps its session when it is asked to slow down, and asks before it sends again', async () => {
    const { server, provider, bytes, request } = await bench();
    const session = await provider.openUpload(request, signal());
    server.faults.push({ on: range, instead: { status: 429, headers: { 'retry-after': '3' } } });
    const error = await errorOf(session.write(chunkOf(bytes.subarray(0, chunk)), signal()));
    expect(error).toMatchObject({ kind: 'throttled', retryAfterMs: 3000 });
    expect(await finish(session, bytes)).toBe('object');
    expect(ranges(server).slice(0, 3)).toEqual(['bytes 0-262143', 'bytes *', 'bytes 0-262143']);
  });

  it('takes upload addresses of the same origin only', async () => {
    const { server, provider, request } = await bench();
    server.faults.push({ on: /uploadType=resumable/, instead: { status: 200, headers: { location: 'http://elsewhere.example/upload' } } });
    expect(await errorOf(provider.openUpload(request, signal()))).toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('origin'),
    });
    const state = JSON.stringify({ kind: 'drive-session', url: 'http://elsewhere.example/', id: 'x', hash: { offset: 0, state: '' } });
    expect(await kindOf(provider.resumeUpload(request, state, signal()))).toBe('invalid');
  });

  it('lets another file of the name be that came first', async () => {
    const { server, provider, fixture, bytes, request } = await bench();
    const session = await provider.openUpload({ ...request, key: 'twin.bin' }, signal());
    server.store.put({ id: 'older', name: 'twin.bin', mimeType: 'text/plain', parent: root }, Buffer.from('older'));
    expect(await errorOf(finish(session, bytes))).toMatchObject({ kind: 'unavailable', message: expect.stringContaining('meanwhile') });
    expect((await get(fixture, 'twin.bin')).toString()).toBe('older');
    const again = await provider.resumeUpload({ ...request, key: 'twin.bin' }, session.state, signal());
    expect(await finish(again, bytes)).toBe('object');
    expect(await get(fixture, 'twin.bin')).toEqual(bytes);
    expect([...server.store.files.values()].filter(({ name }) => name === 'twin.bin')).toMatchObject([{ id: 'older' }]);
    const absent = { ...request, key: 'absent.bin', ifAbsent: true };
    const third = await provider.openUpload(absent, signal());
    await put(fixture, 'absent.bin', Buffer.from('first'));
    expect(await kindOf(finish(third, bytes))).toBe('conflict');
    expect(await kindOf(provider.openUpload(absent, signal()))).toBe('conflict');
  });
});

describe('An upload to Google Drive in one request', () => {
  it('is settled by its id when the answer got lost, and makes no second file', async () => {
    const { server, fixture } = await bench();
    server.faults.push({ on: multipart, lose: true });
    await put(fixture, 'one.bin', Buffer.from('one'));
    server.faults.push({ on: multipart, lose: true });
    await put(fixture, 'one.bin', Buffer.from('two'));
    expect((await get(fixture, 'one.bin')).toString()).toBe('two');
    expect([...server.store.files.values()].filter(({ name }) => name === 'one.bin')).toMatchObject([{ revisions: [{}, {}] }]);
    server.faults.push({ on: multipart, instead: { status: 500 } });
    expect(await kindOf(put(fixture, 'three.bin', Buffer.from('three')))).toBe('unavailable');
  });

  it('takes a session above 5 MB', async () => {
    const { server, fixture } = await bench();
    const bytes = randomBytes(5_000_001);
    await put({ ...fixture, chunkSize: 8 * 1024 * 1024 }, 'large.bin', bytes);
    expect(server.calls.some(({ line }) => multipart.test(line))).toBe(false);
    expect(await get(fixture, 'large.bin')).toEqual(bytes);
  });

  it('is sent again when its folder was moved to the trash meanwhile', async () => {
    const { server, fixture } = await bench();
    await put(fixture, 'f/one.bin', Buffer.from('one'));
    const folder = [...server.store.files.values()].find(({ name }) => name === 'f');
    if (folder !== undefined) folder.trashed = true;
    expect(await errorOf(put(fixture, 'f/two.bin', Buffer.from('two')))).toMatchObject({ kind: 'unavailable' });
    await put(fixture, 'f/two.bin', Buffer.from('two'));
    expect((await get(fixture, 'f/two.bin')).toString()).toBe('two');
  });
});

describe('The provider of Google Drive', () => {
  it('takes the oldest of several items of one name, and never mixes them', async () => {
    const { server, provider, fixture } = await bench();
    const old = server.store.put({ id: 'old', name: 'twins', mimeType: folderType, parent: root });
    const young = server.store.put({ id: 'young', name: 'twins', mimeType: folderType, parent: root });
    server.store.put({ id: 'first', name: 'a.txt', mimeType: 'text/plain', parent: old.id }, Buffer.from('first'));
    server.store.put({ id: 'second', name: 'a.txt', mimeType: 'text/plain', parent: old.id }, Buffer.from('second'));
    server.store.put({ id: 'hidden', name: 'b.txt', mimeType: 'text/plain', parent: young.id }, Buffer.from('hidden'));
    const list = async (delimiter: '' | '/', prefix = ''): Promise<string[]> =>
      (await provider.listObjects({ bucket: myDrive, prefix, delimiter, continuationToken: '', count: 10 }, signal())).objects.map(
        ({ key }) => key,
      );
    expect(await list('')).toEqual(['twins/a.txt']);
    expect(await list('/')).toEqual(['twins/']);
    expect((await get(fixture, 'twins/a.txt')).toString()).toBe('first');
    await put(fixture, 'twins/a.txt', Buffer.from('new'));
    expect(server.store.get('first')?.revisions).toHaveLength(2);
    expect(server.store.get('second')?.revisions).toHaveLength(1);
    expect(await kindOf(get(fixture, 'twins/b.txt'))).toBe('missing');
    expect(await kindOf(get(fixture, 'TWINS/a.txt'))).toBe('missing');
  });

  it('leaves the folder that came first when two make it at the same time', async () => {
    const { server, provider, fixture } = await bench();
    await provider.stat(myDrive, 'x', signal()).catch(() => undefined);
    server.store.put({ id: 'before', name: 'f', mimeType: folderType, parent: root });
    server.faults.push({ on: /mimeType\+%3D/, instead: { status: 200, json: { files: [] } } });
    await put(fixture, 'f/one.bin', Buffer.from('one'));
    expect([...server.store.files.values()].filter(({ name }) => name === 'f')).toMatchObject([{ id: 'before' }]);
    expect([...server.store.files.values()].find(({ name }) => name === 'one.bin')?.parent).toBe('before');
  });

  it('makes a folder once for all who want it at the same time', async () => {
    const { server, fixture } = await bench();
    await Promise.all(['a', 'b', 'c'].map((name) => put(fixture, `same/time/${name}`, Buffer.from(name))));
    expect([...server.store.files.values()].filter(({ mimeType }) => mimeType === folderType).map(({ name }) => name)).toEqual([
      'My Drive',
      'same',
      'time',
    ]);
  });

  it('lists documents without bytes, and neither reads nor replaces them', async () => {
    const { server, provider, fixture } = await bench();
    server.store.put({ id: 'doc', name: 'Plan', mimeType: 'application/vnd.google-apps.document', parent: root });
    server.store.put({ id: 'odd', name: 'AC/DC', mimeType: 'text/plain', parent: root }, Buffer.from('x'));
    const page = await provider.listObjects({ bucket: myDrive, prefix: '', delimiter: '/', continuationToken: '', count: 10 }, signal());
    expect(page.objects).toMatchObject([{ key: 'Plan', kind: 'file', size: 0 }]);
    expect(await errorOf(get(fixture, 'Plan'))).toMatchObject({ kind: 'invalid', message: expect.stringContaining('export it') });
    expect(await kindOf(provider.stat(myDrive, 'Plan', signal()))).toBe('invalid');
    expect(await kindOf(put(fixture, 'Plan', Buffer.from('x')))).toBe('invalid');
  });

  it('names each shared drive once, also when two have one name', async () => {
    const { server, provider, fixture } = await bench();
    const [a, b] = [server.store.addDrive('Team'), server.store.addDrive('Team')];
    const mine = server.store.addDrive('My Drive');
    server.store.addDrive('Films');
    const names = (await provider.listBuckets({ includeRegion: false }, signal())).map(({ name }) => name);
    expect(names).toEqual(['My Drive', `Team (${a})`, `Team (${b})`, `My Drive (${mine})`, 'Films']);
    await put({ ...fixture, bucket: `Team (${b})` }, 'x.bin', Buffer.from('x'));
    expect([...server.store.files.values()].find(({ name }) => name === 'x.bin')?.parent).toBe(b);
    expect(await kindOf(provider.stat('Team', 'x.bin', signal()))).toBe('missing');
  });

  it('detects a change between the look at a file and its download', async () => {
    const { server, provider, fixture } = await bench();
    await put(fixture, 'v.bin', Buffer.from('0123456789'));
    const { eTag, checksum } = await provider.stat(myDrive, 'v.bin', signal());
    expect(checksum).toEqual({ algorithm: 'md5', value: '781e5e245d69b566979b86e28d23f2c7' });
    const file = [...server.store.files.values()].find(({ name }) => name === 'v.bin');
    server.faults.push({
      on: /alt=media/,
      damage: (body) => (file !== undefined && server.store.store(file, Buffer.from('9876543210')), body),
    });
    expect(await kindOf(get(fixture, 'v.bin', 0, eTag))).toBe('changed');
    expect(await kindOf(get(fixture, 'v.bin', 0, eTag))).toBe('changed');
    expect((await get(fixture, 'v.bin', 5)).toString()).toBe('43210');
  });

  it('copies within the account, to another drive too, and only the version that was meant', async () => {
    const { server, provider, fixture } = await bench();
    server.store.addDrive('Films');
    await put(fixture, 'from.bin', Buffer.from('source'));
    const { eTag, size } = await provider.stat(myDrive, 'from.bin', signal());
    const from = { bucket: myDrive, key: 'from.bin', eTag, size };
    const to = { bucket: 'Films', key: 'deep/to.bin', size, chunkSize: chunk, contentType: '' };
    server.faults.push({ on: /\/copy/, lose: true });
    expect(await provider.copy!(from, to, signal())).toBe('object');
    expect((await get({ provider, bucket: 'Films' }, 'deep/to.bin')).toString()).toBe('source');
    expect(await kindOf(provider.copy!(from, to, signal()))).toBe('invalid');
    expect(await kindOf(provider.copy!({ ...from, eTag: 'older' }, { ...to, key: 'x' }, signal()))).toBe('changed');
  });

  it('puts what is removed into the trash, and a folder only when it is empty', async () => {
    const { server, provider, fixture } = await bench();
    await put(fixture, 'f/one.bin', Buffer.from('one'));
    expect(await kindOf(provider.remove(myDrive, 'f/', signal()))).toBe('conflict');
    await provider.remove(myDrive, 'f/one.bin', signal());
    await provider.remove(myDrive, 'f/', signal());
    expect(await kindOf(provider.remove(myDrive, 'f/', signal()))).toBe('missing');
    expect([...server.store.files.values()].filter(({ trashed }) => trashed).map(({ name }) => name)).toEqual(['f', 'one.bin']);
  });

  it.each([
    [403, 'rateLimitExceeded', 'throttled'],
    [403, 'userRateLimitExceeded', 'throttled'],
    [403, 'storageQuotaExceeded', 'invalid'],
    [403, 'insufficientFilePermissions', 'auth'],
    [429, 'rateLimitExceeded', 'throttled'],
    [500, 'backendError', 'unavailable'],
  ])('translates %i %s into %s, in words too', async (status, reason, kind) => {
    const { server, fixture } = await bench();
    const json = { error: { code: status, message: 'Said so.', errors: [{ reason }] } };
    server.faults.push({ on: multipart, instead: { status, json } });
    const error = await errorOf(put(fixture, 'x.bin', Buffer.from('x')));
    expect(error).toMatchObject({ kind, message: expect.stringContaining(`${reason}, Said so.`) });
  });

  it('rejects a listing that Drive says is incomplete', async () => {
    const { server, provider } = await bench();
    server.faults.push({ on: /files\?q=/, instead: { status: 200, json: { incompleteSearch: true, files: [] } } });
    const query = { bucket: myDrive, prefix: '', delimiter: '/', continuationToken: '', count: 10 } as const;
    expect(await kindOf(provider.listObjects(query, signal()))).toBe('unavailable');
  });

  it('signs no addresses, and takes linked accounts only', async () => {
    const { provider } = await bench();
    const request = { bucket: myDrive, key: 'x', expiresInSeconds: 60 };
    expect(await kindOf(provider.signDownloadUrl({ ...request, forceToDownload: true }))).toBe('invalid');
    expect(await kindOf(provider.signUploadUrl({ ...request, contentType: '' }))).toBe('invalid');
    expect(() => providerFor(account)).toThrow('link them by generate_googledrive_authorization_url');
  });
});
