import { expect, test } from 'vitest';
import { signUrl } from '../src/index.ts';
import { type Call, createUpload, type Fixture, startFixture, temporaryDirectory, TUS } from './fixture.ts';

const NOW = Date.UTC(2026, 5, 1);
const SECRET = 'scoped-secret-0123456789';
const READ = 'READKEY000000000';
const WRITE = 'WRITEKEY00000000';
const BOTH = 'BOTHKEY000000000';

const basic = (accessKey: string, secret = SECRET) => ({
  authorization: `Basic ${Buffer.from(`${accessKey}:${secret}`).toString('base64')}`,
});

async function putKey(fixture: Fixture, accessKey: string, scope: object): Promise<number> {
  const body = JSON.stringify({ secretKey: SECRET, owner: 'jane', permission: 'readWrite', buckets: null, ...scope });
  return (await fixture.call('PUT', `/.keys/${accessKey}`, { body })).status;
}

/** Buckets of two owners and of none, and three keys of the first. */
async function scoped(dataDir?: string): Promise<Fixture> {
  const fixture = await startFixture({ clock: () => NOW, ...(dataDir !== undefined && { dataDir }) });
  for (const [bucket, owner] of [
    ['one', 'jane'],
    ['two', 'jane'],
    ['foreign', 'john'],
  ])
    await fixture.call('PUT', `/${bucket}`, { headers: { 'x-bucket-owner': String(owner) } });
  for (const bucket of ['bucket', 'one', 'two', 'foreign']) await fixture.call('PUT', `/${bucket}/key`, { body: 'content' });
  await putKey(fixture, READ, { permission: 'read', buckets: ['one'] });
  await putKey(fixture, WRITE, { permission: 'write' });
  await putKey(fixture, BOTH, {});
  return fixture;
}

const as =
  (fixture: Fixture, accessKey: string) =>
  async (method: string, path: string, call: Call = {}): Promise<number> =>
    (await fixture.call(method, path, { ...call, headers: { ...basic(accessKey), ...call.headers } })).status;

test('a scoped key sees and opens its buckets only, and does not learn of others', async () => {
  const fixture = await scoped();
  const names = async (accessKey: string): Promise<string[]> =>
    ((await fixture.call('GET', '/', { headers: basic(accessKey) })).json as { buckets: { name: string }[] }).buckets.map(
      ({ name }) => name,
    );
  expect([await names(READ), await names(BOTH)]).toEqual([['one'], ['one', 'two']]);
  const read = as(fixture, READ);
  expect(await read('GET', '/one/key')).toBe(200);
  for (const bucket of ['two', 'foreign', 'bucket', 'nowhere']) {
    for (const path of [`/${bucket}`, `/${bucket}/key`]) expect(await read('GET', path), path).toBe(403);
    expect(await as(fixture, BOTH)('PUT', `/${bucket}/new`, { body: 'x' })).toBe(bucket === 'two' ? 201 : 403);
  }
});

test('the permission decides what a key may do in its buckets', async () => {
  const fixture = await scoped();
  const [read, write] = [as(fixture, READ), as(fixture, WRITE)];
  expect([await read('GET', '/one'), await read('HEAD', '/one'), await read('PUT', '/one/new', { body: 'x' })]).toEqual([200, 200, 403]);
  expect([await read('DELETE', '/one/key'), await read('OPTIONS', '/one/key')]).toEqual([403, 204]);
  expect([await write('GET', '/one'), await write('GET', '/one/key'), await write('PUT', '/one/new', { body: 'x' })]).toEqual([
    403, 403, 201,
  ]);
  expect(await write('DELETE', '/one/new')).toBe(204);
});

test('no scoped key makes or removes buckets or keys, or lists keys', async () => {
  const fixture = await scoped();
  const both = as(fixture, BOTH);
  for (const [method, path] of [
    ['PUT', '/three'],
    ['DELETE', '/one'],
    ['GET', '/.keys'],
    ['PUT', `/.keys/${READ}`],
    ['DELETE', `/.keys/${READ}`],
  ] as const)
    expect(await both(method, path, { body: '{}' }), `${method} ${path}`).toBe(403);
});

