// Owns the proofs of the checks of cloud-to-cloud transfers.
import { type Proof, proofsOf } from '../src/proofs/fault.ts';
import { dropFrame, dropFrameField, flipBytes, onlyWhen, publishEarly, setFrameField } from '../src/proofs/faults-channel.ts';
import {
  acceptAnyToken,
  changeType,
  defaultParameter,
  doNothing,
  dropField,
  emptyList,
  ignoreField,
  ignoreParameter,
  increase,
  leakSecret,
  misreadField,
  misreadParameter,
  misreadText,
  offByOnePage,
  onlyCall,
  replaceBody,
  reversed,
  setField,
  setStatus,
} from '../src/proofs/faults-http.ts';

const start = 'startTransfer';
const list = 'getAllTransfers';
const cancel = 'cancelTransfer';
const anAccount = '11111111-1111-4111-8111-111111111111';

/** What stands in for a field that is left out, in an agent that does not notice. */
const stopgaps = {
  sourceCloudAccountId: anAccount,
  sourceBucket: 'any',
  sourcePath: 'any.bin',
  destinationCloudAccountId: anAccount,
  destinationBucket: 'any',
  destinationPath: 'any/',
} as const;

const cases: readonly Proof[] = [
  ...proofsOf('transfer.get-all-transfers.success', {
    'no-total': dropField(list, 'total'),
    'data-is-an-object': changeType(list, 'data'),
    'plain-array': replaceBody(list, []),
    'answers-201': setStatus(list, 201),
  }),
  ...proofsOf('transfer.get-all-transfers.success', { 'another-default-size': setField(list, 'options.pageSize', 20) }, 'SHOULD'),
  ...proofsOf('transfer.get-all-transfers.page-size', {
    'finds-nothing': emptyList(list, 'data'),
    'starts-behind-the-end': misreadParameter(list, 'page', '1000'),
  }),
  ...proofsOf('transfer.get-all-transfers.page-zero', { 'is-page-one': misreadParameter(list, 'page', '1') }),
  ...proofsOf('transfer.get-all-transfers.unknown-sort-field', { 'is-ignored': ignoreParameter(list, 'sortfield') }),
  ...Object.entries(stopgaps).flatMap(([field, value]) =>
    proofsOf(`transfer.start-transfer.without-${field.toLowerCase()}`, {
      'answers-200': setStatus(start, 200),
      // With a stopgap for an account the refusal has another reason, and another code.
      ...(!field.endsWith('Id') && { 'takes-a-default': misreadField(start, field, value) }),
    }),
  ),
  ...['source', 'destination'].flatMap((side) =>
    proofsOf(`transfer.start-transfer.unknown-${side}-account`, {
      'is-queued': setStatus(start, 200),
      'answers-404': setStatus(start, 404),
    }),
  ),
  ...proofsOf('transfer.start-transfer.path-that-climbs', { 'is-followed': misreadField(start, 'destinationPath', 'b/') }),
  ...proofsOf('transfer.start-transfer.onto-itself', { 'is-queued': misreadField(start, 'destinationPath', 'elsewhere/') }),
  ...proofsOf('transfer.cancel-transfer.unknown-id', { 'answers-200': setStatus(cancel, 200), 'answers-404': setStatus(cancel, 404) }),
  ...proofsOf('transfer.cancel-transfer.no-id', { 'answers-200': setStatus(cancel, 200) }),
];

const copies: readonly Proof[] = [
  ...proofsOf('transfer.copy.small-object', {
    'does-nothing': doNothing(start),
    'another-path': misreadText(start, 'destinationPath', 'other/'),
    'other-bytes': flipBytes('GET'),
    'answers-202': setStatus(start, 202),
  }),
  ...proofsOf('transfer.copy.bytes-arrive', {
    'is-not-listed': emptyList(list, 'data'),
    'never-ends': setField(list, 'data[0].transferStatus', 2),
    'another-bucket': setField(list, 'data[0].destinationBucket', 'another-bucket'),
    'one-byte-too-few': increase(list, 'data[0].transferredSize', -1),
    'another-total': increase(list, 'data[0].total', 1),
    'half-way': setField(list, 'data[0].percent', 50),
    'ends-before-it-starts': setField(list, 'data[0].endDate', '2000-01-01T00:00:00Z'),
    'secret-is-shown': leakSecret(list, 'data[0].sourceCloudAccount.secretKey'),
    'no-date': dropField(list, 'data[0].requestDate'),
    'speed-is-a-text': changeType(list, 'data[0].averageSpeed'),
  }),
  ...proofsOf('transfer.copy.optional-ids', {
    'are-refused': setStatus(start, 499),
    'does-nothing': doNothing(start),
  }),
  ...proofsOf('transfer.copy.queued', { 'is-there-at-once': publishEarly() }),
  ...proofsOf('transfer.copy.progress-frames', {
    'no-frames': dropFrame('progress'),
    'no-completion': onlyWhen({ Status: 'Completed' }, dropFrame('progress')),
    'too-few-bytes': onlyWhen({ Status: 'Completed' }, setFrameField('progress', 'Data.Bytes', 1)),
  }),
  ...proofsOf('transfer.copy.history', {
    'no-record': emptyList('getAllTransferHistory', 'data'),
    'says-failed': setField('getAllTransferHistory', 'data[0].transferStatus', 16),
    'another-account': setField('getAllTransferHistory', 'data[0].destinationCloudAccountId', anAccount),
  }),
  ...proofsOf('transfer.copy.history', { 'counts-nothing': setField('getAllTransferHistory', 'data[0].totalObjects', 0) }, 'SHOULD'),
  ...proofsOf('transfer.copy.standard-user', { 'is-let': setStatus(start, 200) }),
];

