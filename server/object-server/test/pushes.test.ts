import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SECRET_KEY, startFixture, until } from './fixture.ts';
import { closedPort, gate, KIB, object, pushBody, relay, scriptedTarget, sourceServer } from './push-fixture.ts';

const SIZE = 300 * KIB + 7;
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('base64');

test('a push brings the object to the target byte for byte, verified, and forgets the keys', async () => {
  const [pushes, target] = [await sourceServer(), await startFixture()];
  for (const [key, size] of [
    ['plain.bin', SIZE],
    ['empty.bin', 0],
    ['grüße & 100 %/x.bin', 64 * KIB],
  ] as const) {
    const bytes = await object(pushes.source, key, size);
    const id = await pushes.ask(target.server.url, key);
    const expected = { status: 'completed', bytes: size, total: size, error: null, checksumVerified: true, via: 'direct' };
    expect(await pushes.reaches(id)).toMatchObject(expected);
    const got = await target.call('GET', `/bucket/${key.split('/').map(encodeURIComponent).join('/')}`);
    expect(got.body.equals(bytes)).toBe(true);
    const file = join(pushes.source.dataDir, 'pushes', `${id}.json`);
    await until(async () => !(await readFile(file, 'utf8')).includes(SECRET_KEY));
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  }
  await until(async () => (await readdir(join(target.dataDir, 'uploads'))).length === 0);
});

test('an object that exists at the target is left alone unless overwriting was asked for', async () => {
  const [pushes, target] = [await sourceServer(), await startFixture()];
  const bytes = await object(pushes.source, 'a.bin', SIZE);
  const old = await object(target, 'a.bin', 10);
  const refused = await pushes.reaches(await pushes.ask(target.server.url, 'a.bin'));
  expect(refused).toMatchObject({ status: 'failed', error: expect.stringContaining('exists already'), bytes: 0 });
  expect((await target.call('GET', '/bucket/a.bin')).body.equals(old)).toBe(true);
  expect(await pushes.reaches(await pushes.ask(target.server.url, 'a.bin', { overwrite: true }))).toMatchObject({ status: 'completed' });
  expect((await target.call('GET', '/bucket/a.bin')).body.equals(bytes)).toBe(true);
});

test('an object that appears at the target while it is being pushed is left alone', async () => {
  const [pushes, target] = [await sourceServer(), await startFixture()];
  await object(pushes.source, 'race.bin', SIZE);
  const passage = await gate(target.server.port, 150 * KIB);
  const id = await pushes.ask(passage.url, 'race.bin');
  await passage.holding();
  const other = await object(target, 'race.bin', 3);
  passage.release();
  expect(await pushes.reaches(id)).toMatchObject({ status: 'failed', error: expect.stringContaining('exists already') });
  expect((await target.call('GET', '/bucket/race.bin')).body.equals(other)).toBe(true);
  await until(async () => (await readdir(join(target.dataDir, 'uploads'))).length === 0);
});

test('a paused push stands still and goes on from what the target holds', async () => {
  const [pushes, target] = [await sourceServer(), await startFixture()];
  const bytes = await object(pushes.source, 'pause.bin', SIZE);
  const passage = await gate(target.server.port, 100 * KIB);
  const id = await pushes.ask(passage.url, 'pause.bin');
  await passage.holding();
  const paused = await pushes.command(id, 'pause');
  expect([paused.status, paused.json]).toEqual([200, expect.objectContaining({ status: 'paused', bytes: 64 * KIB })]);
  passage.release();
  expect((await pushes.command(id, 'pause')).json).toEqual(paused.json);
  // What was held of the cut chunk went through by now.
  const passed = passage.passed();
  expect((await pushes.command(id, 'pause')).json).toEqual(paused.json);
  expect([passage.passed(), await pushes.status(id)]).toEqual([passed, paused.json]);
  expect((await target.call('GET', '/bucket/pause.bin')).status).toBe(404);
  expect((await pushes.command(id, 'resume')).status).toBe(200);
  expect(await pushes.reaches(id)).toMatchObject({ status: 'completed', checksumVerified: true });
  expect((await target.call('GET', '/bucket/pause.bin')).body.equals(bytes)).toBe(true);
  expect(passage.passed() - passed).toBeLessThan(SIZE - 64 * KIB + 16 * KIB);
  for (const command of ['pause', 'resume', 'cancel']) expect((await pushes.command(id, command)).status).toBe(409);
});

