// Owns the cases of the SharedCloudDrive operations (sharedclouddrive.md).
import type { Case } from '../src/kit/case.ts';
import { driveFields, newDrive } from '../src/kit/directory.ts';
import { driveLists } from '../src/kit/directory-lists.ts';
import { listCases } from '../src/kit/list-checks.ts';

const nothing = '11111111-2222-4333-8444-555555555555';

export const cases: readonly Case[] = [
  ...driveLists.flatMap(listCases),
  {
    id: 'shared-cloud-drive.insert-shared-cloud-drive.unknown-cloud-account',
    title: 'Insert Shared Cloud Drive refuses a cloud account that does not exist',
    operation: 'insertSharedCloudDrive',
    level: 'SHOULD',
    request: async (context) => ({ body: { ...(await driveFields(context, 'nowhere')), cloudAccountId: nothing } }),
    expect: { status: 499, errorCode: 'NOT_FOUND' },
    proves: ['DRIVE-ERROR-001', 'ERR-CODE-010'],
  },
  {
    id: 'shared-cloud-drive.insert-shared-cloud-drive.without-storage-name',
    title: 'Insert Shared Cloud Drive refuses a drive without a bucket',
    operation: 'insertSharedCloudDrive',
    level: 'SHOULD',
    request: async (context) => {
      const { storageName: _left, ...body } = await driveFields(context, 'no-bucket');
      return { body, invalid: true };
    },
    expect: { status: 499, errorCode: 'DEFAULT' },
    proves: ['DRIVE-ERROR-002'],
  },
  {
    id: 'shared-cloud-drive.insert-shared-cloud-drive.duplicate-name',
    title: 'Insert Shared Cloud Drive refuses a name that is taken, in whatever case',
    operation: 'insertSharedCloudDrive',
    level: 'INFO',
    request: async (context) => {
      const { name } = await newDrive(context, 'taken');
      return { body: { ...(await driveFields(context, 'other')), name: name.toUpperCase() } };
    },
    expect: { status: 499, errorCode: 'DUPLICATE' },
  },
  {
    id: 'shared-cloud-drive.update-shared-cloud-drive.unknown-id',
    title: 'Update Shared Cloud Drive does not know an unknown id',
    operation: 'updateSharedCloudDrive',
    level: 'SHOULD',
    request: async (context) => ({ body: { ...(await driveFields(context, 'nothing')), id: nothing } }),
    expect: { status: 499, errorCode: 'NOT_FOUND' },
    proves: ['DRIVE-ERROR-003', 'ERR-CODE-010'],
  },
];
