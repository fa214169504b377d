// Owns how the fields of a shared cloud drive are written down.
import type { Schema } from '@click-kit/contract';
import type { SharedDriveRow } from '../../store/directory-rows.ts';
import { refusal } from '../failure.ts';
import { bit, lineOf, nameOf } from './input.ts';

type DriveFields = Omit<Schema<'SharedCloudDrive'>, 'id'>;

export const driveFieldsOf = (body: DriveFields): Omit<SharedDriveRow, 'id' | 'accountId' | 'creatorUserId' | 'createDate'> => ({
  name: nameOf(body.name, 'shared cloud drive'),
  cloudAccountId: body.cloudAccountId.toLowerCase(),
  storageName: storageNameOf(body.storageName),
  storageId: lineOf(body.storageId, 'storageId'),
  prefix: lineOf(body.prefix, 'prefix'),
  prefixId: lineOf(body.prefixId, 'prefixId'),
  objectsPerFolder: body.objectsPerFolder,
  allowDelete: bit(body.allowDelete),
  localCacheEncrypted: bit(body.localCacheEncrypted),
  cloudObjectsEncrypted: bit(body.cloudObjectsEncrypted),
  driveType: body.driveType,
  syncType: body.syncType,
  active: bit(body.active),
});

function storageNameOf(value: string): string {
  const name = lineOf(value, 'storageName').trim();
  if (name === '') throw refusal('DEFAULT', 'The storageName must not be blank.');
  return name;
}
