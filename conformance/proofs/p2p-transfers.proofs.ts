// Owns the proofs of the checks of P2P transfers.
import type { OperationId } from '../src/kit/contract.ts';
import { type Proof, proofsOf } from '../src/proofs/fault.ts';
import { dropFrame, onlyWhen, publishEarly, setFrameField } from '../src/proofs/faults-channel.ts';
import {
  doNothing,
  dropField,
  emptyList,
  ignoreField,
  increase,
  misreadField,
  misreadText,
  onlyCall,
  refuseButDo,
  replaceBody,
  setField,
  setStatus,
} from '../src/proofs/faults-http.ts';

const initiate = 'initiateP2PTransfer';
const status = 'getP2PTransferStatus';
const required = ['sourceAccount', 'sourceBucket', 'sourcePath', 'targetServerUrl', 'targetBucket', 'targetPath'];
const paused = { success: true, message: 'Transfer paused successfully', serverPaused: true, serverStatus: 'paused' };
const resumed = { success: true, message: 'Transfer resumed successfully', serverResumed: true, serverStatus: 'running' };
const cancelled = { success: true, message: 'Transfer cancelled successfully', serverCancelled: true };

/** State and command, the operation of the command, and which call of it is the one that has to be refused. */
const refusals: readonly (readonly [string, OperationId, number])[] = [
  ['paused-refuses-pause', 'pauseP2PTransfer', 2],
  ...['pending', 'completed', 'cancelled', 'failed'].map((state) => [`${state}-refuses-pause`, 'pauseP2PTransfer', 1] as const),
  ...['pending', 'running', 'completed', 'cancelled', 'failed'].map(
    (state) => [`${state}-refuses-resume`, 'resumeP2PTransfer', 1] as const,
  ),
];

export const proofs: readonly Proof[] = [
  ...required.flatMap((field) =>
    proofsOf(`cloud.initiate-p2-ptransfer.without-${field.toLowerCase()}`, { 'answers-400': setStatus(initiate, 400) }, 'SHOULD'),
  ),
  ...proofsOf('cloud.get-all-p2-ptransfers.success', {
    'answers-an-object': replaceBody('getAllP2PTransfers', { data: [] }),
    'answers-404': setStatus('getAllP2PTransfers', 404),
  }),
  ...proofsOf('cloud.p2p-transfer.small-object', {
    'never-ends': setField(status, 'status', 'running'),
    'another-path': misreadText(initiate, 'targetPath', '.other'),
  }),
  ...proofsOf('cloud.p2p-transfer.bytes-arrive', {
    'another-path': misreadText(initiate, 'targetPath', '.other'),
    'one-byte-too-few': setField(status, 'transferredBytes', 3_145_731),
    'another-total': increase(status, 'totalBytes', 1),
    'no-transfer-id': dropField(initiate, 'transferId'),
    'is-not-listed': emptyList('getAllP2PTransfers', ''),
    'unknown-state': setField(status, 'status', 'finished'),
  }),
  ...proofsOf('cloud.p2p-transfer.running', {
    'all-bytes-at-once': setField(status, 'transferredBytes', 20_971_520),
    'is-visible-early': publishEarly(),
    'is-not-listed': emptyList('getAllP2PTransfers', ''),
  }),
  ...proofsOf(
    'cloud.p2p-transfer.progress-frames',
    {
      'no-frames': dropFrame('progress'),
      'never-completed': onlyWhen({ Status: 'Completed' }, setFrameField('progress', 'Data.Status', 'InProgress')),
    },
    'SHOULD',
  ),
  ...proofsOf('cloud.p2p-transfer.pause-and-resume', {
    'does-not-pause': doNothing('pauseP2PTransfer', 200, paused),
    'does-not-resume': doNothing('resumeP2PTransfer', 200, resumed),
    'refuses-to-pause': setStatus('pauseP2PTransfer', 400),
    'is-visible-early': publishEarly(),
  }),
  ...proofsOf('cloud.p2p-transfer.cancel', {
    'does-not-stop': doNothing('cancelP2PTransfer', 200, cancelled),
    'server-goes-on': setField('cancelP2PTransfer', 'serverCancelled', false),
    'is-refused': setStatus('cancelP2PTransfer', 499),
  }),
  ...refusals.flatMap(([refusal, operation, call]) =>
    proofsOf(`cloud.p2p-transfer.${refusal}`, {
      'is-accepted': onlyCall(call, setStatus(operation, 200)),
      'answers-409': onlyCall(call, setStatus(operation, 409)),
    }),
  ),
  ...proofsOf('cloud.p2p-transfer.pending-refuses-pause', {
    'cancels-all-the-same': refuseButDo('pauseP2PTransfer', 'cancelP2PTransfer', 400),
  }),
  ...proofsOf('cloud.p2p-transfer.overwrite', {
    'always-overwrites': onlyCall(1, misreadField(initiate, 'overwrite', true)),
    'never-overwrites': onlyCall(2, ignoreField(initiate, 'overwrite')),
  }),
  ...proofsOf('cloud.p2p-transfer.existing-target-fails', { 'says-nothing': setField(status, 'errorMessage', null) }, 'SHOULD'),
];
