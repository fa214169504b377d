// Owns the cases of the Storage operations that one request can decide (storage.md).
import type { Case } from '../src/kit/case.ts';
import type { OperationId } from '../src/kit/contract.ts';
import { pageOf } from '../src/kit/paging.ts';
import { idsOf } from '../src/kit/requirement-ids.ts';

const unknown = { cloudAccountId: '11111111-2222-4333-8444-555555555555', bucketName: 'no-such-bucket-of-ckit' };

const unknownBuckets = (
  [
    ['createStorageBucket', 'STORAGE-UNKNOWN-002', { body: unknown }],
    ['getStorageBucketStatus', 'STORAGE-UNKNOWN-003', { body: unknown }],
    ['updateStorageBucket', 'STORAGE-UNKNOWN-004', { body: { ...unknown, versioningEnabled: true } }],
    ['deleteStorageBucket', 'STORAGE-UNKNOWN-005', { query: unknown }],
    [
      'createStorageKey',
      'STORAGE-UNKNOWN-006',
      { body: { name: 'ckit', allBuckets: true, permission: 0, cloudAccountId: unknown.cloudAccountId } },
    ],
  ] as const satisfies readonly (readonly [OperationId, string, object])[]
).map(([operation, requirement, request]): Case => ({
  id: `storage.${operation.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.unknown-account`,
  title: `${operation} does not know an unknown cloud account`,
  operation,
  level: 'SHOULD',
  request,
  expect: { status: 499, errorCode: 'NOT_FOUND' },
  proves: [requirement, 'ERR-CODE-010'],
}));

export const cases: readonly Case[] = [
  ...unknownBuckets,
  {
    id: 'storage.get-storage-keys.success',
    title: 'Get Storage Keys answers a page, with the documented defaults of paging',
    operation: 'getStorageKeys',
    expect: {
      status: 200,
      body: { options: { page: 1, pageSize: 50 } },
      also: ({ body }, { expect }) => void pageOf(body, expect),
    },
    proves: ['STORAGE-KEY-001', ...idsOf('STORAGE-FIELD', 1, 3)],
  },
  {
    id: 'storage.get-storage-keys.unknown-sort-field',
    title: 'Get Storage Keys refuses a sort field that does not exist',
    operation: 'getStorageKeys',
    level: 'INFO',
    request: { query: { sortfield: 'NoSuchField' } },
    expect: { status: 499, errorCode: 'DEFAULT' },
  },
];
