import { expect, test } from 'vitest';
import { signUrl } from '../src/index.ts';
import { ACCESS_KEY, openRaw, readRaw, SECRET_KEY, startFixture } from './fixture.ts';

const NOW = Date.UTC(2026, 5, 1);
const LATER = NOW / 1000 + 60;

function signed(url: string, options: Partial<Parameters<typeof signUrl>[0]> = {}): string {
  return signUrl({
    url,
    method: 'GET',
    bucket: 'bucket',
    key: 'my dir/é.txt',
    expires: LATER,
    accessKey: ACCESS_KEY,
    secretKey: SECRET_KEY,
    ...options,
  });
}

test('every resource wants the access key and the secret key', async () => {
  const fixture = await startFixture();
  for (const path of ['/', '/bucket', '/bucket/key', `/.uploads/${'0'.repeat(32)}`]) {
    const answer = await fixture.call('GET', path, { anonymous: true });
    expect(answer).toMatchObject({ status: 401, json: { code: 'Unauthorized' } });
    expect(answer.headers['www-authenticate']).toContain('Basic');
  }
  for (const pair of ['demo:wrong', 'wrong:demo-secret', 'demo', '', 'demo:demo-secret2']) {
    const authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
    expect((await fixture.call('GET', '/', { headers: { authorization } })).status).toBe(401);
  }
  expect((await fixture.call('GET', '/', { headers: { authorization: 'Bearer x' } })).status).toBe(401);
});

test('a signed URL works in any HTTP client, for its method, object and time', async () => {
  let now = NOW;
  const fixture = await startFixture({ clock: () => now });
  const { url } = fixture.server;
  const put = signed(url, { method: 'PUT', contentType: 'text/plain' });
  expect((await fetch(put, { method: 'PUT', body: 'content', headers: { 'content-type': 'text/html' } })).status).toBe(403);
  expect((await fetch(put, { method: 'PUT', body: 'content', headers: { 'content-type': 'text/plain' } })).status).toBe(201);
  const get = await fetch(signed(url, { disposition: 'attachment' }));
  expect(await get.text()).toBe('content');
  expect(get.headers.get('content-type')).toBe('text/plain');
  expect(get.headers.get('content-disposition')).toBe(`attachment; filename="_.txt"; filename*=UTF-8''%C3%A9.txt`);
  expect((await fetch(signed(url), { method: 'HEAD' })).status).toBe(200);
  expect((await fetch(signed(url), { method: 'DELETE' })).status).toBe(403);
  expect((await fetch(put, { method: 'GET' })).status).toBe(403);
  now = (LATER + 1) * 1000;
  const late = await fetch(signed(url));
  expect([late.status, await late.json()]).toMatchObject([403, { code: 'SignatureExpired' }]);
});

test.each([
  ['another key', (url: string) => url.replace('my%20dir', 'my%20dir2')],
  ['another time', (url: string) => url.replace(`expires=${LATER}`, `expires=${LATER + 1}`)],
  ['another disposition', (url: string) => `${url}&disposition=attachment`],
  ['another content type', (url: string) => `${url}&contentType=text/html`],
  ['another access key', (url: string) => url.replace('accessKey=demo', 'accessKey=other')],
  ['a cut signature', (url: string) => url.slice(0, -1)],
  ['no time', (url: string) => url.replace(`expires=${LATER}`, 'expires=')],
])('a signature does not fit %s', async (_, change) => {
  const fixture = await startFixture({ clock: () => NOW });
  const answer = await fetch(change(signed(fixture.server.url)));
  expect([answer.status, await answer.json()]).toMatchObject([403, { code: 'SignatureInvalid' }]);
});

test('a signature opens no listing and no upload', async () => {
  const fixture = await startFixture({ clock: () => NOW });
  const query = new URL(signed(fixture.server.url)).search;
  for (const path of ['/', '/bucket', `/.uploads/${'0'.repeat(32)}`])
    expect((await fetch(fixture.server.url + path + query)).status).toBe(401);
});

test('a loopback server answers on both families to loopback names only', async () => {
  const fixture = await startFixture();
  const { port } = fixture.server;
  for (const host of ['localhost', `127.0.0.1:${port}`, `[::1]:${port}`, 'click.localhost']) {
    expect((await fixture.call('GET', '/', { headers: { host } })).status).toBe(200);
  }
  for (const host of ['example.com', 'localhost.example.com', '127.0.0.1.example.com']) {
    expect((await fixture.call('GET', '/', { headers: { host } })).status).toBe(403);
  }
  const byName = await fetch(`http://localhost:${port}/`, { headers: { authorization: 'Basic x' } });
  expect(byName.status).toBe(401);
});

test('no log line carries a credential', async () => {
  const lines: string[] = [];
  const log = (fields: object, message: string): void => void lines.push(message + JSON.stringify(fields));
  const fixture = await startFixture({ clock: () => NOW, logger: { debug: log, info: log, warn: log, error: log } });
  const url = signed(fixture.server.url);
  await fetch(url);
  await fixture.call('GET', '/bucket/x');
  const socket = await openRaw(fixture.server.port, ['GET /bucket?prefix=%ff HTTP/1.1', 'Connection: close']);
  await readRaw(socket);
  const text = lines.join('\n');
  expect(text).toContain('/bucket/x');
  for (const secret of [SECRET_KEY, new URL(url).searchParams.get('signature') ?? '?', 'Basic', 'signature'])
    expect(text).not.toContain(secret);
});
