import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { openRaw, readRaw, startFixture, until, type Fixture } from './fixture.ts';

async function put(fixture: Fixture, key: string, body: string | Buffer, headers = {}): Promise<string> {
  const answer = await fixture.call('PUT', `/bucket/${key}`, { body, headers });
  expect([200, 201]).toContain(answer.status);
  return answer.headers.etag ?? '';
}

describe('buckets', () => {
  test('are made once, listed, and removed only when empty', async () => {
    const fixture = await startFixture({ clock: () => Date.UTC(2026, 0, 2) });
    expect((await fixture.call('PUT', '/second')).status).toBe(201);
    expect((await fixture.call('PUT', '/second')).status).toBe(200);
    const { json } = await fixture.call('GET', '/');
    expect(json).toEqual({
      buckets: ['bucket', 'second'].map((name) => ({ name, creationDate: '2026-01-02T00:00:00.000Z' })),
    });
    await put(fixture, 'a/b/c', 'x');
    expect(await fixture.call('DELETE', '/bucket')).toMatchObject({ status: 409, json: { code: 'BucketNotEmpty' } });
    expect((await fixture.call('DELETE', '/bucket/a/b/c')).status).toBe(204);
    expect((await fixture.call('DELETE', '/bucket')).status).toBe(204);
    expect((await fixture.call('HEAD', '/bucket')).status).toBe(404);
    expect((await fixture.call('HEAD', '/second')).status).toBe(200);
    expect(await fixture.call('PUT', '/bucket/a', { body: 'x' })).toMatchObject({ status: 404, json: { code: 'NoSuchBucket' } });
  });

  test('list their objects in pages with prefix and delimiter', async () => {
    const fixture = await startFixture();
    for (const key of ['a', 'a-b', 'a/b', 'a/c', 'a0', 'd/']) await put(fixture, key, '');
    const first = (await fixture.call('GET', '/bucket?delimiter=/&max-keys=3')).json as Record<string, unknown>;
    expect(first).toMatchObject({ objects: [{ key: 'a', size: 0 }, { key: 'a-b' }], commonPrefixes: ['a/'] });
    const token = String(first['continuationToken']);
    const second = await fixture.call('GET', `/bucket?delimiter=/&max-keys=3&continuation-token=${token}`);
    expect(second.json).toMatchObject({ objects: [{ key: 'a0' }], commonPrefixes: ['d/'], continuationToken: '' });
    expect((await fixture.call('GET', '/bucket?prefix=a/')).json).toMatchObject({ objects: [{ key: 'a/b' }, { key: 'a/c' }] });
  });
});

