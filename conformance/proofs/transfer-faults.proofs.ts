// Owns the proofs of the checks of client transfers whose servers, sources and keys are not as they should be.
import { type Proof, proofsOf } from '../src/proofs/fault.ts';
import { flipBytes, followRedirects, publishEarly } from '../src/proofs/faults-channel.ts';
import { doNothing, leavePartialFile, misreadText, readOtherBytes, setField, setStatus } from '../src/proofs/faults-http.ts';

const saysCompleted = setField('getClientTransferStatus', 'status', 'completed');
const leavesAPart = leavePartialFile('downloadObject');
const otherFile = readOtherBytes('uploadObject');
const cancelled = { 'does-not-stop': doNothing('cancelClientTransfer'), 'is-refused': setStatus('cancelClientTransfer', 400) };

export const proofs: readonly Proof[] = [
  ...proofsOf('cloud.download.source-is-cut-off', { 'other-bytes': flipBytes('GET'), 'leaves-a-part': leavesAPart }),
  ...['compressed', 'source-says-less', 'source-says-more'].flatMap((story) =>
    proofsOf(`cloud.download.${story}`, { 'says-completed': saysCompleted, 'leaves-a-part': leavesAPart }),
  ),
  ...proofsOf('cloud.download.stalled-source-cancelled', { ...cancelled, 'part-stays': leavesAPart }),
  ...proofsOf('cloud.upload.target-is-cut-off', { 'other-bytes': otherFile }),
  ...proofsOf('cloud.upload.target-keeps-a-part', { 'other-bytes': otherFile }),
  ...proofsOf('cloud.client-transfer.busy-server', { 'other-bytes': otherFile, 'other-bytes-come-back': flipBytes('GET') }),
  ...proofsOf('cloud.upload.stalled-target-cancelled', cancelled),
  ...proofsOf('cloud.upload.stalled-target-cancelled', { 'object-stays': publishEarly() }, 'SHOULD'),
  ...proofsOf('cloud.download.object-changes', { 'leaves-a-part': leavesAPart }),
  ...proofsOf('cloud.upload.file-changes', { 'other-bytes': otherFile }),
  ...proofsOf('cloud.download.redirected', { 'takes-the-keys-along': followRedirects('GET'), 'leaves-a-part': leavesAPart }),
  ...proofsOf('cloud.upload.redirected', { 'takes-the-keys-along': followRedirects('PUT') }),
  ...proofsOf('cloud.download.empty-object', {
    'another-object': misreadText('downloadObject', 'objectKey', '.other'),
    'leaves-a-part': leavesAPart,
  }),
  ...proofsOf('cloud.client-transfer.long-key', {
    'another-key': misreadText('uploadObject', 'uploadPath', '-2'),
    'another-folder': misreadText('downloadObject', 'downloadPath', '/downloads'),
  }),
  ...proofsOf('cloud.download.stays-in-its-folder', { 'steps-out': misreadText('downloadObject', 'downloadPath', '/..') }),
];
