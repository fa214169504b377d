// Owns the proofs of the checks of transfers between two servers.
import { type Proof, proofsOf } from '../src/proofs/fault.ts';
import { flipBytes, publishEarly, storageStatus } from '../src/proofs/faults-channel.ts';
import {
  doNothing,
  dropField,
  emptyList,
  increase,
  misreadField,
  misreadText,
  onlyCall,
  setField,
  setStatus,
} from '../src/proofs/faults-http.ts';

const initiate = 'initiateServerTransfer';
const status = 'getServerTransferStatus';
const required = ['sourceServerUrl', 'targetServerUrl', 'sourceBucket', 'sourcePath', 'targetBucket', 'targetPath'];

export const proofs: readonly Proof[] = [
  ...required.flatMap((field) =>
    proofsOf(`cloud.initiate-server-transfer.without-${field.toLowerCase()}`, {
      'takes-a-default': misreadField(initiate, field, 'http://127.0.0.1:1'),
      'answers-499': setStatus(initiate, 499),
    }),
  ),
  ...proofsOf('cloud.server-transfer.small-object', {
    'never-ends': setField(status, 'status', 'running'),
    'another-path': misreadText(initiate, 'targetPath', '.other'),
  }),
  ...proofsOf('cloud.server-transfer.bytes-arrive', {
    'other-bytes': flipBytes('GET'),
    'another-path': misreadText(initiate, 'targetPath', '.other'),
    'one-byte-too-few': setField(status, 'bytesTransferred', 9_437_187),
    'another-total': increase(status, 'totalBytes', 1),
    'answers-200': setStatus(initiate, 200),
    'is-running-at-once': setField(initiate, 'status', 'running'),
    'no-transfer-id': dropField(initiate, 'transferId'),
    'is-not-listed': emptyList('getAllServerTransfers', ''),
    'unknown-state': setField(status, 'status', 'finished'),
  }),
  ...proofsOf('cloud.server-transfer.head-before-the-body', { 'no-head': storageStatus('HEAD', 405) }),
  ...proofsOf('cloud.server-transfer.running', {
    'all-bytes-at-once': setField(status, 'bytesTransferred', 20_971_520),
    'is-visible-early': publishEarly(),
    'is-not-listed': emptyList('getAllServerTransfers', ''),
  }),
  ...proofsOf('cloud.server-transfer.cancel', {
    'does-not-stop': onlyCall(1, doNothing('cancelServerTransfer')),
    'can-be-cancelled-twice': onlyCall(2, setStatus('cancelServerTransfer', 200)),
    'is-refused': onlyCall(1, setStatus('cancelServerTransfer', 400)),
  }),
  ...proofsOf('cloud.server-transfer.cancel', { 'object-stays': publishEarly() }, 'SHOULD'),
  ...proofsOf('cloud.server-transfer.source-is-cut-off', { 'other-bytes': flipBytes('GET') }),
  ...proofsOf('cloud.server-transfer.source-changes', { 'a-mixture': flipBytes('GET') }),
  ...proofsOf('cloud.server-transfer.target-refuses', {
    'says-nothing': setField(status, 'errorMessage', ''),
    'says-completed': setField(status, 'status', 'completed'),
  }),
  ...proofsOf('cloud.server-transfer.slow-source-cancelled', {
    'does-not-stop': doNothing('cancelServerTransfer'),
    'is-refused': setStatus('cancelServerTransfer', 400),
  }),
  ...(
    [
      ['completed', 1],
      ['cancelled', 2],
    ] as const
  ).flatMap(([state, call]) =>
    proofsOf(`cloud.server-transfer.${state}-refuses-cancel`, {
      'is-accepted': onlyCall(call, setStatus('cancelServerTransfer', 200)),
      'does-nothing': onlyCall(call, doNothing('cancelServerTransfer')),
      'answers-409': onlyCall(call, setStatus('cancelServerTransfer', 409)),
    }),
  ),
];