describe('objects', () => {
  test('come back as they were put, with the same headers on HEAD and after a restart', async () => {
    const fixture = await startFixture();
    const eTag = await put(fixture, 'dir/file.txt', 'hello world', { 'content-type': 'text/plain; charset=utf-8' });
    const got = await fixture.call('GET', '/bucket/dir/file.txt');
    expect(got.body.toString()).toBe('hello world');
    expect(got.headers).toMatchObject({
      etag: eTag,
      'content-length': '11',
      'accept-ranges': 'bytes',
      'content-type': 'text/plain; charset=utf-8',
    });
    await fixture.server.close();
    const again = await startFixture({ dataDir: fixture.dataDir });
    const head = await again.call('HEAD', '/bucket/dir/file.txt');
    const { date: _, ...stable } = got.headers;
    expect(head.headers).toMatchObject(stable);
    expect(head.body).toHaveLength(0);
  });

  test('are served in parts', async () => {
    const fixture = await startFixture();
    const eTag = await put(fixture, 'f', '0123456789');
    const get = (headers: Record<string, string>) => fixture.call('GET', '/bucket/f', { headers });
    expect(await get({ range: 'bytes=2-4' })).toMatchObject({
      status: 206,
      body: Buffer.from('234'),
      headers: { 'content-range': 'bytes 2-4/10' },
    });
    expect(await get({ range: 'bytes=10-' })).toMatchObject({ status: 416, headers: { 'content-range': 'bytes */10' } });
    expect(await get({ range: 'bytes=0-1,4-5' })).toMatchObject({ status: 200, body: Buffer.from('0123456789') });
    expect((await get({ range: 'bytes=1-2', 'if-range': eTag })).status).toBe(206);
    expect((await get({ range: 'bytes=1-2', 'if-range': '"old"' })).status).toBe(200);
    expect((await get({ range: 'bytes=1-2', 'if-match': '"old"' })).status).toBe(412);
    expect(await get({ 'if-none-match': `"x", W/${eTag}` })).toMatchObject({ status: 304, body: Buffer.alloc(0), headers: { etag: eTag } });
  });

  test('are replaced and removed only under the conditions of the client', async () => {
    const fixture = await startFixture();
    const first = await put(fixture, 'f', 'one', { 'if-none-match': '*' });
    expect((await fixture.call('PUT', '/bucket/f', { body: 'two', headers: { 'if-none-match': '*' } })).status).toBe(412);
    const second = await put(fixture, 'f', 'two', { 'if-match': first });
    expect(second).not.toBe(first);
    expect((await fixture.call('DELETE', '/bucket/f', { headers: { 'if-match': first } })).status).toBe(412);
    expect((await fixture.call('DELETE', '/bucket/f', { headers: { 'if-match': second } })).status).toBe(204);
    expect(await fixture.call('DELETE', '/bucket/f')).toMatchObject({ status: 404, json: { code: 'NoSuchObject' } });
  });

  test('of which many are created at once under If-None-Match have one winner', async () => {
    const fixture = await startFixture();
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => fixture.call('PUT', '/bucket/race', { body: `${n}`, headers: { 'if-none-match': '*' } })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(11);
    expect(await fixture.files('staging')).toEqual([]);
  });

  test('may be named by a key and by what lies below it, with any characters', async () => {
    const fixture = await startFixture();
    const keys = [
      'a',
      'a/b',
      'a/b/c',
      'A',
      '../../escape',
      './x',
      'a//b',
      'é/%41 +?#&',
      `${'n'.repeat(300)}/x`,
      'con',
      'e\u0301',
      'back\\slash',
    ];
    for (const key of keys) await put(fixture, encodeURIComponent(key), key);
    for (const key of keys) expect((await fixture.call('GET', `/bucket/${encodeURIComponent(key)}`)).body.toString()).toBe(key);
    expect((await fixture.files('.')).filter((name) => name.includes('escape'))).toHaveLength(1);
    const { json } = await fixture.call('GET', '/bucket');
    expect((json as { objects: { key: string }[] }).objects.map(({ key }) => key).toSorted()).toEqual(keys.toSorted());
  });

  test('appear and disappear under concurrent writers and deleters without a torn read', async () => {
    const fixture = await startFixture();
    const bodies = ['a', 'b', 'c'].map((letter) => Buffer.alloc(300_000, letter));
    await put(fixture, 'deep/er/f', bodies[0] ?? '');
    const read = async (): Promise<boolean> => {
      const { status, body } = await fixture.call('GET', '/bucket/deep/er/f');
      return status === 404 || (status === 200 && bodies.some((known) => known.equals(body)));
    };
    const replace = async (n: number): Promise<boolean> => {
      const { status } = await fixture.call('PUT', '/bucket/deep/er/f', { body: bodies[Math.floor(n / 3) % bodies.length] ?? '' });
      return status === 200 || status === 201;
    };
    const remove = async (): Promise<boolean> => [204, 404].includes((await fixture.call('DELETE', '/bucket/deep/er/f')).status);
    const step = async (n: number): Promise<boolean> => (n % 3 === 0 ? await read() : n % 3 === 1 ? await replace(n) : await remove());
    const steps = Array.from({ length: 60 }, (_, n) => step(n));
    expect(await Promise.all(steps)).toEqual(steps.map(() => true));
  });

  test('that are being read keep their version while another one is published', async () => {
    const fixture = await startFixture();
    await put(fixture, 'f', Buffer.alloc(24 * 1024 * 1024, 'o'));
    const socket = await openRaw(fixture.server.port, ['GET /bucket/f HTTP/1.1', 'Connection: close']);
    await once(socket, 'readable');
    await put(fixture, 'f', Buffer.alloc(1000, 'n'));
    const text = await readRaw(socket);
    expect(text.slice(text.indexOf('\r\n\r\n') + 4)).toBe('o'.repeat(24 * 1024 * 1024));
    expect((await fixture.call('GET', '/bucket/f')).body.toString()).toBe('n'.repeat(1000));
  });
});