test('a cancelled push leaves nothing at the target', async () => {
  const [pushes, target] = [await sourceServer(), await startFixture()];
  await object(pushes.source, 'cancel.bin', SIZE);
  const passage = await gate(target.server.port, 150 * KIB);
  const id = await pushes.ask(passage.url, 'cancel.bin');
  await passage.holding();
  expect(await target.files('uploads')).not.toEqual([]);
  const cancelling = pushes.command(id, 'cancel');
  passage.release();
  expect((await cancelling).json).toMatchObject({ status: 'cancelled' });
  expect([await target.files('uploads'), (await target.call('GET', '/bucket/cancel.bin')).status]).toEqual([[], 404]);
  expect((await pushes.command(id, 'cancel')).status).toBe(200);
  expect((await pushes.command(id, 'pause')).status).toBe(409);
  expect(await pushes.source.call('DELETE', `/.pushes/${id}`)).toMatchObject({ status: 204 });
  expect(await pushes.source.call('GET', `/.pushes/${id}`)).toMatchObject({ status: 404, json: { code: 'NoSuchPush' } });
});

test('a target that is down is tried again so many times, and the push fails then', async () => {
  const pushes = await sourceServer();
  await object(pushes.source, 'down.bin', 10);
  const target = `http://127.0.0.1:${await closedPort()}`;
  expect(await pushes.reaches(await pushes.ask(target, 'down.bin'))).toMatchObject({
    status: 'failed',
    error: expect.stringContaining('ECONNREFUSED'),
  });
  const busy = await scriptedTarget((_request, res) => res.writeHead(503, { 'retry-after': '0' }).end());
  expect(await pushes.reaches(await pushes.ask(busy.url, 'down.bin'))).toMatchObject({
    status: 'failed',
    error: expect.stringContaining('503'),
  });
  expect(busy.requests).toHaveLength(3);
});

test('a target that says nothing is given up', async () => {
  const pushes = await sourceServer({ limits: { pushStallMs: 50, pushAttempts: 2 } });
  await object(pushes.source, 'mute.bin', 10);
  const mute = await scriptedTarget(() => undefined);
  const failed = await pushes.reaches(await pushes.ask(mute.url, 'mute.bin'));
  expect(failed).toMatchObject({ status: 'failed', error: expect.stringContaining('did not move for 50 ms') });
  expect(mute.requests).toHaveLength(2);
});

test('a copy that is not the source is removed, and the push fails', async () => {
  const pushes = await sourceServer();
  const bytes = await object(pushes.source, 'lie.bin', 100);
  for (const wrong of [
    { 'content-length': '100', 'repr-digest': `sha-256=:${sha256(Buffer.from('something else'))}:` },
    { 'content-length': '99', 'repr-digest': `sha-256=:${sha256(bytes)}:` },
  ]) {
    let there = false;
    const liar = await scriptedTarget(({ method }, res) => {
      if (method === 'OPTIONS') return void res.writeHead(404).end();
      if (method === 'PUT') there = true;
      if (method === 'DELETE') there = false;
      if (method === 'HEAD') return void (there ? res.writeHead(200, { etag: '"v1"', ...wrong }) : res.writeHead(404)).end();
      res.writeHead(204).end();
    });
    const failed = await pushes.reaches(await pushes.ask(liar.url, 'lie.bin'));
    expect(failed).toMatchObject({ status: 'failed', checksumVerified: false, error: expect.stringMatching(/copy is wrong.*was removed/) });
    expect(there).toBe(false);
    expect(liar.requests.find(({ method }) => method === 'DELETE')?.headers['if-match']).toBe('"v1"');
  }
});

