// Owns the proofs of the checks of AccountLogSetting.
import { type Proof, proofsOf } from '../src/proofs/fault.ts';
import { doNothing, dropField, ignoreField, misreadField, setField, setStatus } from '../src/proofs/faults-http.ts';

export const proofs: readonly Proof[] = [
  ...proofsOf('account-log-setting.life-cycle', {
    'sets-nothing-up': doNothing('setupAccountLogSetting', 200, {}),
    'another-address': setField('setupAccountLogSetting', 'serverAddress', 'another.example.com'),
    'misreads-active': misreadField('setupAccountLogSetting', 'active', true),
    'misreads-the-port': misreadField('setupAccountLogSetting', 'servicePort', '1'),
    'get-without-an-id': dropField('getAccountLogSetting', 'id'),
    'get-without-a-token': dropField('getAccountLogSetting', 'token'),
    'update-is-not-stored': doNothing('updateAccountLogSetting', 200, { servicePort: '8089' }),
    'update-ignores-the-port': ignoreField('updateAccountLogSetting', 'servicePort'),
    'deletes-nothing': doNothing('deleteAccountLogSetting'),
    'deletion-is-refused': setStatus('deleteAccountLogSetting', 499),
  }),
  ...proofsOf('account-log-setting.delivery', { 'is-switched-off': misreadField('setupAccountLogSetting', 'active', false) }, 'SHOULD'),
];
