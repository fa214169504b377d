// Whole-agent tests of Amove-managed storage: storages, buckets and their flags, isolation, on the object server and on S3.
import { CloudType } from '@click-kit/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Config } from '../src/config.ts';
import { agent, type SignedIn, type TestAgent } from './agent.ts';
import { bodyOf, refusalOf } from './answers.ts';
import { forGroup, type Lifetime } from './lifetime.ts';
import { localFiles } from './local-files.ts';
import { keys, objectServer } from './object-server.ts';
import { s3Server } from './s3-server.ts';

const missingId = '00000000-0000-4000-8000-000000000000';

interface Endpoint {
  readonly settings: Partial<Config>;
  readonly put: (bucket: string, key: string, bytes: string) => Promise<unknown>;
  readonly remove: (bucket: string, key: string) => Promise<unknown>;
}

interface Kind {
  readonly name: string;
  readonly cloudType: number;
  readonly start: (lifetime: Lifetime) => Promise<Endpoint>;
}

const basic = { authorization: `Basic ${Buffer.from(`${keys.accessKey}:${keys.secretKey}`).toString('base64')}` };

const kinds: Kind[] = [
  {
    name: 'an object server',
    cloudType: CloudType.LocalHttp,
    async start(lifetime) {
      const server = await objectServer(['not-managed'], lifetime);
      return {
        settings: {
          managedStorageEndpoint: server.url,
          managedStorageAccessKey: keys.accessKey,
          managedStorageSecretKey: keys.secretKey,
        },
        put: (bucket, key, bytes) => server.put(bucket, key, bytes),
        remove: (bucket, key) => fetch(`${server.url}/${bucket}/${key}`, { method: 'DELETE', headers: basic }),
      };
    },
  },
  {
    name: 'S3',
    cloudType: CloudType.S3Generic,
    async start(lifetime) {
      const server = await s3Server(['not-managed'], lifetime);
      const { S3Client, PutObjectCommand, DeleteObjectCommand } = await import('@aws-sdk/client-s3');
      const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
      const client = new S3Client({ endpoint: server.url, region: 'us-east-1', forcePathStyle: true, credentials });
      lifetime(async () => client.destroy());
      return {
        settings: {
          managedStorageEndpoint: server.url,
          managedStorageProtocol: 'S3',
          managedStorageAccessKey: 'S3RVER',
          managedStorageSecretKey: 'S3RVER',
        },
        put: (Bucket, Key, Body) => client.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.from(Body) })),
        remove: (Bucket, Key) => client.send(new DeleteObjectCommand({ Bucket, Key })),
      };
    },
  },
];

