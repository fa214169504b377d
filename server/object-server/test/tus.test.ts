import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createUpload, OFFSET_TYPE, offsetOf, openRaw, patch, startFixture, TUS, until, type Fixture } from './fixture.ts';

const HOUR = 3_600_000;

/** A PATCH whose body has begun and does not end. */
async function openPatch(fixture: Fixture, location: string, offset: number, body: string, extra: string[] = []) {
  const head = [`PATCH ${location} HTTP/1.1`, 'Tus-Resumable: 1.0.0', `Content-Type: ${OFFSET_TYPE}`, `Upload-Offset: ${offset}`];
  const socket = await openRaw(fixture.server.port, [...head, 'Expect: 100-continue', 'Content-Length: 1000', ...extra]);
  // The interim answer is consumed, so that the next data is the final one.
  await once(socket, 'data');
  socket.write(body);
  return socket;
}

describe('an upload', () => {
  test('announces what the server can do', async () => {
    const fixture = await startFixture();
    const answer = await fixture.call('OPTIONS', '/bucket/key');
    expect(answer).toMatchObject({
      status: 204,
      headers: {
        'tus-resumable': '1.0.0',
        'tus-version': '1.0.0',
        'tus-extension': 'creation,expiration,checksum,termination',
        'tus-checksum-algorithm': 'sha1,sha256,crc32',
        'tus-max-size': String(5 * 2 ** 40),
      },
    });
  });

  test('becomes the object with its last byte and not before', async () => {
    const fixture = await startFixture();
    const metadata = `filename ${btoa('x')},filetype ${btoa('image/png')}`;
    const location = await createUpload(fixture, 'a/b', 10, { 'upload-metadata': metadata });
    expect(await patch(fixture, location, 0, 'hello')).toMatchObject({ status: 204, headers: { 'upload-offset': '5' } });
    expect((await fixture.call('GET', '/bucket/a/b')).status).toBe(404);
    const head = await fixture.call('HEAD', location, { headers: TUS });
    expect(head.headers).toMatchObject({
      'upload-offset': '5',
      'upload-length': '10',
      'upload-metadata': metadata,
      'cache-control': 'no-store',
    });
    expect(await patch(fixture, location, 5, 'world')).toMatchObject({ status: 204, headers: { 'upload-offset': '10' } });
    expect(await fixture.call('GET', '/bucket/a/b')).toMatchObject({
      body: Buffer.from('helloworld'),
      headers: { 'content-type': 'image/png' },
    });
  });

  test('tells its end to a client that lost the last answer', async () => {
    const fixture = await startFixture();
    const location = await createUpload(fixture, 'key', 5);
    await patch(fixture, location, 0, 'hello');
    expect(await offsetOf(fixture, location)).toBe(5);
    expect((await patch(fixture, location, 5, '')).status).toBe(204);
    expect((await patch(fixture, location, 0, 'hello')).status).toBe(409);
    expect((await patch(fixture, location, 5, 'x')).status).toBe(413);
  });

  test('of nothing is published at its creation', async () => {
    const fixture = await startFixture();
    const location = await createUpload(fixture, 'empty', 0);
    expect(await offsetOf(fixture, location)).toBe(0);
    expect((await fixture.call('GET', '/bucket/empty')).headers['content-length']).toBe('0');
    expect(await fixture.call('POST', '/absent/key', { headers: { ...TUS, 'upload-length': 0 } })).toMatchObject({ status: 404 });
  });

  test('refuses a wrong offset and more bytes than announced', async () => {
    const fixture = await startFixture();
    const location = await createUpload(fixture, 'key', 5);
    expect(await patch(fixture, location, 1, 'ello')).toMatchObject({ status: 409, headers: { 'upload-offset': '0' } });
    expect((await patch(fixture, location, 0, 'hello!')).status).toBe(413);
    expect((await patch(fixture, location, 0, 'hello!', { 'transfer-encoding': 'chunked' })).status).toBe(413);
    expect(await offsetOf(fixture, location)).toBe(0);
    expect((await patch(fixture, location, 0, 'hello')).status).toBe(204);
  });

  test('is not published over an object that If-None-Match excludes, nor into a bucket that is gone', async () => {
    const fixture = await startFixture();
    const guarded = await createUpload(fixture, 'key', 5, { 'if-none-match': '*' });
    await fixture.call('PUT', '/bucket/key', { body: 'first' });
    expect((await patch(fixture, guarded, 0, 'later')).status).toBe(412);
    expect((await fixture.call('GET', '/bucket/key')).body.toString()).toBe('first');
    const orphan = await createUpload(fixture, 'key', 5);
    await fixture.call('DELETE', '/bucket/key');
    await fixture.call('DELETE', '/bucket');
    expect(await patch(fixture, orphan, 0, 'later')).toMatchObject({ status: 404, json: { code: 'NoSuchBucket' } });
    expect(await offsetOf(fixture, orphan)).toBe(0);
    await fixture.call('PUT', '/bucket');
    expect((await patch(fixture, orphan, 0, 'later')).status).toBe(204);
    expect((await fixture.call('GET', '/bucket/key')).body.toString()).toBe('later');
  });
});