test('a target without tus gets one PUT, whose checksum is not vouched for when the target tells none', async () => {
  const pushes = await sourceServer();
  await object(pushes.source, 'put.bin', SIZE);
  let there = false;
  const plain = await scriptedTarget(({ method }, res) => {
    if (method === 'HEAD') return void res.writeHead(there ? 200 : 404, there ? { 'content-length': String(SIZE) } : {}).end();
    if (method !== 'PUT') return void res.writeHead(405).end();
    there = true;
    res.writeHead(201).end();
  });
  const done = await pushes.reaches(await pushes.ask(plain.url, 'put.bin'));
  expect(done).toMatchObject({ status: 'completed', bytes: SIZE, checksumVerified: false });
  const [put, ...more] = plain.requests.filter(({ method }) => method === 'PUT');
  expect([put?.size, put?.headers['if-none-match'], more]).toEqual([SIZE, '*', []]);
});

test('a redirect of the target is not followed', async () => {
  const pushes = await sourceServer();
  const elsewhere = await startFixture();
  await object(pushes.source, 'moved.bin', 10);
  const moved = await scriptedTarget(({ path }, res) => res.writeHead(307, { location: `${elsewhere.server.url}${path}` }).end());
  const failed = await pushes.reaches(await pushes.ask(moved.url, 'moved.bin'));
  expect(failed).toMatchObject({ status: 'failed', error: expect.stringContaining('redirects are not followed') });
  expect((await elsewhere.call('GET', '/bucket/moved.bin')).status).toBe(404);
});

test('a target that cannot be reached directly is reached through the relay, if there is a credential for it', async () => {
  const target = await startFixture();
  const through = await relay(target.server.port, 'turn-credential');
  const pushes = await sourceServer({ relayUrl: through.url });
  const bytes = await object(pushes.source, 'relay.bin', SIZE);
  const port = await closedPort();
  const turn = { credential: 'turn-credential' };
  const id = await pushes.ask(`http://127.0.0.1:${port}`, 'relay.bin', { turn });
  expect(await pushes.reaches(id)).toMatchObject({ status: 'completed', via: 'turn', checksumVerified: true });
  expect((await target.call('GET', '/bucket/relay.bin')).body.equals(bytes)).toBe(true);
  expect(through.asked[0]).toMatchObject({ authority: `127.0.0.1:${port}` });

  const asked = through.asked.length;
  const without = await pushes.reaches(await pushes.ask(`http://127.0.0.1:${port}`, 'relay.bin', { overwrite: true }));
  expect(without).toMatchObject({ status: 'failed', via: 'direct', error: expect.stringContaining('cannot be reached') });
  const direct = await pushes.reaches(await pushes.ask(target.server.url, 'relay.bin', { overwrite: true, turn }));
  expect([direct.via, through.asked.length]).toEqual(['direct', asked]);
  const wrong = { turn: { credential: 'wrong' } };
  expect(await pushes.reaches(await pushes.ask(`http://127.0.0.1:${port}`, 'relay.bin', wrong))).toMatchObject({
    status: 'failed',
    error: expect.stringContaining('refuses the credential (407)'),
  });
});

test('keys that the target refuses end the push at once', async () => {
  const [pushes, target] = [await sourceServer(), await startFixture()];
  await object(pushes.source, 'keys.bin', 10);
  const anonymous = { target: { url: target.server.url, bucket: 'bucket', key: 'keys.bin' } };
  const failed = await pushes.reaches(await pushes.ask('', 'keys.bin', anonymous));
  expect(failed).toMatchObject({ status: 'failed', error: expect.stringContaining('refuses the credentials') });
});

