// Owns the proofs of the checks of cloud accounts, buckets, objects and presigned URLs.
import type { OperationId } from '../src/kit/contract.ts';
import { type Proof, proofsOf } from '../src/proofs/fault.ts';
import { flipBytes, removeStorageHeader, storageStatus } from '../src/proofs/faults-channel.ts';
import {
  acceptAnyKeys,
  acceptAnyToken,
  changeType,
  doNothing,
  dropField,
  emptyList,
  ignoreField,
  leakSecret,
  misreadField,
  misreadText,
  offByOnePage,
  onlyCall,
  removeHeader,
  repeatedItem,
  replaceBody,
  replaceByHtml,
  setField,
  setStatus,
} from '../src/proofs/faults-http.ts';

const plainArrays: readonly (readonly [string, OperationId])[] = [
  ['cloud.get-cloud-accounts.success', 'getCloudAccounts'],
  ['cloud.get-all-client-transfers.success', 'getAllClientTransfers'],
  ['cloud.get-all-server-transfers.success', 'getAllServerTransfers'],
];

export const proofs: readonly Proof[] = [
  ...plainArrays.flatMap(([check, operation]) =>
    proofsOf(check, {
      'in-an-object': replaceBody(operation, { data: [] }),
      'null-for-none': replaceBody(operation, null),
      'answers-html': replaceByHtml(operation),
      'answers-206': setStatus(operation, 206),
    }),
  ),
  ...proofsOf('cloud.get-cloud-account.unknown-id', {
    'answers-200': setStatus('getCloudAccount', 200),
    'answers-404': setStatus('getCloudAccount', 404),
    'no-error-code-header': removeHeader('getCloudAccount', 'error-code'),
    'no-type': dropField('getCloudAccount', 'type'),
    'another-status-inside': setField('getCloudAccount', 'status', 400),
    'two-codes': setField('getCloudAccount', 'errors', { NOT_FOUND: ['no'], DEFAULT: ['no'] }),
    'messages-are-no-list': setField('getCloudAccount', 'errors', { NOT_FOUND: 'no' }),
    'error-in-html': replaceByHtml('getCloudAccount'),
  }),
  ...proofsOf('cloud.get-server-transfer-status.unknown-id', {
    'answers-200': setStatus('getServerTransferStatus', 200),
    'answers-499': setStatus('getServerTransferStatus', 499),
  }),
  ...proofsOf('cloud.account.life-cycle', {
    'no-id': dropField('insertCloudAccount', 'id'),
    'another-account': setField('getCloudAccount', 'id', '11111111-2222-4333-8444-555555555555'),
    'new-one-is-not-listed': emptyList('getCloudAccounts', ''),
    'deletes-nothing': doNothing('deleteCloudAccount', 200, true),
    'deletion-answers-false': replaceBody('deleteCloudAccount', false),
  }),
  ...proofsOf(
    'cloud.account.life-cycle',
    { 'account-without-name': dropField('getCloudAccounts', '[0].name'), 'type-as-text': changeType('getCloudAccount', 'cloudType') },
    'SHOULD',
  ),
  ...proofsOf('cloud.account.keys-are-obfuscated', {
    'secret-key-is-shown': leakSecret('getCloudAccounts', '[0].secretKey'),
    'access-key-is-shown': leakSecret('getCloudAccounts', '[0].accessKey', 'accessKey'),
    'secret-key-in-a-name': leakSecret('getCloudAccounts', '[0].name'),
  }),
  ...proofsOf('cloud.account.shared', {
    'is-not-shared': misreadField('insertCloudAccount', 'shared', false),
    'lists-nothing': emptyList('getCloudAccounts', ''),
  }),
  ...proofsOf('cloud.account.shared', { 'is-always-shared': misreadField('insertCloudAccount', 'shared', true) }, 'SHOULD'),
  ...proofsOf('cloud.account.not-deleted-by-others', {
    'deletes-for-anybody': acceptAnyToken('deleteCloudAccount'),
    'says-that-it-deleted': setStatus('deleteCloudAccount', 200),
  }),
  ...proofsOf('cloud.account.credentials-are-checked', {
    'any-keys': acceptAnyKeys('insertCloudAccount'),
    'refused-and-saved': { ...acceptAnyKeys('insertCloudAccount'), answer: { do: 'status', to: 400 } },
  }),
  ...proofsOf('cloud.account.sharing', {
    'shares-nothing': onlyCall(1, doNothing('manageSharedCloudAccount')),
    'stays-shared': onlyCall(2, doNothing('manageSharedCloudAccount')),
    'answers-a-body': replaceBody('manageSharedCloudAccount', {}),
    'renames-too': setField('getCloudAccount', 'name', 'renamed'),
  }),
  ...proofsOf('cloud.storage.create-folder', {
    'creates-nothing': doNothing('createFolder'),
    'another-name': misreadText('createFolder', 'folderName', '-2'),
    'at-the-root': misreadField('createFolder', 'path', ''),
    'is-not-listed': emptyList('listObjects', 'data'),
    'answers-201': setStatus('createFolder', 201),
  }),
  ...proofsOf('cloud.storage.delete-object', {
    'deletes-nothing': doNothing('deleteObject'),
    'deletes-the-neighbour': misreadText('deleteObject', 'key', '.kept'),
    'answers-204': setStatus('deleteObject', 204),
  }),
  ...proofsOf('cloud.storage.list-buckets', {
    'no-buckets': emptyList('listBuckets', 'data'),
    'first-is-missing': offByOnePage('listBuckets', 'data'),
    'bucket-without-name': dropField('listBuckets', 'data[0].name'),
    'data-is-an-object': changeType('listBuckets', 'data'),
  }),
  ...proofsOf('cloud.storage.list-objects', {
    'prefix-is-ignored': ignoreField('listObjects', 'request.path'),
    'first-is-missing': offByOnePage('listObjects', 'data'),
    'one-from-beside': setField('listObjects', 'data[0].key', 'beside/d.bin'),
    'key-is-missing': dropField('listObjects', 'data[0].key'),
  }),
  ...proofsOf('cloud.storage.list-objects-in-pages', {
    'token-is-ignored': ignoreField('listObjects', 'request.continuationToken'),
    'count-is-ignored': ignoreField('listObjects', 'request.count'),
    'count-off-by-one': misreadField('listObjects', 'request.count', 4),
    'page-off-by-one': onlyCall(2, offByOnePage('listObjects', 'data')),
    'ends-too-early': onlyCall(2, setField('listObjects', 'continuationToken', '')),
    'one-object-twice': onlyCall(3, repeatedItem('listObjects', 'data')),
  }),
  ...proofsOf('cloud.storage.list-objects-at-the-root', {
    'another-default': misreadField('listObjects', 'request.path', 'elsewhere/'),
    'no-objects': emptyList('listObjects', 'data'),
  }),
  ...proofsOf('cloud.storage.list-objects-default-count', {
    'one-too-many': repeatedItem('listObjects', 'data'),
    'no-token-for-the-rest': setField('listObjects', 'continuationToken', ''),
  }),
  ...proofsOf('cloud.presigned.download', {
    'other-bytes': flipBytes('GET'),
    'is-refused': storageStatus('GET', 403),
    'no-url': replaceBody('generateDownloadUrl', 'no url'),
    'in-an-object': replaceBody('generateDownloadUrl', { url: 'http://127.0.0.1/' }),
    'shows-the-secret': leakSecret('generateDownloadUrl', ''),
    'another-object': misreadText('generateDownloadUrl', 'key', '.other'),
  }),
  ...proofsOf('cloud.presigned.force-to-download', {
    'is-ignored': misreadField('generateDownloadUrl', 'forceToDownload', false),
    'no-disposition': removeStorageHeader('GET', 'content-disposition'),
  }),
  ...proofsOf('cloud.presigned.upload', {
    'other-bytes': flipBytes('PUT'),
    'is-refused': storageStatus('PUT', 403),
    'stores-nothing': storageStatus('PUT', 200),
    'another-content-type': misreadField('generateUploadUrl', 'contentType', 'text/plain'),
    'another-key': misreadText('generateUploadUrl', 'key', '.other'),
  }),
  ...proofsOf('cloud.presigned.mail', {
    'answers-202': setStatus('sendDownloadUrl', 202),
    'answers-500': setStatus('sendDownloadUrl', 500),
  }),
];
