// Whole-agent tests of the storage operations, the same for every kind of provider.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CloudType, ObjectType, type Schema } from '@click-kit/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { agent, type SignedIn, type TestAgent } from './agent.ts';
import { bodyOf, refusalOf } from './answers.ts';
import { forGroup, type Lifetime } from './lifetime.ts';
import { keys, objectServer } from './object-server.ts';
import { s3Server } from './s3-server.ts';

type Insert = Schema<'InsertCloudAccountRequest'>;

interface Kind {
  readonly name: string;
  /** Starts a server with the buckets `bucket-a` and `bucket-b`; answers what its account is inserted with. */
  readonly start: (lifetime: Lifetime) => Promise<Insert>;
  readonly region: string;
  /** What cannot be shown with the server that stands in for the provider, and why. */
  readonly skips: { readonly paging?: string; readonly signatures?: string };
}

const onObjectServer = (cloudType: 2048 | 4096) => async (lifetime: Lifetime) => ({
  cloudType,
  serviceUrl: (await objectServer(['bucket-a', 'bucket-b'], lifetime)).url,
  ...keys,
});

const kinds: Kind[] = [
  { name: 'LocalHttp', start: onObjectServer(CloudType.LocalHttp), region: '', skips: {} },
  { name: 'FastrServer', start: onObjectServer(CloudType.FastrServer), region: '', skips: {} },
  {
    name: 'S3Generic',
    start: async (lifetime) => (await s3Server(['bucket-a', 'bucket-b'], lifetime)).account,
    region: 'us-east-1',
    skips: {
      paging: 's3rver makes its continuation tokens with a cipher that OpenSSL 3 has dropped',
      signatures: 's3rver does not calculate V4 signatures',
    },
  },
];

const storageName = 'bucket-a';
const missingId = '00000000-0000-4000-8000-000000000000';
const titled = (title: string, skip: string | undefined): string => (skip === undefined ? title : `${title} (not here: ${skip})`);