const folders: readonly Proof[] = [
  ...proofsOf('transfer.folder.keeps-the-tree', {
    'tree-is-lost': misreadField(start, 'keepSourceTree', false),
    'does-nothing': doNothing(start),
    'other-bytes': flipBytes('GET'),
  }),
  ...proofsOf('transfer.folder.flattened', {
    'tree-is-kept': misreadField(start, 'keepSourceTree', true),
    'counts-too-many': increase(list, 'data[0].total', 1),
    'other-size': increase(list, 'data[0].totalSize', 1),
  }),
  ...proofsOf('transfer.folder.same-names', { 'overwrites-and-says-nothing': setField(list, 'data[0].transferStatus', 4) }),
  ...proofsOf('transfer.skip.newer-at-the-destination', {
    'flag-is-ignored': ignoreField(start, 'allowSkip'),
    'does-nothing': doNothing(start),
  }),
  ...proofsOf('transfer.skip.counted', {
    'flag-is-ignored': ignoreField(start, 'allowSkip'),
    'is-not-counted': setField(list, 'data[0].skipped', 0),
  }),
  ...proofsOf('transfer.skip.not-allowed', { 'skips-all-the-same': misreadField(start, 'allowSkip', true) }),
];

const cancels: readonly Proof[] = [
  ...proofsOf('transfer.cancel.running', {
    'does-not-stop': doNothing(cancel),
    'is-refused': setStatus(cancel, 499),
    'nobody-is-told': onlyWhen({ Status: 'Canceled' }, dropFrame('progress')),
    'no-transfer-id': dropFrameField('progress', 'Data.TransferId'),
  }),
  ...proofsOf('transfer.cancel.running', { 'object-stays': publishEarly() }, 'SHOULD'),
  ...proofsOf('transfer.cancel.ended', {
    'does-not-stop': doNothing(cancel),
    'says-completed': setField(list, 'data[0].transferStatus', 4),
    'another-id': setField(list, 'data[0].id', anAccount),
    'can-be-cancelled-twice': onlyCall(2, setStatus(cancel, 200)),
  }),
  ...proofsOf('transfer.cancel.completed', { 'is-accepted': setStatus(cancel, 200), 'answers-400': setStatus(cancel, 400) }),
];

const lists: readonly Proof[] = [
  ...proofsOf('transfer.get-all-transfers.newest-first', {
    'oldest-first': defaultParameter(list, 'descending', 'false'),
    'other-direction': reversed(list, 'data'),
    'direction-is-ignored': ignoreParameter(list, 'descending'),
    'sorted-by-path': defaultParameter(list, 'sortfield', 'DestinationPath'),
    'is-not-listed': emptyList(list, 'data'),
  }),
  ...proofsOf('transfer.get-all-transfers.pages', {
    'page-is-ignored': misreadParameter(list, 'page', '1'),
    'size-is-ignored': ignoreParameter(list, 'pagesize'),
    'page-off-by-one': onlyCall(3, misreadParameter(list, 'page', '3')),
    'starts-too-late': onlyCall(2, offByOnePage(list, 'data')),
  }),
  ...proofsOf('transfer.get-all-transfers.filter-by-type', {
    'filter-is-ignored': ignoreParameter(list, 'type'),
    'filter-is-misread': misreadParameter(list, 'type', '2'),
  }),
  ...proofsOf('transfer.get-all-transfers.sort-fields', {
    'other-direction': reversed(list, 'data'),
    'always-by-date': misreadParameter(list, 'sortfield', 'RequestDate'),
  }),
  ...proofsOf('transfer.get-all-transfers.of-the-account', {
    'is-not-listed': emptyList(list, 'data'),
    'shows-those-of-others': acceptAnyToken(list),
  }),
];

const failures: readonly Proof[] = [
  ...proofsOf('transfer.failure.missing-source', {
    'says-completed': setField(list, 'data[0].transferStatus', 4),
    'counts-it': setField(list, 'data[0].transferred', 1),
  }),
  ...proofsOf('transfer.failure.target-refuses', { 'says-completed': setField(list, 'data[0].transferStatus', 4) }),
  ...proofsOf('transfer.failure.source-is-cut-off', {
    'other-bytes': flipBytes('GET'),
    'does-nothing': doNothing(start),
  }),
  ...proofsOf('transfer.failure.source-changes', { 'a-mixture': flipBytes('GET') }),
  ...proofsOf('transfer.failure.slow-source-cancelled', { 'does-not-stop': doNothing(cancel) }),
];

export const proofs: readonly Proof[] = [...cases, ...copies, ...folders, ...cancels, ...lists, ...failures];
