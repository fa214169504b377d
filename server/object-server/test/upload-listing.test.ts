import { expect, test } from 'vitest';
import { createUpload, type Fixture, patch, startFixture } from './fixture.ts';

const NOW = Date.UTC(2030, 0, 1);
const HOUR = 3_600_000;

interface Page {
  uploads: { location: string }[];
  continuationToken: string;
}

async function listed(fixture: Fixture, key: string, token = ''): Promise<Page> {
  const query = new URLSearchParams({ bucket: 'bucket', key, 'continuation-token': token });
  const answer = await fixture.call('GET', `/.uploads?${query.toString()}`);
  expect(answer.status).toBe(200);
  return answer.json as Page;
}

const locations = async (fixture: Fixture, key: string): Promise<string[]> =>
  (await listed(fixture, key)).uploads.map(({ location }) => location).toSorted();

test('the unfinished uploads of an object are listed, with what they hold', async () => {
  const fixture = await startFixture({ clock: () => NOW, limits: { uploadExpiryMs: HOUR } });
  const location = await createUpload(fixture, 'a/b%20c', 10);
  await patch(fixture, location, 0, 'hello');
  expect(await listed(fixture, 'a/b c')).toEqual({
    uploads: [{ location, offset: 5, length: 10, lastModified: '2030-01-01T00:00:00.000Z', expires: '2030-01-01T01:00:00.000Z' }],
    continuationToken: '',
  });
});

test('other objects, finished uploads, removed ones and expired ones are not listed', async () => {
  let now = NOW;
  const fixture = await startFixture({ clock: () => now, limits: { uploadExpiryMs: HOUR } });
  await createUpload(fixture, 'key', 5);
  now += HOUR;
  const [kept, removed, finished] = [
    await createUpload(fixture, 'key', 5),
    await createUpload(fixture, 'key', 5),
    await createUpload(fixture, 'key', 5),
  ];
  await createUpload(fixture, 'key.bak', 5);
  await createUpload(fixture, 'key', 0);
  await patch(fixture, finished, 0, 'hello');
  await fixture.call('DELETE', removed, { headers: { 'tus-resumable': '1.0.0' } });
  expect(await locations(fixture, 'key')).toEqual([kept]);
});

test('a listing that has more than a page is gone through with its token', async () => {
  const fixture = await startFixture({ limits: { maxKeys: 2 } });
  const all: string[] = [];
  for (let n = 0; n < 5; n++) all.push(await createUpload(fixture, 'key', 5));
  const seen: string[] = [];
  for (let token: string | undefined = ''; token !== undefined;) {
    const { uploads, continuationToken }: Page = await listed(fixture, 'key', token);
    expect(uploads.length).toBeLessThanOrEqual(2);
    seen.push(...uploads.map(({ location }) => location));
    token = continuationToken === '' ? undefined : continuationToken;
  }
  expect(seen).toEqual(all.toSorted());
});

test.each([
  ['no bucket', '?key=key', 400],
  ['no key', '?bucket=bucket', 400],
  ['a bucket that is no name', '?bucket=..&key=key', 400],
  ['a key that is too long', `?bucket=bucket&key=${'k'.repeat(1025)}`, 400],
  ['a token of another kind', '?bucket=bucket&key=key&continuation-token=x', 400],
  ['a bucket that is not there', '?bucket=absent&key=key', 404],
])('a listing with %s is refused', async (_what, query, status) => {
  const fixture = await startFixture();
  expect((await fixture.call('GET', `/.uploads${query}`)).status).toBe(status);
});
