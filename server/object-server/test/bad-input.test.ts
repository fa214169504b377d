import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { createUpload, OFFSET_TYPE, openRaw, readRaw, startFixture, TUS } from './fixture.ts';

test.each([
  ['GET', '/bucket/%', 400],
  ['GET', '/bucket/%ff', 400],
  ['GET', '/bucket/%c0%ae%c0%ae/x', 400],
  ['GET', '/bucket/a%00b', 400],
  ['GET', `/bucket/${'k'.repeat(1025)}`, 400],
  ['PUT', '/UPPER', 400],
  ['PUT', '/a..b', 400],
  ['PUT', '/-a', 400],
  ['PUT', `/${'b'.repeat(64)}`, 400],
  ['GET', '/..%2f..%2fetc/passwd', 400],
  ['GET', '/bucket?max-keys=0', 400],
  ['GET', '/bucket?max-keys=-1', 400],
  ['GET', '/bucket?max-keys=1e9', 400],
  ['GET', '/bucket?continuation-token=***', 400],
  ['GET', `/bucket?prefix=${'p'.repeat(1025)}`, 400],
  ['GET', '/.uploads/../bucket', 404],
  ['GET', `/.uploads/${'f'.repeat(32)}`, 405],
  ['PATCH', '/bucket/key', 405],
  ['POST', '/', 405],
  ['GET', '/bucket/absent', 404],
  ['GET', '/absent/key', 404],
  ['GET', '/absent', 404],
])('%s %s is answered %s', async (method, path, status) => {
  const fixture = await startFixture();
  const answer = await fixture.call(method, path);
  expect(answer.status).toBe(status);
  expect(answer.json).toEqual({ code: expect.any(String), message: expect.any(String) });
  expect(answer.body.toString()).not.toMatch(/at .*\.ts|node:/);
  expect(answer.headers.allow === undefined).toBe(status !== 405);
});

test.each([
  [{}, 412],
  [{ 'tus-resumable': '0.2.0', 'upload-length': '1' }, 412],
  [{ ...TUS }, 400],
  [{ ...TUS, 'upload-length': '-1' }, 400],
  [{ ...TUS, 'upload-length': '1.5' }, 400],
  [{ ...TUS, 'upload-length': '99999999999999999999' }, 400],
  [{ ...TUS, 'upload-length': '9007199254740991' }, 413],
  [{ ...TUS, 'upload-defer-length': '1' }, 400],
  [{ ...TUS, 'upload-length': '1', 'upload-metadata': `filetype ${Buffer.from('a\r\nb').toString('base64')}` }, 400],
  [{ ...TUS, 'upload-length': '1', 'upload-metadata': 'x'.repeat(5000) }, 400],
])('the upload headers %j are answered %s', async (headers, status) => {
  const fixture = await startFixture();
  const answer = await fixture.call('POST', '/bucket/key', { headers });
  expect(answer.status).toBe(status);
  expect(answer.headers['tus-version']).toBe(status === 412 ? '1.0.0' : undefined);
  expect(await fixture.files('uploads')).toEqual([]);
});

test.each([
  [{ 'upload-offset': 'x' }, 400],
  [{ 'upload-offset': '-1' }, 400],
  [{ 'content-type': 'text/plain' }, 415],
  [{ 'tus-resumable': '2.0.0' }, 412],
  [{ 'upload-checksum': 'md5 AAAA' }, 400],
  [{ 'upload-checksum': 'sha1' }, 400],
  [{ 'upload-checksum': 'sha1 AAAA' }, 400],
  [{ 'upload-checksum': 'crc32 AAAAAA== x' }, 400],
])('the chunk headers %j are answered %s', async (headers, status) => {
  const fixture = await startFixture();
  const location = await createUpload(fixture, 'key', 5);
  const base = { ...TUS, 'content-type': OFFSET_TYPE, 'upload-offset': 0 };
  expect((await fixture.call('PATCH', location, { headers: { ...base, ...headers }, body: 'hello' })).status).toBe(status);
  expect((await fixture.call('HEAD', location, { headers: TUS })).headers['upload-offset']).toBe('0');
});

test('a prefix that no key can have finds nothing', async () => {
  const fixture = await startFixture();
  expect(await fixture.call('GET', '/bucket?prefix=%ff%00')).toMatchObject({ status: 200, json: { objects: [] } });
});

test('a PUT without a length is 411', async () => {
  const fixture = await startFixture();
  const socket = await openRaw(fixture.server.port, ['PUT /bucket/key HTTP/1.1', 'Connection: close']);
  expect(await readRaw(socket)).toMatch(/^HTTP\/1\.1 411 /);
});

test.each([
  ['garbage\r\n\r\n', '400'],
  ['GET http://127.0.0.1/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', '400'],
  ['OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', '400'],
  ['GET / HTTP/1.1\r\nConnection: close\r\n\r\n', '400'],
  ['PUT /bucket/k HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n', '400'],
  [`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, '431'],
])('the raw request %j is answered %s', async (text, status) => {
  const fixture = await startFixture();
  const socket = connect(fixture.server.port, '127.0.0.1');
  socket.write(text);
  expect(await readRaw(socket)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
});

test('a sender that stalls is cut after the idle time', async () => {
  const fixture = await startFixture({ limits: { idleTimeoutMs: 300 } });
  const socket = await openRaw(fixture.server.port, ['PUT /bucket/key HTTP/1.1', 'Content-Length: 10']);
  socket.write('half');
  expect(await readRaw(socket)).toBe('');
  expect((await fixture.call('GET', '/bucket/key')).status).toBe(404);
});
