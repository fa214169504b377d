// Owns the proofs of the checks of FastrSettings.
import { type Proof, proofsOf } from '../src/proofs/fault.ts';
import {
  acceptAnyToken,
  doNothing,
  emptyList,
  ignoreField,
  onlyCall,
  repeatedItem,
  replaceBody,
  setField,
  setStatus,
} from '../src/proofs/faults-http.ts';

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
];
