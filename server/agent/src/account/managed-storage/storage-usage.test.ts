import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageStore } from '../../store/usage-store.ts';
import { ManagedStorageStore } from '../../store/managed-storage-store.ts';
import { Endpoint } from './endpoint.ts';
import { defaultUsageLimits, StorageUsage } from './storage-usage.ts';
import { type ManagedInstallation, managedInstallation, signal } from './testing/managed-installation.ts';

const day = 86_400_000;
let here: ManagedInstallation;
beforeEach(async () => {
  here = await managedInstallation();
});
afterEach(() => here.close());

const add = (bucketName: string, storageTier: 0 | 1 | 2 = 0) =>
  here.managedStorages.addAmove(here.admin, { cloudAccountName: bucketName, bucketName, storageTier }, signal());
const put = (bucket: string, key: string, size: number): void => void here.endpoint.buckets.get(bucket)?.objects.set(key, size);
const usage = (tier = 0) => here.storageUsage.current(here.admin, tier, signal());
const yesterday = (tier = 0) => here.storageUsage.previousDay(here.admin, tier);

describe('the current usage', () => {
  it('is the sum of the stored bytes, page by page, without folder markers', async () => {
    await add('first');
    await add('second', 2);
    for (let index = 0; index < 2500; index += 1) put('first', `object-${index}`, 3);
    put('first', 'folder/', 0);
    put('second', 'object', 11);
    expect([await usage(), await usage(2), await usage(1)]).toEqual([7511, 11, 0]);
  });

  it('counts a bucket that is gone at the endpoint as empty, and fails when the endpoint does not answer', async () => {
    await add('first');
    here.endpoint.buckets.delete('first');
    expect(await usage()).toBe(0);
    here.endpoint.fail('listObjects', 'before');
    await expect(usage()).rejects.toThrow('the endpoint is down');
  });

  it('refuses to count a bucket with more objects than it may count', async () => {
    await add('first');
    for (let index = 0; index < 5; index += 1) put('first', `object-${index}`, 3);
    const connection = { cloudType: 2048, region: '', endpoint: '', serviceUrl: 'http://localhost', accessKey: '', secretKey: '' };
    const limited = new StorageUsage({
      storages: new ManagedStorageStore(here.database),
      store: new UsageStore(here.database),
      endpoint: new Endpoint({ connection, providerFor: () => here.endpoint.provider, timeoutMs: 1000 }),
      quotaBytes: 77,
      now: here.now,
      report: () => undefined,
      limits: { ...defaultUsageLimits, maxObjects: 4, pageSize: 2 },
    });
    await expect(limited.current(here.admin, 0, signal())).rejects.toMatchObject({ code: 'DEFAULT' });
    expect(await limited.cloudInfo(here.admin, signal())).toEqual({ totalQuota: 77, usedBytes: 0, bucketCount: 0 });
  });
});

describe('the usage of the previous day', () => {
  it('is the most that was seen on it, and what was seen last for the days after', async () => {
    await add('first', 1);
    await add('second', 2);
    put('first', 'object', 100);
    await here.storageUsage.sample(signal());
    put('first', 'object', 40);
    put('second', 'object', 7);
    await here.storageUsage.sample(signal());
    expect(yesterday()).toBe(0);
    here.clock.time += day;
    expect([yesterday(), yesterday(1), yesterday(2)]).toEqual([107, 100, 7]);
    here.clock.time += day;
    expect(yesterday()).toBe(47);
  });

  it('still counts a bucket that was removed since, and no longer the day after', async () => {
    const id = await add('first');
    put('first', 'object', 100);
    await here.storageUsage.sample(signal());
    here.clock.time += day;
    here.endpoint.buckets.get('first')?.objects.clear();
    await here.managedStorages.remove(here.admin, id, 'amove', signal());
    expect(yesterday()).toBe(100);
    here.clock.time += day;
    expect(yesterday()).toBe(0);
  });

  it('goes by days of UTC, and forgets samples after a time', async () => {
    await add('first');
    here.clock.time = Date.parse('2026-03-01T23:59:59.999Z');
    put('first', 'object', 1);
    await here.storageUsage.sample(signal());
    here.clock.time += 1;
    expect(yesterday()).toBe(1);
    here.clock.time += 500 * day;
    here.endpoint.buckets.clear();
    await here.storageUsage.sample(signal());
    expect(here.database.prepare('SELECT count(*) AS samples FROM usage_samples').get()).toEqual({ samples: 1 });
  });

  it('is sampled without those that cannot be counted, which are reported', async () => {
    await add('first');
    here.endpoint.fail('listObjects', 'before');
    await here.storageUsage.sample(signal());
    expect(here.logged.join('')).toContain('the endpoint is down');
  });
});
