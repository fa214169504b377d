// Owns the cases of Amove-managed storage that one request can decide (cloud.md, Storage Management and Amove Storage).
import type { Case } from '../src/kit/case.ts';
import type { OperationId } from '../src/kit/contract.ts';

const unknownId = '11111111-2222-4333-8444-555555555555';
const unknownBucket = { bucketName: 'no-such-bucket-of-ckit' };
const inUnknownAccount = { cloudAccountId: unknownId, ...unknownBucket };

const isBytes = (body: unknown): boolean => typeof body === 'number' && Number.isFinite(body) && body >= 0;

/** What is not there is told as 499; NOT_FOUND is documented as the code for it (errors.md). */
const unknown = (
  [
    ['storj', 'deleteStorjBucket', 'CLOUD-UNKNOWN-203', { query: unknownBucket }],
    ['storj', 'getStorjBucketInfo', 'CLOUD-UNKNOWN-204', { query: unknownBucket }],
    ['amove', 'createAmoveBucket', 'CLOUD-UNKNOWN-205', { query: inUnknownAccount }],
    ['amove', 'deleteAmoveBucket', 'CLOUD-UNKNOWN-206', { query: inUnknownAccount }],
  ] as const satisfies readonly (readonly [string, OperationId, string, object])[]
).map(([, operation, requirement, request]): Case => ({
  id: `cloud.${operation.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.unknown`,
  title: `${operation} does not know what is not there`,
  operation,
  level: 'SHOULD',
  request,
  expect: { status: 499, errorCode: 'NOT_FOUND' },
  proves: [requirement, 'ERR-CODE-010'],
}));

export const cases: readonly Case[] = [
  ...unknown,
  {
    id: 'cloud.get-amove-regions.success',
    title: 'Amove Regions answers an array of regions with name and code',
    operation: 'getAmoveRegions',
    expect: { status: 200, also: ({ body }, { expect }) => expect.that(Array.isArray(body), 'the answer is an array', typeof body) },
    proves: ['CLOUD-AMOVE-007', 'CLOUD-AMOVEFIELD-001', 'CLOUD-AMOVEFIELD-002'],
  },
  {
    id: 'cloud.get-amove-usage.success',
    title: 'Amove Get Usage answers a number of bytes',
    operation: 'getAmoveUsage',
    expect: { status: 200, also: ({ body }, { expect }) => expect.that(isBytes(body), 'the answer is a number of bytes', body) },
    proves: ['CLOUD-AMOVE-009'],
  },
  {
    id: 'cloud.get-amove-daily-usage.success',
    title: 'Amove Get Daily Usage answers a number of bytes',
    operation: 'getAmoveDailyUsage',
    expect: { status: 200, also: ({ body }, { expect }) => expect.that(isBytes(body), 'the answer is a number of bytes', body) },
    proves: ['CLOUD-AMOVE-013'],
  },
  {
    id: 'cloud.get-storj-cloud-info.success',
    title: 'Get Cloud Info answers an object',
    operation: 'getStorjCloudInfo',
    expect: {
      status: 200,
      also: ({ body }, { expect }) => expect.that(typeof body === 'object' && body !== null, 'the answer is an object', body),
    },
    proves: ['CLOUD-STORJ-008'],
  },
  {
    id: 'cloud.add-amove-storage.unknown-region',
    title: 'Amove Add Storage refuses a region that is none',
    operation: 'addAmoveStorage',
    level: 'INFO',
    request: async ({ name }) => ({
      body: { cloudAccountName: name('nowhere').slice(0, 100), regionCode: 'ckit-nowhere', storageTier: 0 },
    }),
    expect: { status: 499, errorCode: 'DEFAULT' },
  },
  {
    id: 'cloud.add-amove-storage.bad-bucket-name',
    title: 'Amove Add Storage refuses a name that is none for a bucket',
    operation: 'addAmoveStorage',
    level: 'INFO',
    request: { body: { cloudAccountName: 'ckit', bucketName: 'Not A Bucket' }, invalid: true },
    expect: { status: 499, errorCode: 'DEFAULT' },
  },
];