describe('a PUT', () => {
  test('that is cut off leaves the old version and no file', async () => {
    const fixture = await startFixture();
    await put(fixture, 'f', 'old');
    for (const framing of ['Content-Length: 100000', 'Transfer-Encoding: chunked']) {
      const socket = await openRaw(fixture.server.port, ['PUT /bucket/f HTTP/1.1', framing]);
      socket.write(framing.startsWith('T') ? '5\r\nhello\r\n' : 'hello');
      await until(async () => (await fixture.files('staging')).length === 1);
      socket.destroy();
      await until(async () => (await fixture.files('staging')).length === 0);
    }
    expect((await fixture.call('GET', '/bucket/f')).body.toString()).toBe('old');
  });

  test('is accepted in chunks of unknown total length', async () => {
    const fixture = await startFixture();
    const answer = await fixture.call('PUT', '/bucket/f', { headers: { 'transfer-encoding': 'chunked' } });
    expect(answer.status).toBe(201);
    const socket = await openRaw(fixture.server.port, ['PUT /bucket/f HTTP/1.1', 'Transfer-Encoding: chunked', 'Connection: close']);
    socket.write('5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n');
    expect(await readRaw(socket)).toContain('200 OK');
    expect((await fixture.call('GET', '/bucket/f')).body.toString()).toBe('hello world');
  });

  test('over the size limit is refused, announced or not, and its sender gets to see why', async () => {
    const fixture = await startFixture({ limits: { maxObjectBytes: 100_000 } });
    const big = Buffer.alloc(3_000_000);
    expect(await fixture.call('PUT', '/bucket/f', { body: big })).toMatchObject({ status: 413, json: { code: 'TooLarge' } });
    const socket = await openRaw(fixture.server.port, ['PUT /bucket/f HTTP/1.1', 'Transfer-Encoding: chunked']);
    socket.write(`${(200_000).toString(16)}\r\n`);
    socket.write(Buffer.alloc(200_000));
    expect(await readRaw(socket)).toContain('413 ');
    expect((await fixture.call('GET', '/bucket/f')).status).toBe(404);
    expect(await fixture.files('staging')).toEqual([]);
  });

  test('of a folder marker has no content', async () => {
    const fixture = await startFixture();
    expect((await fixture.call('PUT', '/bucket/dir/', { body: '' })).status).toBe(201);
    expect(await fixture.call('PUT', '/bucket/dir/', { body: 'x' })).toMatchObject({ status: 400, json: { code: 'InvalidFolderMarker' } });
    expect((await fixture.call('HEAD', '/bucket/dir/')).headers['content-length']).toBe('0');
  });

  test('with Expect: 100-continue is refused before the body is asked for', async () => {
    const fixture = await startFixture();
    const refused = await openRaw(fixture.server.port, ['PUT /absent/f HTTP/1.1', 'Content-Length: 5', 'Expect: 100-continue']);
    const answer = await readRaw(refused);
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    const accepted = await openRaw(fixture.server.port, [
      'PUT /bucket/f HTTP/1.1',
      'Content-Length: 5',
      'Expect: 100-continue',
      'Connection: close',
    ]);
    await once(accepted, 'readable');
    accepted.write('hello');
    expect(await readRaw(accepted)).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 201 /);
  });
});