describe.each(kinds)('the storage operations on $name', ({ name, start, region, skips }) => {
  const lifetime = forGroup();
  let running: TestAgent;
  let click: SignedIn;
  let cloudAccount: { id: string };

  beforeAll(async () => {
    running = await agent({}, lifetime);
    click = await running.signIn();
    cloudAccount = { id: (await bodyOf(click.POST('/cloud/insert_account', { body: { name, ...(await start(lifetime)) } }))).id };
  });

  const list = (request: Schema<'ListObjectsRequestDetail'>) =>
    click.POST('/cloud/list_objects', { body: { account: cloudAccount, request } });
  const uploadUrl = (key: string, contentType = 'text/plain') =>
    bodyOf(click.POST('/cloud/generate_upload_url', { body: { cloudAccount, storageName, key, expireHours: 1, contentType } }));
  const downloadUrl = (key: string, forceToDownload = false) =>
    bodyOf(click.POST('/cloud/generate_download_url', { body: { cloudAccount, storageName, key, expireHours: 1, forceToDownload } }));
  const deleteObject = (key: string, bucket = storageName) =>
    click.POST('/cloud/delete_object', { body: { cloudAccount, storageName: bucket, key } });
  const put = async (key: string, text: string, contentType = 'text/plain'): Promise<Response> =>
    fetch(await uploadUrl(key, contentType), { method: 'PUT', headers: { 'content-type': contentType }, body: text });
  const get = async (key: string): Promise<Response> => fetch(await downloadUrl(key));
  const keysBelow = async (path: string): Promise<string[]> =>
    (await bodyOf(list({ bucketName: storageName, path }))).data.map(({ key }) => key);

  it('list the buckets, with their regions on request', async () => {
    for (const includeRegion of [false, true]) {
      const { data, continuationToken } = await bodyOf(
        click.POST('/cloud/list_buckets', { params: { query: { includeRegion } }, body: cloudAccount }),
      );
      expect(data.map((bucket) => bucket.name)).toEqual(['bucket-a', 'bucket-b']);
      expect(continuationToken).toBe('');
      for (const bucket of data) expect(Date.now() - Date.parse(bucket.createDate ?? '')).toBeLessThan(600_000);
      if (includeRegion) expect(data.map((bucket) => bucket.region)).toEqual([region, region]);
    }
  });

  it('list the buckets of an account that comes whole with the request, signed in or not', async () => {
    const account = { ...(await start(lifetime)), name: 'not stored' };
    expect((await bodyOf(click.POST('/cloud/list_buckets', { body: account }))).data).toHaveLength(2);
    const answer = await running.send('/cloud/list_buckets', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(account),
    });
    expect(((await answer.json()) as { data: unknown[] }).data).toHaveLength(2);
  });

  it('list one level of objects and folders, from the root and from below', async () => {
    for (const key of ['levels/a.txt', 'levels/deep/b.txt', 'levels/deep/er/c.txt']) expect((await put(key, key)).ok).toBe(true);
    const { data } = await bodyOf(list({ bucketName: storageName, path: '/levels/' }));
    expect(data).toEqual([
      {
        name: 'a.txt',
        key: 'levels/a.txt',
        objectType: ObjectType.File,
        size: 12,
        lastModified: expect.any(String),
        eTag: expect.any(String),
      },
      { name: 'deep', key: 'levels/deep/', objectType: ObjectType.Directory, size: 0, lastModified: null, eTag: null },
    ]);
    expect(await keysBelow('levels/deep/')).toEqual(['levels/deep/b.txt', 'levels/deep/er/']);
    expect(await keysBelow('/')).toContain('levels/');
  });

  it.skipIf(skips.paging)(`${titled('list page after page by continuationToken, every object once', skips.paging)}`, async () => {
    const all = ['pages/1', 'pages/2', 'pages/3/x', 'pages/4', 'pages/5'];
    for (const key of all) expect((await put(key, key)).ok).toBe(true);
    const seen: string[][] = [];
    let continuationToken = '';
    do {
      const page = await bodyOf(list({ bucketName: storageName, path: 'pages/', count: 2, continuationToken }));
      seen.push(page.data.map(({ key }) => key));
      continuationToken = page.continuationToken ?? '';
    } while (continuationToken !== '' && seen.length < 10);
    expect(seen).toEqual([['pages/1', 'pages/2'], ['pages/3/', 'pages/4'], ['pages/5']]);
  });

  it('list nothing below a folder that is not there, and refuse a bucket that is not there', async () => {
    expect(await keysBelow('nowhere/')).toEqual([]);
    expect(await refusalOf(list({ bucketName: 'no-such-bucket', path: '/' }))).toMatchObject({ status: 499, code: 'NOT_FOUND' });
  });

  it('sign a download URL that a bare client can use, inline or as an attachment', async () => {
    await put('signed/grüße & more.txt', 'hello');
    const inline = await get('signed/grüße & more.txt');
    expect([inline.status, await inline.text(), inline.headers.get('content-disposition')]).toEqual([200, 'hello', null]);
    const forced = await fetch(await downloadUrl('signed/grüße & more.txt', true));
    expect([forced.status, await forced.text()]).toEqual([200, 'hello']);
    expect(forced.headers.get('content-disposition')).toMatch(/^attachment\b/);
    expect((await get('signed/nothing')).status).toBe(404);
  });

  it('sign an upload URL that takes the bytes of a bare client with the content type', async () => {
    expect((await put('signed/data.csv', 'a;b', 'text/csv')).ok).toBe(true);
    const answer = await get('signed/data.csv');
    expect([answer.headers.get('content-type'), await answer.text()]).toEqual(['text/csv', 'a;b']);
  });

  it.skipIf(skips.signatures)(`${titled('sign for one object, method, content type and time only', skips.signatures)}`, async () => {
    await put('signed/own.txt', 'own');
    const [download, upload] = [await downloadUrl('signed/own.txt'), await uploadUrl('signed/other.txt')];
    const attempts: [string, RequestInit][] = [
      [download.replace('own.txt', 'data.csv'), {}],
      [download, { method: 'DELETE' }],
      [download, { method: 'PUT', body: 'x' }],
      [download.replace(/expires=\d+/, 'expires=4102444800'), {}],
      [upload, { method: 'PUT', body: 'x', headers: { 'content-type': 'text/html' } }],
    ];
    for (const [url, init] of attempts) expect((await fetch(url, init)).status, `${init.method ?? 'GET'} ${url}`).toBe(403);
    expect(await keysBelow('signed/')).not.toContain('signed/other.txt');
  });

  it('delete an object', async () => {
    await put('doomed.txt', 'x');
    expect((await deleteObject('doomed.txt')).response.status).toBe(200);
    expect((await get('doomed.txt')).status).toBe(404);
    expect(await refusalOf(deleteObject('doomed.txt', 'no-such-bucket'))).toMatchObject({ status: 499, code: 'NOT_FOUND' });
  });

  it('create a folder, at the root and below another, that the listing shows', async () => {
    const create = (path: string, folderName: string, bucket = storageName) =>
      click.POST('/cloud/create_folder', { body: { cloudAccount, storageName: bucket, path, folderName } });
    for (const [path, folder] of [
      ['', 'made'],
      ['made', 'inner'],
      ['/made/inner/', 'innermost'],
    ] as const)
      expect((await create(path, folder)).response.status).toBe(200);
    expect(await keysBelow('/')).toContain('made/');
    expect((await keysBelow('made/')).filter((key) => key !== 'made/')).toEqual(['made/inner/']);
    expect((await keysBelow('made/inner/')).filter((key) => key !== 'made/inner/')).toEqual(['made/inner/innermost/']);
    expect(await refusalOf(create('', 'made', 'no-such-bucket'))).toMatchObject({ status: 499, code: 'NOT_FOUND' });
  });

  it('refuse a key that leaves the bucket', async () => {
    for (const key of ['../bucket-b/x', 'a/../../x', '.', 'a/./b']) {
      const body = { cloudAccount, storageName, key };
      for (const path of ['/cloud/generate_download_url', '/cloud/generate_upload_url'] as const)
        expect(await refusalOf(click.POST(path, { body })), `${path} ${key}`).toMatchObject({ status: 499, code: 'DEFAULT' });
      expect((await refusalOf(click.POST('/cloud/delete_object', { body }))).status).toBe(499);
    }
  });

  it('refuse a request without a field that it cannot do without, and name the field', async () => {
    const complete = {
      '/cloud/generate_download_url': { cloudAccount, storageName, key: 'k' },
      '/cloud/generate_upload_url': { cloudAccount, storageName, key: 'k' },
      '/cloud/delete_object': { cloudAccount, storageName, key: 'k' },
      '/cloud/create_folder': { cloudAccount, storageName, folderName: 'f' },
      '/cloud/send_download_url': { cloudAccountId: cloudAccount.id, storageName, key: 'k', email: 'a@example.com' },
    } as const;
    for (const [path, body] of Object.entries(complete)) {
      for (const field of Object.keys(body)) {
        const { [field]: _left, ...rest } = body as Record<string, unknown>;
        const { status, code, message } = await refusalOf(click.POST(path as '/cloud/delete_object', { body: rest }));
        expect([status, code], `${path} without ${field}`).toEqual([499, 'DEFAULT']);
        expect(message).toMatch(field === 'cloudAccount' ? /cloud account/ : new RegExp(field));
      }
    }
    expect(await refusalOf(list({ path: '/' }))).toMatchObject({
      status: 499,
      code: 'DEFAULT',
      message: expect.stringContaining('bucketName'),
    });
  });

  it('refuse fields of a wrong type or out of bounds', async () => {
    for (const wrong of [
      { expireHours: 0 },
      { expireHours: 169 },
      { expireHours: 'x' },
      { key: 1 },
      { forceToDownload: 'yes' },
      { cloudAccount: 'id' },
    ]) {
      const body = { cloudAccount, storageName, key: 'k', ...wrong } as Schema<'GenerateDownloadUrlRequest'>;
      expect(await refusalOf(click.POST('/cloud/generate_download_url', { body })), `${JSON.stringify(wrong)}`).toMatchObject({
        status: 499,
        code: 'DEFAULT',
      });
    }
    for (const count of [0, 10_001, 1.5])
      expect(await refusalOf(list({ bucketName: storageName, path: '/', count }))).toMatchObject({ status: 499, code: 'DEFAULT' });
  });

  it('refuse an account that is not there', async () => {
    const body = { cloudAccount: { id: missingId }, storageName, key: 'k' };
    expect(await refusalOf(click.POST('/cloud/delete_object', { body }))).toMatchObject({ status: 499, code: 'NOT_FOUND' });
    expect(await refusalOf(click.POST('/cloud/list_buckets', { body: { id: missingId } }))).toMatchObject({
      status: 499,
      code: 'NOT_FOUND',
    });
  });

  it('mail a download URL that works, as a file in the outbox', async () => {
    await put('mailed/report.txt', 'the report');
    const body = {
      email: 'someone@example.com',
      cloudAccountId: cloudAccount.id,
      storageName,
      key: 'mailed/report.txt',
      expireHours: 2,
      note: 'Please have a look',
    };
    expect((await click.POST('/cloud/send_download_url', { body })).response.status).toBe(200);
    const outbox = join(running.dataDir, 'outbox');
    const [file, ...others] = await readdir(outbox);
    expect([file, others]).toEqual([expect.stringMatching(/\.eml$/), []]);
    const mail = await readFile(join(outbox, file ?? ''), 'utf8');
    expect(mail).toMatch(/^To: someone@example\.com\r$/m);
    expect(mail).toContain('Please have a look');
    const text = mail
      .replaceAll('=\r\n', '')
      .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    const link = await fetch(/http:\/\/\S+/.exec(text)?.[0] ?? '');
    expect([link.status, await link.text()]).toEqual([200, 'the report']);
    for (const email of ['nobody', 'a@b@c', 'a@example.com, b@example.com', 'a@example.com\r\nBcc: b@example.com'])
      expect(await refusalOf(click.POST('/cloud/send_download_url', { body: { ...body, email } })), `${email}`).toMatchObject({
        status: 499,
        code: 'INVALID_EMAIL',
      });
    expect(await readdir(outbox)).toEqual([file]);
  });
});
