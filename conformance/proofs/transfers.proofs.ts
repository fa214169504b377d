// Owns the proofs of the checks of client transfers.
import type { OperationId } from '../src/kit/contract.ts';
import { type Proof, proofsOf } from '../src/proofs/fault.ts';
import {
  brokenFrame,
  closeWith,
  dropFrame,
  dropFrameField,
  duplicateFrame,
  flipBytes,
  onlyWhen,
  publishEarly,
  setFrameField,
  swapFrames,
} from '../src/proofs/faults-channel.ts';
import {
  doNothing,
  dropField,
  emptyList,
  flipUpload,
  growing,
  increase,
  leavePartialFile,
  misreadField,
  misreadText,
  onlyCall,
  readOtherBytes,
  refuseButDo,
  requireToken,
  setField,
  setStatus,
  simplifyName,
} from '../src/proofs/faults-http.ts';

/** State and command, the operation of the command, and which call of it is the one that has to be refused. */
const refusals: readonly (readonly [string, OperationId, number])[] = [
  ['running-refuses-resume', 'resumeClientTransfer', 1],
  ['paused-refuses-pause', 'pauseClientTransfer', 2],
  ['completed-refuses-pause', 'pauseClientTransfer', 1],
  ['completed-refuses-resume', 'resumeClientTransfer', 1],
  ['completed-refuses-cancel', 'cancelClientTransfer', 1],
  ['cancelled-refuses-pause', 'pauseClientTransfer', 1],
  ['cancelled-refuses-resume', 'resumeClientTransfer', 1],
  ['cancelled-refuses-cancel', 'cancelClientTransfer', 2],
];

const status = 'getClientTransferStatus';
const completed = { Status: 'Completed' };

const progress = {
  'no-frames': dropFrame('progress'),
  'no-end': onlyWhen(completed, dropFrame('progress')),
  'frames-out-of-order': swapFrames('progress'),
  'first-frame-again': duplicateFrame('progress'),
  'another-mode': setFrameField('progress', 'Data.TransferMode', 'Both'),
  'more-than-all': onlyWhen(completed, setFrameField('progress', 'Data.Bytes', 99_999_999)),
  'not-all-bytes': onlyWhen(completed, setFrameField('progress', 'Data.Bytes', 17)),
  'another-size': onlyWhen(completed, setFrameField('progress', 'Data.Size', 17)),
  'no-transfer-id': dropFrameField('progress', 'Data.TransferId'),
};

