import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { myDrive } from './googledrive-drives.ts';
import { providerFor } from './index.ts';
import { account, bench, chunk, multipart, root } from './testing/googledrive-bench.ts';
import { folderType } from './testing/googledrive-store.ts';
import { errorOf, get, kindOf, put, signal } from './testing/provider-tools.ts';

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
    expect((await get(fixture, 'large.bin')).equals(bytes)).toBe(true);
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
