// Owns the story of an Amove storage: added in a region, its buckets made and removed, deleted (cloud.md, Amove Storage).
import { amoveStorage, bucketName, bucketsOf } from '../../src/kit/managed-storage.ts';
import { scenario } from '../../src/kit/scenario.ts';

export const scenarios = [
  scenario(
    'cloud.amove-storage.life-cycle',
    {
      title: 'An Amove storage is added with its first bucket, listed, deleted and gone',
      controller: 'Cloud',
      operations: ['getAmoveRegions', 'addAmoveStorage', 'deleteAmoveStorage', 'listBuckets', 'getCloudAccounts', 'deleteAmoveBucket'],
      proves: ['CLOUD-AMOVE-001', 'CLOUD-AMOVE-002', 'CLOUD-AMOVE-004', 'CLOUD-AMOVE-008'],
    },
    async (context) => {
      const { given, expect, should } = context;
      const api = await given.session();
      const { account, id, bucket } = await amoveStorage(context, api, { what: 'amove-life' });
      should.equal(account.name, bucket, 'the stored account has the name that was sent');
      const listed = await api.ok('getCloudAccounts');
      expect.that(
        listed.some((item) => item.id === id),
        'Get Cloud Accounts lists the new storage',
      );
      expect.that((await bucketsOf(api, account)).includes(bucket), 'the storage has its first bucket');
      await api.ok('deleteAmoveBucket', { query: { cloudAccountId: id, bucketName: bucket } });
      expect.equal(await api.ok('deleteAmoveStorage', { query: { id } }), true, 'Amove Delete Storage answers true');
      const remaining = await api.ok('getCloudAccounts');
      expect.that(!remaining.some((item) => item.id === id), 'a deleted storage is listed no more');
    },
  ),
  scenario(
    'cloud.amove-storage.without-bucket',
    {
      title: 'An Amove storage can be added without a bucket',
      controller: 'Cloud',
      operations: ['addAmoveStorage', 'deleteAmoveStorage', 'listBuckets'],
      level: 'SHOULD',
      proves: ['CLOUD-AMOVE-003'],
    },
    async (context) => {
      const api = await context.given.session();
      const { account } = await amoveStorage(context, api, { what: 'amove-empty', withBucket: false });
      context.expect.that(!(await bucketsOf(api, account)).includes(bucketName(context, 'amove-empty')), 'no bucket was made');
    },
  ),
  scenario(
    'cloud.amove-bucket.life-cycle',
    {
      title: 'A bucket of an Amove storage is created, listed, deleted and gone, and its neighbour stays',
      controller: 'Cloud',
      operations: ['addAmoveStorage', 'createAmoveBucket', 'deleteAmoveBucket', 'listBuckets', 'deleteAmoveStorage'],
      proves: ['CLOUD-AMOVE-005', 'CLOUD-AMOVE-006'],
    },
    async (context) => {
      const { given, expect } = context;
      const api = await given.session();
      const { account, id, bucket: first } = await amoveStorage(context, api, { what: 'amove-b1' });
      const second = bucketName(context, 'amove-b2');
      const created = await api.call('createAmoveBucket', { query: { cloudAccountId: id, bucketName: second } });
      expect.equal(created.status, 200, 'Amove Create Bucket answers 200');
      const both = await bucketsOf(api, account);
      expect.that(both.includes(first) && both.includes(second), 'both buckets are listed', both);
      const deleted = await api.call('deleteAmoveBucket', { query: { cloudAccountId: id, bucketName: first } });
      expect.equal(deleted.status, 200, 'Amove Delete Bucket answers 200');
      const left = await bucketsOf(api, account);
      expect.that(!left.includes(first) && left.includes(second), 'the deleted bucket is gone, and the other one is not', left);
    },
  ),
  scenario(
    'cloud.amove-storage.full-bucket',
    {
      title: 'A bucket that holds objects is not deleted, and neither is its storage',
      controller: 'Cloud',
      operations: ['createFolder', 'deleteAmoveBucket', 'deleteAmoveStorage'],
      statuses: [499],
      level: 'INFO',
    },
    async (context) => {
      const { given, expect } = context;
      const api = await given.session();
      const { account, id, bucket } = await amoveStorage(context, api, { what: 'amove-full' });
      await api.ok('createFolder', { body: { cloudAccount: { id: account.id }, storageName: bucket, path: '', folderName: 'folder' } });
      const one = await api.call('deleteAmoveBucket', { query: { cloudAccountId: id, bucketName: bucket } });
      const all = await api.call('deleteAmoveStorage', { query: { id } });
      expect.equal([one.status, all.status], [499, 499], 'both are refused');
    },
  ),
];