describe.each(kinds)('managed storage on $name', ({ cloudType, start }) => {
  const lifetime = forGroup();
  let endpoint: Endpoint;
  let running: TestAgent;
  let click: SignedIn;

  beforeAll(async () => {
    endpoint = await start(lifetime);
    const regions = [
      { code: 'us-la', name: 'Los Angeles' },
      { code: 'us-va', name: 'Virginia' },
    ];
    running = await agent({ ...endpoint.settings, managedStorageRegions: regions }, lifetime);
    click = await running.signIn();
  });

  const addAmove = (fields: object) =>
    click.POST('/cloud/idrive_add_storage', { body: { cloudAccountName: 'Amove', regionCode: 'us-la', ...fields } });
  const names = async (id: string): Promise<string[]> =>
    (await bodyOf(click.POST('/cloud/list_buckets', { body: { id } }))).data.map(({ name }) => name).toSorted();
  const status = (cloudAccountId: string, bucketName: string) =>
    click.POST('/storage/bucket_status', { body: { cloudAccountId, bucketName } });

  it('adds an Amove storage that is a cloud account with its own buckets only, and removes it', async () => {
    const account = await bodyOf(addAmove({ cloudAccountName: 'First', bucketName: 'first-one', storageTier: 4, shared: true }));
    expect(account).toMatchObject({
      name: 'First',
      cloudType,
      region: 'us-la',
      accessKey: '********',
      secretKey: '********',
      shared: true,
    });
    const { id } = account;
    const query = { cloudAccountId: id, bucketName: 'first-two' };
    expect((await click.POST('/cloud/idrive_create_bucket', { params: { query } })).response.status).toBe(200);
    expect(await names(id)).toEqual(['first-one', 'first-two']);
    const other = await bodyOf(addAmove({ cloudAccountName: 'Second', bucketName: '' }));
    expect(await names(other.id)).toEqual([]);
    for (const bucketName of ['first-one', 'not-managed']) {
      const foreign = { account: { id: other.id }, request: { bucketName } };
      expect((await refusalOf(click.POST('/cloud/list_objects', { body: foreign }))).code).toBe('NOT_FOUND');
    }
    await endpoint.put('first-one', 'object', 'content');
    expect((await refusalOf(click.DELETE('/cloud/idrive_delete_storage', { params: { query: { id } } }))).code).toBe('DEFAULT');
    const full = { cloudAccountId: id, bucketName: 'first-one' };
    expect(await refusalOf(click.DELETE('/cloud/idrive_delete_bucket', { params: { query: full } }))).toMatchObject({
      code: 'DEFAULT',
      message: expect.stringContaining('still holds objects') as string,
    });
    expect(await names(id)).toEqual(['first-one', 'first-two']);
    await endpoint.remove('first-one', 'object');
    expect((await click.DELETE('/cloud/idrive_delete_bucket', { params: { query: full } })).response.status).toBe(200);
    expect(await names(id)).toEqual(['first-two']);
    expect(await bodyOf(click.DELETE('/cloud/idrive_delete_storage', { params: { query: { id } } }))).toBe(true);
    expect((await refusalOf(click.GET('/cloud/account', { params: { query: { id } } }))).code).toBe('NOT_FOUND');
    expect(await bodyOf(click.DELETE('/cloud/delete', { params: { query: { id: other.id } } }))).toBe(true);
  });

  it('refuses names that are taken, unknown regions and ids, and leaves nothing behind', async () => {
    const { id } = await bodyOf(addAmove({ cloudAccountName: 'Taken', bucketName: 'taken-one' }));
    const before = (await bodyOf(click.GET('/cloud/accounts'))).length;
    expect((await refusalOf(addAmove({ cloudAccountName: 'Taken', bucketName: 'free-one' }))).code).toBe('DUPLICATE');
    expect((await refusalOf(addAmove({ cloudAccountName: 'Other', bucketName: 'taken-one' }))).code).toBe('DUPLICATE');
    expect((await refusalOf(addAmove({ cloudAccountName: 'Other', bucketName: 'not-managed' }))).code).toBe('DUPLICATE');
    expect((await refusalOf(addAmove({ cloudAccountName: 'Other', regionCode: 'us-ca' }))).code).toBe('DEFAULT');
    expect((await refusalOf(addAmove({ cloudAccountName: 'Other', regionCode: undefined }))).code).toBe('DEFAULT');
    for (const bucketName of ['ab', 'Upper', '-x-', 'a..b', '127.0.0.1', 'x'.repeat(64), 'ü-bucket'])
      expect((await refusalOf(addAmove({ cloudAccountName: 'Other', bucketName }))).code, bucketName).toBe('DEFAULT');
    expect((await bodyOf(click.GET('/cloud/accounts'))).length).toBe(before);
    const create = (cloudAccountId: string, bucketName: string) =>
      refusalOf(click.POST('/storage/create_bucket', { body: { cloudAccountId, bucketName } }));
    expect((await create(id, 'taken-one')).code).toBe('DUPLICATE');
    expect((await create(missingId, 'free-one')).code).toBe('NOT_FOUND');
    const query = { cloudAccountId: id, bucketName: 'free-one' };
    expect((await refusalOf(click.DELETE('/storage/delete_bucket', { params: { query } }))).code).toBe('NOT_FOUND');
    expect((await refusalOf(status(id, 'not-managed'))).code).toBe('NOT_FOUND');
    await bodyOf(click.DELETE('/cloud/idrive_delete_storage', { params: { query: { id } } }));
  });

  it('gives a user one Storj storage, whose buckets are named without an account', async () => {
    const body = { cloudAccountName: 'Amove Storage', bucketName: 'storj-one', shared: false };
    const bucket = (bucketName: string) => ({ params: { query: { bucketName } } });
    expect((await refusalOf(click.POST('/cloud/create_bucket', bucket('storj-two')))).code).toBe('NOT_FOUND');
    const { id } = await bodyOf(click.POST('/cloud/add_storage', { body }));
    const again = { ...body, cloudAccountName: 'Again', bucketName: 'storj-again' };
    expect((await refusalOf(click.POST('/cloud/add_storage', { body: again }))).code).toBe('DUPLICATE');
    expect((await click.POST('/cloud/create_bucket', bucket('storj-two'))).response.status).toBe(200);
    await endpoint.put('storj-two', 'a/b.bin', '12345');
    await endpoint.put('storj-two', 'c.bin', '123');
    expect(await bodyOf(click.GET('/cloud/get_bucket_info', bucket('storj-two')))).toMatchObject({
      bucketName: 'storj-two',
      usage: 8,
      objectCount: 2,
      region: '',
    });
    expect(await bodyOf(click.GET('/cloud/get_cloud_info'))).toEqual({ totalQuota: null, usedBytes: 8, bucketCount: 2 });
    for (const key of ['a/b.bin', 'c.bin']) await endpoint.remove('storj-two', key);
    expect((await click.DELETE('/cloud/delete_bucket', bucket('storj-two'))).response.status).toBe(200);
    expect((await refusalOf(click.GET('/cloud/get_bucket_info', bucket('storj-two')))).code).toBe('NOT_FOUND');
    const amove = { params: { query: { id } } };
    expect((await refusalOf(click.DELETE('/cloud/idrive_delete_storage', amove))).code).toBe('NOT_FOUND');
    expect(await bodyOf(click.DELETE('/cloud/delete_storage', amove))).toBe(true);
    expect((await refusalOf(click.DELETE('/cloud/delete_storage', amove))).code).toBe('NOT_FOUND');
  });

  it('is unknown to another account, and to members who do not see it', async () => {
    const { id } = await bodyOf(addAmove({ cloudAccountName: 'Private', bucketName: 'private-one' }));
    const { id: storj } = await bodyOf(
      click.POST('/cloud/add_storage', { body: { cloudAccountName: 'Private Storj', bucketName: 'private-storj' } }),
    );
    await endpoint.put('private-one', 'object', '12345');
    const [stranger, member] = [await running.signIn('owner@example.org'), await running.signIn('user@example.com')];
    const bucket = { cloudAccountId: id, bucketName: 'private-one' };
    const query = { params: { query: bucket } };
    const calls = [
      stranger.POST('/storage/bucket_status', { body: bucket }),
      stranger.PUT('/storage/update_bucket', { body: { ...bucket, isPublic: true } }),
      stranger.DELETE('/storage/delete_bucket', query),
      stranger.POST('/storage/create_bucket', { body: { ...bucket, bucketName: 'private-two' } }),
      stranger.POST('/storage/create_storage_key', { body: { name: 'mine', allBuckets: true, cloudAccountId: id } }),
      stranger.DELETE('/cloud/idrive_delete_bucket', query),
      stranger.DELETE('/cloud/idrive_delete_storage', { params: { query: { id } } }),
      stranger.DELETE('/cloud/delete_storage', { params: { query: { id: storj } } }),
      stranger.DELETE('/cloud/delete', { params: { query: { id } } }),
      stranger.GET('/cloud/get_bucket_info', { params: { query: { bucketName: 'private-storj' } } }),
      stranger.DELETE('/cloud/delete_bucket', { params: { query: { bucketName: 'private-storj' } } }),
      member.POST('/storage/bucket_status', { body: bucket }),
      member.GET('/cloud/get_bucket_info', { params: { query: { bucketName: 'private-storj' } } }),
    ] as const;
    for (const call of calls)
      expect(await refusalOf(call as Parameters<typeof refusalOf>[0])).toMatchObject({ status: 499, code: 'NOT_FOUND' });
    expect([
      await bodyOf(stranger.GET('/cloud/idrive_get_usage')),
      (await bodyOf(stranger.GET('/cloud/get_cloud_info'))).bucketCount,
    ]).toEqual([0, 0]);
    expect(await bodyOf(member.GET('/cloud/idrive_get_usage'))).toBe(5);
    expect(await bodyOf(member.GET('/cloud/idrive_regions'))).toHaveLength(2);
    expect((await refusalOf(member.POST('/cloud/idrive_create_bucket', query))).code).toBe('ACCESS');
    await click.PUT('/cloud/manage_share', { body: { id, shared: true } });
    expect((await member.POST('/storage/bucket_status', { body: bucket })).response.status).toBe(200);
    await endpoint.remove('private-one', 'object');
    await bodyOf(click.DELETE('/cloud/delete', { params: { query: { id } } }));
    await bodyOf(click.DELETE('/cloud/delete_storage', { params: { query: { id: storj } } }));
  });

  it('takes uploads like any other cloud account', async () => {
    const { id } = await bodyOf(addAmove({ cloudAccountName: 'Uploads', bucketName: 'uploads-one' }));
    const files = await localFiles();
    await files.write('upload.bin', 4321);
    const localFilePath = files.path('upload.bin');
    const upload = { cloudAccount: { id, cloudType: cloudType as 8 }, storageName: 'uploads-one', uploadPath: 'folder', localFilePath };
    await bodyOf(click.POST('/cloud/upload_object', { body: upload }));
    await expect.poll(() => bodyOf(click.GET('/cloud/idrive_get_usage')), { timeout: 15_000 }).toBe(4321);
    await endpoint.remove('uploads-one', 'folder/upload.bin');
    await bodyOf(click.DELETE('/cloud/delete', { params: { query: { id } } }));
  });

  it('counts what is stored, by tier', async () => {
    const usage = (storageTier?: 0 | 1 | 2 | 4) =>
      bodyOf(click.GET('/cloud/idrive_get_usage', { params: { query: storageTier === undefined ? {} : { storageTier } } }));
    const [global, perform] = [
      await bodyOf(addAmove({ cloudAccountName: 'Global', bucketName: 'usage-global', storageTier: 2 })),
      await bodyOf(addAmove({ cloudAccountName: 'Perform', bucketName: 'usage-perform', storageTier: 1 })),
    ];
    await endpoint.put('usage-global', 'folder/', '');
    await endpoint.put('usage-global', 'folder/object', 'x'.repeat(1234));
    await endpoint.put('usage-perform', 'object', 'x'.repeat(1000));
    expect([await usage(), await usage(0), await usage(1), await usage(2), await usage(4)]).toEqual([2234, 2234, 1000, 1234, 0]);
    expect(await bodyOf(click.GET('/cloud/idrive_get_daily_usage'))).toBe(0);
    for (const [bucket, key] of [
      ['usage-global', 'folder/object'],
      ['usage-global', 'folder/'],
      ['usage-perform', 'object'],
    ] as const)
      await endpoint.remove(bucket, key);
    expect(await usage()).toBe(0);
    for (const { id } of [global, perform]) await bodyOf(click.DELETE('/cloud/idrive_delete_storage', { params: { query: { id } } }));
  });
});

