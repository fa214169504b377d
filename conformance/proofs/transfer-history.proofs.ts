// Owns the proofs of the checks of TransferHistory.
import { type Proof, proofsOf } from '../src/proofs/fault.ts';
import {
  acceptAnyToken,
  changeType,
  defaultParameter,
  doNothing,
  dropField,
  emptyList,
  ignoreParameter,
  misreadParameter,
  onlyCall,
  replaceBody,
  reversed,
  setField,
  setStatus,
} from '../src/proofs/faults-http.ts';

const list = 'getAllTransferHistory';
const check = (what: string): string => `transfer-history.get-all-transfer-history.${what}`;

export const proofs: readonly Proof[] = [
  ...proofsOf(check('success'), {
    'another-default-size': setField(list, 'options.pageSize', 20),
    'pages-from-0': setField(list, 'options.page', 0),
    'no-total': dropField(list, 'total'),
    'data-is-an-object': changeType(list, 'data'),
    'plain-array': replaceBody(list, []),
    'answers-201': setStatus(list, 201),
  }),
  ...proofsOf(check('page-size'), {
    'size-is-ignored': ignoreParameter(list, 'pagesize'),
    'page-is-ignored': ignoreParameter(list, 'page'),
    'page-off-by-one': misreadParameter(list, 'page', '3'),
    'size-is-not-echoed': setField(list, 'options.pageSize', 50),
  }),
  ...['origin', 'status', 'direction'].flatMap((filter) =>
    proofsOf(check(`filter-by-${filter}`), {
      'filter-is-ignored': ignoreParameter(list, filter),
      'filter-is-misread': misreadParameter(list, filter, '2'),
    }),
  ),
  ...proofsOf(check('sorted'), {
    'other-direction': reversed(list, 'data'),
    'oldest-first': defaultParameter(list, 'descending', 'false'),
  }),
  ...proofsOf('cloud.upload.history', {
    'no-record': emptyList(list, 'data'),
    'record-says-failed': setField(list, 'data[0].transferStatus', 16),
    'record-says-download': setField(list, 'data[0].direction', 2),
    'another-bucket': setField(list, 'data[0].destinationBucket', 'another-bucket'),
    'deletes-nothing': doNothing('deleteTransferHistory'),
    'deletion-is-refused': setStatus('deleteTransferHistory', 499),
  }),
  ...proofsOf('transfer-history.record.download', {
    'no-record': emptyList(list, 'data'),
    'says-upload': setField(list, 'data[0].direction', 1),
    'says-failed': setField(list, 'data[0].transferStatus', 16),
  }),
  ...proofsOf('transfer-history.record.failure', { 'no-record': emptyList(list, 'data') }),
  ...proofsOf('transfer-history.record.failure', { 'says-completed': setField(list, 'data[0].transferStatus', 4) }, 'SHOULD'),
  ...proofsOf('transfer-history.visibility', {
    'shows-all-to-anybody': acceptAnyToken(list),
    'nothing-of-others': emptyList(list, 'data'),
  }),
  ...proofsOf('transfer-history.record.verification', {
    'is-not-told': dropField(list, 'data[0].verification'),
    'says-the-same-always': setField(list, 'data[0].verification', 'sha256'),
  }),
  ...proofsOf(check('oldest-first'), {
    'direction-is-ignored': ignoreParameter(list, 'descending'),
    'other-direction': onlyCall(1, reversed(list, 'data')),
    'zero-is-a-filter': onlyCall(3, misreadParameter(list, 'origin', '2')),
  }),
];