test('a request for a push is read strictly', async () => {
  const pushes = await sourceServer({ limits: { maxPushes: 1 } });
  await object(pushes.source, 'strict.bin', 10);
  const put = async (body: string, id: string = randomUUID()) => {
    const answer = await pushes.source.call('PUT', `/.pushes/${id}`, { body });
    return [answer.status, (answer.json as { code?: string }).code];
  };
  const url = `http://127.0.0.1:${await closedPort()}`;
  for (const bad of ['ftp://x/', 'http://user:pass@x/', 'http://x/?a=b', 'nowhere', ''])
    expect(await put(pushBody(bad, 'strict.bin')), bad).toEqual([400, 'InvalidRequest']);
  for (const more of [{ chunkBytes: 1 }, { chunkBytes: '64' }, { overwrite: 'yes' }, { turn: {} }, { source: 'x' }])
    expect(await put(pushBody(url, 'strict.bin', more))).toEqual([400, 'InvalidRequest']);
  expect(await put('{')).toEqual([400, 'InvalidRequest']);
  expect(await put(pushBody(url, 'strict.bin'), 'UPPER-CASE')).toEqual([400, 'InvalidRequest']);
  expect(await put(pushBody(url, 'none.bin'))).toEqual([404, 'NoSuchObject']);
  const other = { source: { bucket: 'bucket', key: 'strict.bin', eTag: '"another"' } };
  expect(await put(pushBody(url, 'strict.bin', other))).toEqual([412, 'PreconditionFailed']);

  const silent = await scriptedTarget(() => undefined);
  const id = randomUUID();
  expect(await put(pushBody(silent.url, 'strict.bin'), id)).toEqual([201, undefined]);
  expect(await put(pushBody(silent.url, 'strict.bin'), id)).toEqual([200, undefined]);
  expect(await put(pushBody(silent.url, 'strict.bin', { overwrite: true }), id)).toEqual([409, 'PushConflict']);
  expect((await pushes.source.call('DELETE', `/.pushes/${id}`)).status).toBe(409);
  expect(await put(pushBody(silent.url, 'strict.bin'))).toEqual([429, 'TooManyPushes']);
  expect((await pushes.command(id, 'cancel')).status).toBe(200);
  expect(await put(pushBody(silent.url, 'strict.bin'))).toEqual([201, undefined]);
  expect((await pushes.source.call('GET', '/.pushes')).json).toMatchObject({ pushes: [{ status: expect.any(String) }] });
  expect((await pushes.source.call('POST', `/.pushes/${id}/explode`)).status).toBe(404);
});

test('a scoped key can neither ask for pushes nor see them', async () => {
  const pushes = await sourceServer();
  const [accessKey, secretKey] = ['SCOPED0123456789', 'scoped-secret-0123456789'];
  const body = JSON.stringify({ secretKey, owner: 'owner-1', permission: 'readWrite', buckets: null });
  await pushes.source.call('PUT', `/.keys/${accessKey}`, { body });
  const headers = { authorization: `Basic ${Buffer.from(`${accessKey}:${secretKey}`).toString('base64')}` };
  for (const [method, path] of [
    ['GET', '/.pushes'],
    ['PUT', '/.pushes/00000000'],
    ['POST', '/.pushes/00000000/cancel'],
  ] as const)
    expect((await pushes.source.call(method, path, { headers })).status).toBe(403);
});

test('an object tells its SHA-256 when it is asked for it', async () => {
  const fixture = await startFixture();
  const bytes = await object(fixture, 'digest.bin', SIZE);
  const digest = async (method: string, want: string) =>
    (await fixture.call(method, '/bucket/digest.bin', { headers: { 'want-repr-digest': want } })).headers['repr-digest'];
  for (const method of ['HEAD', 'GET', 'HEAD']) expect(await digest(method, 'sha-512=3, sha-256=10')).toBe(`sha-256=:${sha256(bytes)}:`);
  for (const want of ['sha-256=0', 'sha-512=1', '']) expect(await digest('HEAD', want)).toBeUndefined();
});
