// Owns the proofs of the checks of FastrSettings.
import { type Proof, proofsOf } from '../src/proofs/fault.ts';
import {
  acceptAnyToken,
  doNothing,
  emptyList,
  ignoreField,
  misreadField,
  onlyCall,
  readOtherBytes,
  repeatedItem,
  replaceBody,
  setField,
  setStatus,
} from '../src/proofs/faults-http.ts';

const insert = 'insertFastrSettings';
const caps = {
  upload: ['MaxUploadBytesPerSecond', 'MaxDownloadBytesPerSecond'],
  download: ['MaxDownloadBytesPerSecond', 'MaxUploadBytesPerSecond'],
  server: ['MaxServerToServerBytesPerSecond', 'MaxUploadBytesPerSecond'],
} as const;
const byAccount = 'getFastrSettingsByCloudAccount';

export const proofs: readonly Proof[] = [
  ...proofsOf('fastr-settings.own.life-cycle', {
    'stores-nothing': doNothing('insertFastrSettings', 200, null),
    'ignores-a-cap': ignoreField('insertFastrSettings', 'MaxUploadBytesPerSecond'),
    'another-cap': setField('insertFastrSettings', 'MaxUploadBytesPerSecond', 1),
    'none-is-an-empty-object': onlyCall(1, replaceBody(byAccount, {})),
    'never-any': replaceBody(byAccount, null),
    'lists-nothing': emptyList('getAllFastrSettings', 'data'),
    'one-record-twice': repeatedItem('getAllFastrSettings', 'data'),
    'update-is-not-stored': doNothing('updateFastrSettings', 200, { MaxDownloadBytesPerSecond: 5, Active: false }),
    'update-ignores-active': ignoreField('updateFastrSettings', 'Active'),
    'deletes-nothing': doNothing('deleteFastrSettings'),
    'deletion-is-refused': setStatus('deleteFastrSettings', 499),
  }),
  ...proofsOf('fastr-settings.for-user.life-cycle', {
    'stores-nothing': doNothing('insertFastrSettingsForUser', 200, null),
    'another-user': setField('insertFastrSettingsForUser', 'UserId', '11111111-2222-4333-8444-555555555555'),
    'lists-nothing': emptyList('getAllFastrSettingsForUser', 'data'),
    'one-record-twice': repeatedItem('getAllFastrSettingsForUser', 'data'),
    'update-is-not-stored': doNothing('updateFastrSettingsForUser', 200, { FileExistsAction: 2 }),
    'update-ignores-the-action': ignoreField('updateFastrSettingsForUser', 'FileExistsAction'),
    'deletes-nothing': doNothing('deleteFastrSettingsForUser'),
  }),
  ...proofsOf('fastr-settings.for-user.refused-to-a-member', {
    'lists-for-anybody': onlyCall(1, acceptAnyToken('getAllFastrSettingsForUser')),
    'inserts-for-anybody': onlyCall(2, acceptAnyToken('insertFastrSettingsForUser')),
    'updates-for-anybody': acceptAnyToken('updateFastrSettingsForUser'),
    'deletes-for-anybody': acceptAnyToken('deleteFastrSettingsForUser'),
    'says-that-it-deleted': setStatus('deleteFastrSettingsForUser', 200),
  }),
  ...Object.entries(caps).flatMap(([kind, [own, other]]) =>
    proofsOf(`fastr-settings.cap.${kind}`, {
      'has-no-effect': ignoreField(insert, own),
      'counts-in-bits': misreadField(insert, own, 5_600_000),
      'caps-other-transfers-too': misreadField(insert, other, 150_000),
    }),
  ),
  ...proofsOf('fastr-settings.file-exists.overwrite', {
    'keeps-both': misreadField(insert, 'FileExistsAction', 2),
    'other-bytes': readOtherBytes('uploadObject'),
  }),
  ...['upload', 'download'].flatMap((direction) =>
    proofsOf(`fastr-settings.file-exists.keep-both-${direction}`, {
      overwrites: misreadField(insert, 'FileExistsAction', 0),
      'skips-only': misreadField(insert, 'FileExistsAction', 1),
    }),
  ),
  ...['downloading', 'uploading'].flatMap((direction) =>
    proofsOf(`fastr-settings.file-exists.appears-while-${direction}`, { overwrites: misreadField(insert, 'FileExistsAction', 0) }),
  ),
  ...proofsOf('fastr-settings.file-exists.skip-if-same', {
    overwrites: misreadField(insert, 'FileExistsAction', 0),
    'keeps-both': misreadField(insert, 'FileExistsAction', 2),
    'other-bytes': onlyCall(3, readOtherBytes('uploadObject')),
  }),
  ...proofsOf('fastr-settings.inactive', { 'has-an-effect': misreadField(insert, 'Active', true) }),
  ...['upload', 'download'].flatMap((direction) =>
    proofsOf(`fastr-settings.verify-checksum.${direction}`, { 'is-ignored': misreadField(insert, 'VerifyChecksum', false) }),
  ),
];
