// Owns the story of usage figures: they grow by what is uploaded, by tier, and shrink by what is deleted (cloud.md, Amove Get Usage).
import type { Api } from '../../src/kit/api.ts';
import { amoveStorage, putBytes } from '../../src/kit/managed-storage.ts';
import { scenario } from '../../src/kit/scenario.ts';

const usage = (api: Api, storageTier: 2 | 8): Promise<number> => api.ok('getAmoveUsage', { query: { storageTier } });

export const scenarios = [
  scenario(
    'cloud.amove-usage.after-an-upload',
    {
      title: 'Usage grows by exactly the uploaded bytes, in their tier only, and shrinks when they are deleted',
      controller: 'Cloud',
      operations: ['addAmoveStorage', 'generateUploadUrl', 'getAmoveUsage', 'deleteObject', 'deleteAmoveStorage'],
      proves: ['CLOUD-AMOVE-010', 'CLOUD-AMOVE-011'],
    },
    async (context) => {
      const { given, expect, eventually } = context;
      const api = await given.session();
      const { account, bucket } = await amoveStorage(context, api, { what: 'amove-usage', storageTier: 2 });
      const [before, otherBefore] = [await usage(api, 2), await usage(api, 8)];
      const bytes = given.bytes(70_001);
      await putBytes(context, api, { account, bucket, key: 'folder/usage.bin', bytes });
      const becomes = (wanted: number, rule: string): Promise<number> =>
        eventually({ rule, read: () => usage(api, 2), fits: (found) => found === wanted });
      await becomes(before + bytes.length, 'the usage of the tier grows by exactly the uploaded bytes');
      expect.equal(await usage(api, 8), otherBefore, 'the usage of another tier stays');
      await api.ok('deleteObject', { body: { cloudAccount: { id: account.id }, storageName: bucket, key: 'folder/usage.bin' } });
      await becomes(before, 'the usage of the tier is what it was, once the object is deleted');
    },
  ),
  scenario(
    'cloud.amove-usage.every-tier',
    {
      title: 'Usage counts every tier unless told otherwise',
      controller: 'Cloud',
      operations: ['getAmoveUsage', 'getAmoveDailyUsage', 'addAmoveStorage', 'generateUploadUrl'],
      proves: ['CLOUD-AMOVE-012', 'CLOUD-AMOVE-014'],
    },
    async (context) => {
      const { given, expect } = context;
      const api = await given.session();
      const { account, bucket } = await amoveStorage(context, api, { what: 'amove-tiers', storageTier: 8 });
      await putBytes(context, api, { account, bucket, key: 'tier.bin', bytes: given.bytes(101) });
      expect.equal(
        await api.ok('getAmoveUsage'),
        await api.ok('getAmoveUsage', { query: { storageTier: 0 } }),
        'the usage is that of tier 0',
      );
      expect.that((await api.ok('getAmoveUsage')) >= (await usage(api, 8)), 'the usage of all tiers is no less than that of one');
      const [all, zero] = [await api.ok('getAmoveDailyUsage'), await api.ok('getAmoveDailyUsage', { query: { storageTier: 0 } })];
      expect.equal(all, zero, 'the daily usage is that of tier 0');
    },
  ),
];