describe('a checksum', () => {
  const body = Buffer.from('checked');
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(body));
  const digests = {
    sha1: createHash('sha1').update(body).digest('base64'),
    sha256: createHash('sha256').update(body).digest('base64'),
    crc32: crc.toString('base64'),
  };

  test.each(Object.entries(digests))('by %s lets the right bytes through and none of the wrong ones', async (algorithm, digest) => {
    const fixture = await startFixture();
    const location = await createUpload(fixture, 'key', 14);
    const headers = { 'upload-checksum': `${algorithm} ${digest}` };
    expect(await patch(fixture, location, 0, 'wrong..', headers)).toMatchObject({ status: 460, json: { code: 'ChecksumMismatch' } });
    expect(await offsetOf(fixture, location)).toBe(0);
    expect((await patch(fixture, location, 0, body, headers)).status).toBe(204);
    expect((await patch(fixture, location, 7, 'wrong..', headers)).status).toBe(460);
    expect((await fixture.call('GET', '/bucket/key')).status).toBe(404);
    expect((await patch(fixture, location, 7, body, headers)).status).toBe(204);
    expect((await fixture.call('GET', '/bucket/key')).body.toString()).toBe('checkedchecked');
  });
});

describe('a dropped connection', () => {
  test('keeps the bytes that arrived', async () => {
    const fixture = await startFixture();
    const location = await createUpload(fixture, 'key', 1000);
    const socket = await openPatch(fixture, location, 0, 'arrived');
    socket.end();
    await until(async () => (await offsetOf(fixture, location)) === 7);
    expect((await patch(fixture, location, 7, Buffer.alloc(993, 'x'))).status).toBe(204);
    expect((await fixture.call('GET', '/bucket/key')).body.toString()).toBe(`arrived${'x'.repeat(993)}`);
  });

  test('keeps nothing of a chunk whose checksum is unproven', async () => {
    const fixture = await startFixture();
    const location = await createUpload(fixture, 'key', 1000);
    const checksum = `Upload-Checksum: sha1 ${createHash('sha1').update('x').digest('base64')}`;
    const socket = await openPatch(fixture, location, 0, 'arrived', [checksum]);
    socket.end();
    await until(async () => (await patch(fixture, location, 0, 'right')).status === 204);
    expect(await offsetOf(fixture, location)).toBe(5);
  });
});

describe('an upload that is being written to', () => {
  test('is locked for a second writer and tells its durable offset', async () => {
    const fixture = await startFixture();
    const location = await createUpload(fixture, 'key', 2000);
    await patch(fixture, location, 0, Buffer.alloc(1000, 'a'));
    const socket = await openPatch(fixture, location, 1000, 'half');
    expect(await patch(fixture, location, 1000, 'other')).toMatchObject({ status: 423, json: { code: 'UploadLocked' } });
    expect(await offsetOf(fixture, location)).toBe(1000);
    const answered = once(socket, 'data');
    socket.write(Buffer.alloc(996, 'b'));
    await answered;
    socket.destroy();
    expect((await fixture.call('GET', '/bucket/key')).headers['content-length']).toBe('2000');
  });

  test('can be terminated, which cuts its writer', async () => {
    const fixture = await startFixture();
    const location = await createUpload(fixture, 'key', 1000);
    const socket = await openPatch(fixture, location, 0, 'half');
    const closed = once(socket.resume(), 'close');
    expect((await fixture.call('DELETE', location, { headers: TUS })).status).toBe(204);
    await closed;
    expect((await fixture.call('HEAD', location, { headers: TUS })).status).toBe(404);
    expect((await fixture.call('DELETE', location, { headers: TUS })).status).toBe(404);
    expect(await fixture.files('uploads')).toEqual([]);
  });
});

describe('time', () => {
  test('ends an upload without progress: 410, its space freed, later 404', async () => {
    let now = Date.UTC(2030, 0, 1);
    const options = { clock: () => now, limits: { uploadExpiryMs: HOUR } };
    const fixture = await startFixture(options);
    const location = await createUpload(fixture, 'key', 10);
    now += HOUR / 2;
    const answer = await patch(fixture, location, 0, 'hello');
    expect(answer.headers['upload-expires']).toBe(new Date(now + HOUR).toUTCString());
    now += HOUR - 1;
    expect(await offsetOf(fixture, location)).toBe(5);
    now += 1;
    expect(await patch(fixture, location, 5, 'world')).toMatchObject({ status: 410, json: { code: 'UploadExpired' } });
    await fixture.server.close();
    const again = await startFixture({ ...options, dataDir: fixture.dataDir });
    expect(await again.files('uploads')).toEqual([expect.stringMatching(/^[0-9a-f]{32}\.expired$/)]);
    expect((await again.call('HEAD', location, { headers: TUS })).status).toBe(410);
    await again.server.close();
    now = Date.now() + 2 * HOUR;
    const last = await startFixture({ ...options, dataDir: fixture.dataDir });
    expect((await last.call('HEAD', location, { headers: TUS })).status).toBe(404);
  });
});
