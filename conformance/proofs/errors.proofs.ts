// Owns the proofs of the checks of the error model.
import { type Proof, proofsOf } from '../src/proofs/fault.ts';
import { dropField, removeHeader, setField } from '../src/proofs/faults-http.ts';

export const proofs: readonly Proof[] = [
  ...proofsOf('errors.problem.shape', {
    'no-header': removeHeader('getCloudAccount', 'error-code'),
    'no-type': dropField('getCloudAccount', 'type'),
    'type-is-a-sentence': setField('getCloudAccount', 'type', 'There is no such account'),
    'status-is-400': setField('getCloudAccount', 'status', 400),
    'no-errors': setField('getCloudAccount', 'errors', {}),
    'another-key': setField('getCloudAccount', 'errors', { DEFAULT: ['There is no such account'] }),
    'message-is-no-list': setField('getCloudAccount', 'errors', { NOT_FOUND: 'There is no such account' }),
  }),
];
