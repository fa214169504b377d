// Owns the story of the built-in Amove-managed storage (cloud.md, Storage Management (Storj)).
import { bucketName, bucketsOf, putBytes, storjStorage } from '../../src/kit/managed-storage.ts';
import { scenario } from '../../src/kit/scenario.ts';

export const scenarios = [
  scenario(
    'cloud.storj-storage.life-cycle',
    {
      title: 'A managed storage is added with its bucket, listed, deleted and gone',
      controller: 'Cloud',
      operations: ['addStorjStorage', 'deleteStorjStorage', 'deleteStorjBucket', 'listBuckets', 'getCloudAccounts'],
      proves: ['CLOUD-STORJ-001', 'CLOUD-STORJ-002', 'CLOUD-STORJ-003'],
    },
    async (context) => {
      const { given, expect, should } = context;
      const api = await given.session();
      const { account, id, bucket } = await storjStorage(context, api, 'storj-life');
      should.equal(account.name, bucket, 'the stored account has the name that was sent');
      const listed = await api.ok('getCloudAccounts');
      expect.that(
        listed.some((item) => item.id === id),
        'Get Cloud Accounts lists the new storage',
      );
      expect.that((await bucketsOf(api, account)).includes(bucket), 'the bucket is provisioned');
      await api.ok('deleteStorjBucket', { query: { bucketName: bucket } });
      expect.equal(await api.ok('deleteStorjStorage', { query: { id } }), true, 'Delete Storage answers true');
      const remaining = await api.ok('getCloudAccounts');
      expect.that(!remaining.some((item) => item.id === id), 'a deleted storage is listed no more');
    },
  ),
  scenario(
    'cloud.storj-bucket.life-cycle',
    {
      title: "A bucket of the user's managed storage is created, described, deleted and gone, and its neighbour stays",
      controller: 'Cloud',
      operations: ['addStorjStorage', 'createStorjBucket', 'deleteStorjBucket', 'getStorjBucketInfo', 'listBuckets', 'deleteStorjStorage'],
      statuses: [200, 499],
      proves: ['CLOUD-STORJ-004', 'CLOUD-STORJ-005', 'CLOUD-STORJ-006'],
    },
    async (context) => {
      const { given, expect } = context;
      const api = await given.session();
      const { account, bucket: first } = await storjStorage(context, api, 'storj-b1');
      const second = bucketName(context, 'storj-b2');
      const created = await api.call('createStorjBucket', { query: { bucketName: second } });
      expect.equal(created.status, 200, 'Create Bucket answers 200');
      const both = await bucketsOf(api, account);
      expect.that(both.includes(first) && both.includes(second), 'both buckets are listed', both);
      const info: unknown = await api.ok('getStorjBucketInfo', { query: { bucketName: second } });
      expect.that(typeof info === 'object' && info !== null, 'Get Bucket Info answers an object', info);
      const deleted = await api.call('deleteStorjBucket', { query: { bucketName: first } });
      expect.equal(deleted.status, 200, 'Delete Bucket answers 200');
      const left = await bucketsOf(api, account);
      expect.that(!left.includes(first) && left.includes(second), 'the deleted bucket is gone, and the other one is not', left);
    },
  ),
  scenario(
    'cloud.storj-usage.after-an-upload',
    {
      title: 'Bucket info and cloud info count what is uploaded',
      controller: 'Cloud',
      operations: ['getStorjBucketInfo', 'getStorjCloudInfo', 'addStorjStorage', 'generateUploadUrl'],
      level: 'INFO',
    },
    async (context) => {
      const { given, expect } = context;
      const api = await given.session();
      const { account, bucket } = await storjStorage(context, api, 'storj-usage');
      const before = await api.ok('getStorjCloudInfo');
      const bytes = given.bytes(70_001);
      await putBytes(context, api, { account, bucket, key: 'usage.bin', bytes });
      const { usage, objectCount } = await api.ok('getStorjBucketInfo', { query: { bucketName: bucket } });
      expect.equal({ usage, objectCount }, { usage: bytes.length, objectCount: 1 }, 'the bucket holds the uploaded object');
      const after = await api.ok('getStorjCloudInfo');
      expect.equal(after.usedBytes - before.usedBytes, bytes.length, 'the used bytes grow by exactly the uploaded ones');
    },
  ),
];
