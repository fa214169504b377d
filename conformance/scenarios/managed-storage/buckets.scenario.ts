// Owns the story of buckets with flags: created, looked at, changed, deleted, and unknown to another account (storage.md).
import { amoveStorage, bucketName, bucketsOf } from '../../src/kit/managed-storage.ts';
import { idsOf } from '../../src/kit/requirement-ids.ts';
import { scenario } from '../../src/kit/scenario.ts';

export const scenarios = [
  scenario(
    'storage.bucket.life-cycle',
    {
      title: 'A bucket is created, listed, deleted and gone',
      controller: 'Storage',
      operations: ['createStorageBucket', 'deleteStorageBucket', 'addAmoveStorage', 'listBuckets'],
      proves: ['STORAGE-BUCKET-001', 'STORAGE-BUCKET-004'],
    },
    async (context) => {
      const { given, expect } = context;
      const api = await given.session();
      const { account, id } = await amoveStorage(context, api, { what: 'bucket-s1', withBucket: false });
      const bucket = { cloudAccountId: id, bucketName: bucketName(context, 'bucket-b1') };
      const created = await api.call('createStorageBucket', { body: { ...bucket, isPublic: false, isEncrypted: false } });
      expect.equal(created.status, 200, 'Create Bucket answers 200');
      expect.that((await bucketsOf(api, account)).includes(bucket.bucketName), 'the bucket is listed');
      const deleted = await api.call('deleteStorageBucket', { query: bucket });
      expect.equal(deleted.status, 200, 'Delete Bucket answers 200');
      expect.that(!(await bucketsOf(api, account)).includes(bucket.bucketName), 'the deleted bucket is gone');
    },
  ),
  scenario(
    'storage.bucket.flags',
    {
      title: 'The flags of a bucket are those that it was created with, until they are updated',
      controller: 'Storage',
      operations: ['createStorageBucket', 'getStorageBucketStatus', 'updateStorageBucket', 'addAmoveStorage'],
      proves: ['STORAGE-BUCKET-002', 'STORAGE-BUCKET-003', ...idsOf('STORAGE-FIELD', 12, 15)],
    },
    async (context) => {
      const { given, expect, should } = context;
      const api = await given.session();
      const { id } = await amoveStorage(context, api, { what: 'flags-s1', withBucket: false });
      const bucket = { cloudAccountId: id, bucketName: bucketName(context, 'flags-b1') };
      const flags = { isPublic: false, isEncrypted: true, versioningEnabled: false };
      await api.ok('createStorageBucket', { body: { ...bucket, ...flags, objectLockEnabled: false } });
      const [first, again] = [
        await api.ok('getStorageBucketStatus', { body: bucket }),
        await api.ok('getStorageBucketStatus', { body: bucket }),
      ];
      expect.equal(again, first, 'looking at the bucket changes nothing');
      should.equal(
        { encrypted: first.encryptionEnabled, versions: first.versioningEnabled },
        { encrypted: true, versions: false },
        'the flags are as created',
      );
      const updated = await api.call('updateStorageBucket', { body: { ...bucket, ...flags, versioningEnabled: true } });
      expect.equal(updated.status, 200, 'Update Bucket answers 200');
      const after = await api.ok('getStorageBucketStatus', { body: bucket });
      expect.that(JSON.stringify(after) !== JSON.stringify(first), 'Update Bucket changes the status', after);
      should.equal(
        { encrypted: after.encryptionEnabled, versions: after.versioningEnabled },
        { encrypted: true, versions: true },
        'the flags are as updated',
      );
    },
  ),
  scenario(
    'storage.bucket.not-for-strangers',
    {
      title: 'A bucket is unknown to another account, which can do nothing to it',
      controller: 'Storage',
      operations: ['getStorageBucketStatus', 'deleteStorageBucket', 'createStorageBucket', 'addAmoveStorage', 'deleteAmoveStorage'],
      statuses: [200, 499],
      level: 'SHOULD',
      proves: ['STORAGE-SCOPE-002'],
    },
    async (context) => {
      const { given, expect } = context;
      const stranger = await given.strangerSession();
      const api = await given.session();
      const { account, id, bucket } = await amoveStorage(context, api, { what: 'stranger' });
      const of = { cloudAccountId: id, bucketName: bucket };
      const answers = [
        await stranger.call('getStorageBucketStatus', { body: of }),
        await stranger.call('deleteStorageBucket', { query: of }),
        await stranger.call('createStorageBucket', { body: { ...of, bucketName: bucketName(context, 'stranger-2') } }),
        await stranger.call('deleteAmoveStorage', { query: { id } }),
        await stranger.call('listObjects', { body: { account: { id }, request: { bucketName: bucket } } }),
      ];
      for (const { operation, status } of answers) expect.equal(status, 499, `${operation} is refused to another account`);
      expect.equal(await bucketsOf(api, account), [bucket], 'the storage is as it was');
    },
  ),
];