test('uploads follow the bucket that they go to', async () => {
  const fixture = await scoped();
  const created = await fixture.call('POST', '/one/up', { headers: { ...basic(WRITE), ...TUS, 'upload-length': 3 } });
  const location = created.headers.location ?? '';
  expect(created.status).toBe(201);
  expect(await as(fixture, WRITE)('HEAD', location, { headers: TUS })).toBe(200);
  expect(await as(fixture, READ)('HEAD', location, { headers: TUS })).toBe(403);
  expect(await as(fixture, WRITE)('GET', '/.uploads?bucket=one&key=up')).toBe(200);
  expect(await as(fixture, READ)('GET', '/.uploads?bucket=one&key=up')).toBe(403);
  expect(await as(fixture, BOTH)('GET', '/.uploads?bucket=bucket&key=up')).toBe(403);
  const foreign = await createUpload(fixture, 'up', 3);
  expect(await as(fixture, BOTH)('DELETE', foreign, { headers: TUS })).toBe(403);
});

test('a signed URL opens no more than the key that signed it', async () => {
  const fixture = await scoped();
  const common = { url: fixture.server.url, key: 'key', expires: NOW / 1000 + 60, accessKey: READ, secretKey: SECRET };
  const get = async (bucket: string): Promise<number> => (await fetch(signUrl({ ...common, method: 'GET', bucket }))).status;
  expect([await get('one'), await get('two')]).toEqual([200, 403]);
  expect((await fetch(signUrl({ ...common, method: 'PUT', bucket: 'one' }), { method: 'PUT', body: 'x' })).status).toBe(403);
  await fixture.call('DELETE', `/.keys/${READ}`);
  expect(await get('one')).toBe(403);
});

test('keys survive a restart, are listed without their secrets, and go when they are deleted', async () => {
  const dataDir = await temporaryDirectory();
  const first = await scoped(dataDir);
  await first.server.close();
  const fixture = await startFixture({ dataDir });
  const listed = await fixture.call('GET', '/.keys');
  expect(listed.json).toMatchObject({
    keys: [{ accessKey: BOTH, buckets: null }, { accessKey: READ, buckets: ['one'] }, { accessKey: WRITE }],
  });
  expect(listed.body.toString()).not.toContain(SECRET);
  expect(await as(fixture, READ)('GET', '/one/key')).toBe(200);
  expect((await fixture.call('DELETE', `/.keys/${READ}`)).status).toBe(204);
  expect((await fixture.call('DELETE', `/.keys/${READ}`)).status).toBe(404);
  expect(await as(fixture, READ)('GET', '/one/key')).toBe(401);
  expect((await fixture.call('GET', '/', { headers: basic(WRITE, `${SECRET}x`) })).status).toBe(401);
});

test('a bucket is removed for its owner only, and a new one of its name has a new owner', async () => {
  const fixture = await scoped();
  const owned = (owner: string) => ({ headers: { 'x-bucket-owner': owner } });
  await fixture.call('DELETE', '/one/key');
  expect((await fixture.call('DELETE', '/one', owned('john'))).status).toBe(404);
  expect((await fixture.call('DELETE', '/one', owned('jane'))).status).toBe(204);
  await fixture.call('PUT', '/one');
  expect(await as(fixture, BOTH)('GET', '/one')).toBe(403);
  expect((await fixture.call('PUT', '/four', owned('no spaces'))).status).toBe(400);
});

test.each([
  ['no JSON', '{'],
  ['a list', '[]'],
  ['no owner', JSON.stringify({ secretKey: SECRET, permission: 'read', buckets: null })],
  ['an unknown permission', JSON.stringify({ secretKey: SECRET, owner: 'jane', permission: 'all', buckets: null })],
  ['a bucket that is no name', JSON.stringify({ secretKey: SECRET, owner: 'jane', permission: 'read', buckets: ['..'] })],
  ['buckets left out', JSON.stringify({ secretKey: SECRET, owner: 'jane', permission: 'read' })],
  ['a short secret', JSON.stringify({ secretKey: 'short', owner: 'jane', permission: 'read', buckets: null })],
])('a key with %s is refused', async (_what, body) => {
  const fixture = await startFixture();
  expect((await fixture.call('PUT', `/.keys/${READ}`, { body })).status).toBe(400);
  expect((await fixture.call('PUT', '/.keys/lower-case', { body: '{}' })).status).toBe(400);
  expect((await fixture.call('GET', '/.keys')).json).toEqual({ keys: [] });
});

test('there are only so many keys, and each is only so large', async () => {
  const fixture = await startFixture({ limits: { maxScopedKeys: 1 } });
  expect([await putKey(fixture, READ, {}), await putKey(fixture, READ, {}), await putKey(fixture, WRITE, {})]).toEqual([201, 200, 400]);
  expect((await fixture.call('PUT', `/.keys/${READ}`, { body: 'x'.repeat(70_000) })).status).toBe(413);
});