describe('flags of managed buckets', () => {
  it('are kept by the agent where the endpoint has none, and those that are left out stay', async () => {
    const server = await objectServer([]);
    const running = await agent({
      managedStorageEndpoint: server.url,
      managedStorageAccessKey: keys.accessKey,
      managedStorageSecretKey: keys.secretKey,
    });
    const click = await running.signIn();
    const { id: cloudAccountId } = await bodyOf(click.POST('/cloud/idrive_add_storage', { body: { cloudAccountName: 'Flags' } }));
    const bucket = { cloudAccountId, bucketName: 'flags' };
    const status = () => bodyOf(click.POST('/storage/bucket_status', { body: bucket }));
    await click.POST('/storage/create_bucket', { body: { ...bucket, isEncrypted: true, objectLockEnabled: true } });
    const made = { versioningEnabled: true, encryptionEnabled: true, isPublic: false, objectLockEnabled: true };
    expect(await status()).toEqual(made);
    expect((await click.PUT('/storage/update_bucket', { body: { ...bucket, isPublic: true } })).response.status).toBe(200);
    expect(await status()).toEqual({ ...made, isPublic: true });
    expect((await refusalOf(click.PUT('/storage/update_bucket', { body: { ...bucket, versioningEnabled: false } }))).code).toBe('DEFAULT');
    expect(await status()).toEqual({ ...made, isPublic: true });
  });

  it('are refused where S3 does not take them, and the bucket is not left behind', async () => {
    const server = await s3Server([]);
    const running = await agent({
      managedStorageEndpoint: server.url,
      managedStorageProtocol: 'S3',
      managedStorageAccessKey: 'S3RVER',
      managedStorageSecretKey: 'S3RVER',
    });
    const click = await running.signIn();
    const { id: cloudAccountId } = await bodyOf(click.POST('/cloud/idrive_add_storage', { body: { cloudAccountName: 'Flags' } }));
    const bucket = { cloudAccountId, bucketName: 'flags' };
    const refused = await refusalOf(click.POST('/storage/create_bucket', { body: { ...bucket, versioningEnabled: true } }));
    expect(refused).toMatchObject({ code: 'DEFAULT', message: expect.stringContaining('versioningEnabled') as string });
    expect((await click.POST('/storage/create_bucket', { body: bucket })).response.status).toBe(200);
    expect(await bodyOf(click.POST('/storage/bucket_status', { body: bucket }))).toEqual({
      versioningEnabled: false,
      encryptionEnabled: false,
      isPublic: false,
      objectLockEnabled: false,
    });
  });
});
