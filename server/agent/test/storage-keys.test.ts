// Whole-agent tests of storage access keys: their secret is shown once, and they open what they are for at the object server.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { agent, type SignedIn, type TestAgent } from './agent.ts';
import { bodyOf, refusalOf } from './answers.ts';
import { forGroup } from './lifetime.ts';
import { keys, objectServer, type TestObjectServer } from './object-server.ts';
import { s3Server } from './s3-server.ts';

interface Key {
  readonly id: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

describe('storage keys', () => {
  const lifetime = forGroup();
  let server: TestObjectServer;
  let running: TestAgent;
  let click: SignedIn;
  let cloudAccountId: string;

  beforeAll(async () => {
    server = await objectServer(['not-managed'], lifetime);
    const endpoint = {
      managedStorageEndpoint: server.url,
      managedStorageAccessKey: keys.accessKey,
      managedStorageSecretKey: keys.secretKey,
    };
    running = await agent(endpoint, lifetime);
    click = await running.signIn();
    const body = { cloudAccountName: 'Keys', bucketName: 'keys-one', storageTier: 8 } as const;
    ({ id: cloudAccountId } = await bodyOf(click.POST('/cloud/idrive_add_storage', { body })));
    await click.POST('/storage/create_bucket', { body: { cloudAccountId, bucketName: 'keys-two' } });
    const other = { cloudAccountName: 'Other', bucketName: 'keys-other' };
    await bodyOf(click.POST('/cloud/idrive_add_storage', { body: other }));
    for (const bucket of ['keys-one', 'keys-two', 'keys-other', 'not-managed']) await server.put(bucket, 'object', 'content');
  });

  const create = (name: string, fields: object = { allBuckets: true }) =>
    click.POST('/storage/create_storage_key', { body: { name, cloudAccountId, ...fields } });
  const status = async ({ accessKey, secretKey }: Key, method: string, path: string): Promise<number> => {
    const authorization = `Basic ${Buffer.from(`${accessKey}:${secretKey}`).toString('base64')}`;
    return (await fetch(`${server.url}${path}`, { method, headers: { authorization }, ...(method === 'PUT' && { body: 'x' }) })).status;
  };
  const all = ['keys-one', 'keys-two', 'keys-other', 'not-managed'].map((bucket) => `/${bucket}/object`);
  const gets = (key: Key) => Promise.all(all.map((path) => status(key, 'GET', path)));

  it('open the buckets and allow what they were made for, at the server itself', async () => {
    const every = await bodyOf(create('every', { allBuckets: true, permission: 2, selectedBuckets: [] }));
    expect(await gets(every)).toEqual([200, 200, 403, 403]);
    const one = await bodyOf(create('one', { allBuckets: false, selectedBuckets: ['keys-one', 'keys-one'], permission: 2 }));
    expect(await gets(one)).toEqual([200, 403, 403, 403]);
    const read = await bodyOf(create('read'));
    expect([await status(read, 'GET', '/keys-one/object'), await status(read, 'PUT', '/keys-one/new')]).toEqual([200, 403]);
    const write = await bodyOf(create('write', { allBuckets: true, permission: 1 }));
    expect([await status(write, 'GET', '/keys-one/object'), await status(write, 'PUT', '/keys-one/new')]).toEqual([403, 201]);
    await click.POST('/storage/create_bucket', { body: { cloudAccountId, bucketName: 'keys-later' } });
    expect([await status(every, 'GET', '/keys-later'), await status(one, 'GET', '/keys-later')]).toEqual([200, 403]);
  });

  it('are shown with their secret once, and never again, in no answer, row or log', async () => {
    const fields = { region: 'us-west-1', storageDn: 'example.storage.amove.io', allBuckets: true };
    const { secretKey, ...shown } = await bodyOf(create('once', fields));
    expect(shown).toMatchObject({ name: 'once', region: 'us-west-1', storageDn: 'example.storage.amove.io', storageTier: 8 });
    const listed = await bodyOf(click.GET('/storage/get_storage_key', { params: { query: { pagesize: 1000 } } }));
    expect(listed.data.find(({ id }) => id === shown.id)).toEqual(shown);
    for (const text of [JSON.stringify(listed), running.logged()]) expect(text).not.toContain(secretKey);
    const files = ['agent.db', 'agent.db-wal'].map((name) => readFile(join(running.dataDir, name)).catch(() => Buffer.alloc(0)));
    for (const bytes of await Promise.all(files)) expect(bytes.includes(secretKey)).toBe(false);
  });

  it('take region and host from the storage when the request names none', async () => {
    expect(await bodyOf(create('defaults'))).toMatchObject({ region: 'local', storageDn: new URL(server.url).hostname });
  });

  it('are listed newest first, sorted and in pages, for administrators only', async () => {
    for (const name of ['b-page', 'a-page', 'C-page']) await bodyOf(create(name));
    const list = (query: object) => click.GET('/storage/get_storage_key', { params: { query } });
    const names = async (query: object) =>
      (await bodyOf(list(query))).data.map(({ name }) => name).filter((name) => name.endsWith('-page'));
    expect((await bodyOf(list({}))).options).toEqual({ page: 1, pageSize: 50 });
    expect(await names({})).toEqual(['C-page', 'a-page', 'b-page']);
    expect(await names({ sortfield: 'Name', descending: false })).toEqual(['a-page', 'b-page', 'C-page']);
    expect((await bodyOf(list({ page: 2, pagesize: 2 }))).data).toHaveLength(2);
    expect((await refusalOf(list({ sortfield: 'SecretKey' }))).code).toBe('DEFAULT');
    const member = await running.signIn('user@example.com');
    expect((await refusalOf(member.GET('/storage/get_storage_key'))).code).toBe('ACCESS');
    const stranger = await running.signIn('owner@example.org');
    expect(await bodyOf(stranger.GET('/storage/get_storage_key'))).toMatchObject({ data: [], total: 0 });
  });

  it('are refused for taken names, foreign buckets and nothing at all', async () => {
    await bodyOf(create('Taken'));
    expect((await refusalOf(create('tAKEN'))).code).toBe('DUPLICATE');
    for (const selectedBuckets of [['keys-other'], ['not-managed'], ['nothing-there']])
      expect((await refusalOf(create('foreign', { selectedBuckets }))).code).toBe('NOT_FOUND');
    for (const fields of [{}, { allBuckets: false, selectedBuckets: [] }])
      expect((await refusalOf(create('empty', fields))).code).toBe('DEFAULT');
    for (const fields of [{ permission: 3 }, { selectedBuckets: Array.from({ length: 101 }, () => 'keys-one') }, { name: ' ' }])
      expect((await refusalOf(create('bad', { allBuckets: true, ...fields }))).code).toBe('DEFAULT');
  });

  it('open nothing once they are deleted', async () => {
    const key = await bodyOf(create('deleted'));
    const stranger = await running.signIn('owner@example.org');
    const query = { params: { query: { id: key.id } } };
    expect((await refusalOf(stranger.DELETE('/storage/delete_storage_key', query))).code).toBe('NOT_FOUND');
    expect(await status(key, 'GET', '/keys-one/object')).toBe(200);
    expect((await click.DELETE('/storage/delete_storage_key', query)).response.status).toBe(200);
    expect(await status(key, 'GET', '/keys-one/object')).toBe(401);
    expect((await refusalOf(click.DELETE('/storage/delete_storage_key', query))).code).toBe('NOT_FOUND');
  });

  it('work in a cloud account of their own, which sees their buckets', async () => {
    const { accessKey, secretKey } = await bodyOf(create('account', { selectedBuckets: ['keys-two'], permission: 2 }));
    const body = { name: 'By key', cloudType: 2048 as const, serviceUrl: server.url, accessKey, secretKey };
    const { id } = await bodyOf(click.POST('/cloud/insert_account', { body }));
    const { data } = await bodyOf(click.POST('/cloud/list_buckets', { body: { id } }));
    expect(data.map(({ name }) => name)).toEqual(['keys-two']);
    const request = { bucketName: 'keys-one' };
    expect((await refusalOf(click.POST('/cloud/list_objects', { body: { account: { id }, request } }))).code).toBe('ACCESS');
  });
});

describe('storage keys on S3', () => {
  it('are not made, because nothing could hold them to what they are for', async () => {
    const server = await s3Server([]);
    const s3 = { managedStorageProtocol: 'S3', managedStorageAccessKey: 'S3RVER', managedStorageSecretKey: 'S3RVER' } as const;
    const click = await (await agent({ managedStorageEndpoint: server.url, ...s3 })).signIn();
    const { id } = await bodyOf(click.POST('/cloud/idrive_add_storage', { body: { cloudAccountName: 'Keys' } }));
    const body = { name: 'key', allBuckets: true, cloudAccountId: id };
    expect(await refusalOf(click.POST('/storage/create_storage_key', { body }))).toMatchObject({
      code: 'DEFAULT',
      message: expect.stringContaining('no keys of its own') as string,
    });
    expect((await bodyOf(click.GET('/storage/get_storage_key'))).total).toBe(0);
  });
});
