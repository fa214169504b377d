// Owns the proofs of the checks of Storage.
import { type Proof, proofsOf } from '../src/proofs/fault.ts';
import {
  acceptAnyToken,
  changeType,
  defaultParameter,
  doNothing,
  dropField,
  emptyList,
  ignoreField,
  ignoreParameter,
  misreadParameter,
  misreadText,
  onlyCall,
  replaceBody,
  setField,
  setStatus,
} from '../src/proofs/faults-http.ts';

export const proofs: readonly Proof[] = [
  ...proofsOf('storage.get-storage-keys.success', {
    'pages-from-0': setField('getStorageKeys', 'options.page', 0),
    'another-default-size': setField('getStorageKeys', 'options.pageSize', 20),
    'no-total': dropField('getStorageKeys', 'total'),
    'total-as-text': changeType('getStorageKeys', 'total'),
    'plain-array': replaceBody('getStorageKeys', []),
    'answers-202': setStatus('getStorageKeys', 202),
  }),
  ...proofsOf('storage.bucket.life-cycle', {
    'creates-nothing': doNothing('createStorageBucket'),
    'another-name': misreadText('createStorageBucket', 'bucketName', '-2'),
    'deletes-nothing': doNothing('deleteStorageBucket'),
    'creation-answers-201': setStatus('createStorageBucket', 201),
    'deletion-answers-204': setStatus('deleteStorageBucket', 204),
  }),
  ...proofsOf('storage.bucket.flags', {
    'updates-nothing': doNothing('updateStorageBucket'),
    'versioning-is-ignored': ignoreField('updateStorageBucket', 'versioningEnabled'),
    'a-look-changes-the-bucket': onlyCall(2, setField('getStorageBucketStatus', 'isPublic', true)),
    'update-answers-204': setStatus('updateStorageBucket', 204),
  }),
  ...proofsOf(
    'storage.bucket.flags',
    {
      'encryption-is-ignored': ignoreField('createStorageBucket', 'isEncrypted'),
      'no-encryption-state': dropField('getStorageBucketStatus', 'encryptionEnabled'),
      'state-as-text': changeType('getStorageBucketStatus', 'objectLockEnabled'),
    },
    'SHOULD',
  ),
  ...proofsOf('storage.key.secret-once', {
    'no-secret': dropField('createStorageKey', 'secretKey'),
    'empty-secret': setField('createStorageKey', 'secretKey', ''),
    'no-access-key': dropField('createStorageKey', 'accessKey'),
    'secret-in-the-list': setField('getStorageKeys', 'data[0].secretKey', 'EXAMPLE_SECRET_KEY'),
    'is-not-listed': emptyList('getStorageKeys', 'data'),
    'creation-answers-201': setStatus('createStorageKey', 201),
  }),
  ...proofsOf(
    'storage.key.secret-once',
    { 'key-without-id': dropField('getStorageKeys', 'data[0].id'), 'tier-as-text': changeType('getStorageKeys', 'data[0].storageTier') },
    'SHOULD',
  ),
  ...proofsOf('storage.key.deletion', {
    'deletes-nothing': doNothing('deleteStorageKey'),
    'deletes-every-key': emptyList('getStorageKeys', 'data'),
    'answers-204': setStatus('deleteStorageKey', 204),
  }),
  ...proofsOf('storage.key.listing', {
    'page-is-ignored': misreadParameter('getStorageKeys', 'page', '1'),
    'size-is-ignored': ignoreParameter('getStorageKeys', 'pagesize'),
    'order-is-ignored': ignoreParameter('getStorageKeys', 'sortfield'),
    'direction-is-misread': misreadParameter('getStorageKeys', 'descending', 'true'),
    'oldest-first': defaultParameter('getStorageKeys', 'descending', 'false'),
  }),
  ...proofsOf('storage.key.not-for-strangers', {
    'lists-every-account': acceptAnyToken('getStorageKeys'),
    'deletes-for-every-account': acceptAnyToken('deleteStorageKey'),
  }),
];