export const proofs: readonly Proof[] = [
  ...refusals.flatMap(([refusal, operation, call]) =>
    proofsOf(`cloud.client-transfer.${refusal}`, {
      'is-accepted': onlyCall(call, setStatus(operation, 200)),
      'does-nothing': onlyCall(call, doNothing(operation)),
      'answers-409': onlyCall(call, setStatus(operation, 409)),
    }),
  ),
  ...proofsOf('cloud.client-transfer.running-refuses-resume', {
    'cancels-all-the-same': refuseButDo('resumeClientTransfer', 'cancelClientTransfer', 400),
  }),
  ...proofsOf('cloud.client-transfer.cancelled-refuses-cancel', { 'state-has-moved': setField(status, 'status', 'completed') }),
  ...proofsOf('cloud.upload.small-file', {
    'never-ends': setField(status, 'status', 'running'),
    'another-folder': misreadText('uploadObject', 'uploadPath', '-2'),
  }),
  ...proofsOf('cloud.download.small-file', {
    'never-ends': setField(status, 'status', 'running'),
    'another-folder': misreadText('downloadObject', 'downloadPath', '/downloads'),
  }),
  ...proofsOf('cloud.upload.bytes-arrive', {
    'other-bytes': readOtherBytes('uploadObject'),
    'another-folder': misreadText('uploadObject', 'uploadPath', '-2'),
    'one-byte-too-few': setField(status, 'transferredBytes', 9_438_417),
    'another-total': increase(status, 'totalBytes', 1),
    'no-transfer-id': dropField('uploadObject', 'transferId'),
    'is-not-listed': emptyList('getAllClientTransfers', ''),
    'answers-202': setStatus('uploadObject', 202),
  }),
  ...proofsOf('cloud.upload.progress-frames', {
    ...progress,
    'another-bucket': setFrameField('progress', 'Data.StorageName', 'another-bucket'),
    'not-json': brokenFrame('progress'),
    'closes-with-1006': closeWith('progress', 1006),
  }),
  ...proofsOf('cloud.upload.without-token', {
    'needs-a-token': requireToken('uploadObject'),
    'other-bytes': readOtherBytes('uploadObject'),
  }),
  ...proofsOf('cloud.upload.odd-names', {
    'simplifies-the-name': simplifyName('uploadObject'),
    'other-bytes': readOtherBytes('uploadObject'),
  }),
  ...proofsOf('cloud.upload.fastr-server', {
    'other-bytes': readOtherBytes('uploadObject'),
    'other-bytes-come-back': flipBytes('GET'),
    'is-not-listed': emptyList('getAllClientTransfers', ''),
  }),
  ...proofsOf('cloud.upload.own-id', { 'takes-the-id': setField('uploadObject', 'transferId', '99999999-8888-4777-8666-555555555555') }),
  ...proofsOf('cloud.download.file', {
    ...progress,
    'other-bytes': flipBytes('GET'),
    'leaves-a-part': leavePartialFile('downloadObject'),
    'needs-a-folder-of-its-own': misreadText('downloadObject', 'downloadPath', '/downloads'),
  }),
  ...proofsOf('cloud.download.directory', {
    'other-bytes': flipBytes('GET'),
    'only-one-part-of-it': misreadText('downloadObject', 'objectKey', 'inner/'),
    'leaves-a-part': leavePartialFile('downloadObject'),
  }),
  ...proofsOf('cloud.download.without-token', { 'needs-a-token': requireToken('downloadObject'), 'other-bytes': flipBytes('GET') }),
  ...proofsOf('cloud.form-upload.bytes-arrive', {
    'other-bytes': flipUpload('uploadObjectFromForm'),
    'answers-202': setStatus('uploadObjectFromForm', 202),
    'needs-a-token': requireToken('uploadObjectFromForm'),
  }),
  ...['missing-file', 'empty-file'].flatMap((what) =>
    proofsOf(`cloud.form-upload.${what}`, {
      'is-accepted': setStatus('uploadObjectFromForm', 200),
      'answers-499': setStatus('uploadObjectFromForm', 499),
    }),
  ),
  ...proofsOf('cloud.client-transfer.cancel-upload', {
    'does-not-stop': doNothing('cancelClientTransfer'),
    'is-refused': setStatus('cancelClientTransfer', 400),
    'frame-says-completed': setFrameField('progress', 'Data.Status', 'Completed'),
  }),
  ...proofsOf('cloud.client-transfer.cancel-upload', { 'object-stays': publishEarly() }, 'SHOULD'),
  ...proofsOf('cloud.client-transfer.cancel-download', {
    'does-not-stop': doNothing('cancelClientTransfer'),
    'part-stays': leavePartialFile('downloadObject'),
    'pauses-instead': { ...refuseButDo('cancelClientTransfer', 'pauseClientTransfer', 200) },
  }),
  ...proofsOf('cloud.client-transfer.pause-and-resume-upload', {
    'does-not-pause': doNothing('pauseClientTransfer'),
    'does-not-resume': doNothing('resumeClientTransfer'),
    'bytes-move-while-paused': growing(status, 'transferredBytes'),
    'is-visible-while-paused': publishEarly(),
    'other-bytes': readOtherBytes('uploadObject'),
    'pause-answers-202': setStatus('pauseClientTransfer', 202),
    'resume-answers-202': setStatus('resumeClientTransfer', 202),
  }),
  ...proofsOf('cloud.client-transfer.pause-and-resume-download', {
    'does-not-pause': doNothing('pauseClientTransfer'),
    'does-not-resume': doNothing('resumeClientTransfer'),
    'bytes-move-while-paused': growing(status, 'transferredBytes'),
    'other-bytes': flipBytes('GET'),
    'another-object': misreadField('downloadObject', 'objectKey', 'another.bin'),
  }),
];
