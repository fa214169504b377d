// Owns the proofs of the checks of the channels.
import { type Proof, proofsOf } from '../src/proofs/fault.ts';
import {
  answerPlainGet,
  binaryFrame,
  brokenFrame,
  changeFrameType,
  closeAtOnce,
  closeWith,
  delayFrame,
  dropFrame,
  dropFrameField,
  onlyWhen,
  refuseUpgrade,
  setFrameField,
} from '../src/proofs/faults-channel.ts';
import { extraFrame } from '../src/proofs/faults-http.ts';

export const proofs: readonly Proof[] = [
  ...['notification', 'stateChange'].flatMap((channel) => [
    ...proofsOf(`channels.${channel.toLowerCase()}.no-token`, {
      'wants-a-token': refuseUpgrade(channel, 401),
      'closes-with-1006': closeAtOnce(channel, 1006),
      'closes-with-1011': closeAtOnce(channel, 1011),
    }),
    ...proofsOf(`channels.${channel.toLowerCase()}.plain-get`, {
      'answers-200': answerPlainGet(channel, 200),
      'answers-426': answerPlainGet(channel, 426),
    }),
  ]),
  ...proofsOf('channels.notification.after-a-call', {
    'no-frame': dropFrame('appNotification'),
    'frame-is-late': delayFrame('appNotification', 4000),
    'another-method': setFrameField('appNotification', 'Data.HttpMethod', 'DELETE'),
    'put-as-post': onlyWhen({ HttpMethod: 'PUT' }, setFrameField('appNotification', 'Data.HttpMethod', 'POST')),
    'another-address': setFrameField('appNotification', 'Data.EndpointAddress', '/'),
    'no-origin': setFrameField('appNotification', 'Data.Origin', ''),
    'method-is-missing': dropFrameField('appNotification', 'Data.HttpMethod'),
    'address-is-a-number': changeFrameType('appNotification', 'Data.EndpointAddress'),
    'binary-frame': binaryFrame('appNotification'),
    'not-json': brokenFrame('appNotification'),
    'closes-with-1006': closeWith('appNotification', 1006),
  }),
  ...proofsOf('channels.notification.not-after-a-get', { 'tells-of-a-get': extraFrame('getCloudAccounts') }),
  ...proofsOf('channels.notification.after-a-delete', {
    'no-frame': onlyWhen({ HttpMethod: 'DELETE' }, dropFrame('appNotification')),
    'another-method': onlyWhen({ HttpMethod: 'DELETE' }, setFrameField('appNotification', 'Data.HttpMethod', 'POST')),
  }),
];
