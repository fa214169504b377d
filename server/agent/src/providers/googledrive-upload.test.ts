import { describe, expect, it } from 'vitest';
import { myDrive } from './googledrive-drives.ts';
import type { UploadSession } from './provider.ts';
import { bench, chunk, multipart, root } from './testing/googledrive-bench.ts';
import type { DriveServer } from './testing/googledrive-server.ts';
import { chunkOf, errorOf, get, kindOf, put, signal, writeAll } from './testing/provider-tools.ts';
import type { Reply } from './testing/vendor-server.ts';

const range = /^PUT .*upload_id=/;

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
    expect((await get(fixture, request.key)).equals(bytes)).toBe(true);
  });

  it('sends the rest when Drive kept less than it was sent', async () => {
    const { server, provider, fixture, bytes, request } = await bench();
    const session = await provider.openUpload({ ...request, chunkSize: chunk * 3 }, signal());
    server.sessions.keepAtMost = chunk;
    await session.write(chunkOf(bytes.subarray(0, chunk * 3)), signal());
    await session.write(chunkOf(bytes.subarray(chunk * 3), chunk * 3), signal());
    expect(await session.commit(signal())).toBe('object');
    expect(ranges(server)).toEqual(['bytes 0-786431', 'bytes 262144-786431', 'bytes 786432-786436']);
    expect((await get(fixture, request.key)).equals(bytes)).toBe(true);
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
    expect((await get(fixture, request.key)).equals(bytes)).toBe(true);
  });

  it('settles a commit whose answer got lost by asking the session', async () => {
    const { server, provider, fixture, bytes, request } = await bench();
    const session = await provider.openUpload(request, signal());
    await writeAll(session, bytes, chunk);
    server.faults.push({ on: range, lose: true });
    expect(await session.commit(signal())).toBe('object');
    expect(ranges(server).slice(-2)).toEqual(['bytes 786432-786436', 'bytes *']);
    expect((await get(fixture, request.key)).equals(bytes)).toBe(true);
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
    expect((await get(fixture, request.key)).equals(bytes)).toBe(true);
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
    expect((await get(fixture, request.key)).equals(bytes)).toBe(true);
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
    expect((await get(fixture, request.key)).equals(bytes)).toBe(true);
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
    expect((await get(fixture, request.key)).equals(bytes)).toBe(true);
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
    expect((await get(fixture, 'twin.bin')).equals(bytes)).toBe(true);
    expect([...server.store.files.values()].filter(({ name }) => name === 'twin.bin')).toMatchObject([{ id: 'older' }]);
    const absent = { ...request, key: 'absent.bin', ifAbsent: true };
    const third = await provider.openUpload(absent, signal());
    await put(fixture, 'absent.bin', Buffer.from('first'));
    expect(await kindOf(finish(third, bytes))).toBe('conflict');
    expect(await kindOf(provider.openUpload(absent, signal()))).toBe('conflict');
  });
});
