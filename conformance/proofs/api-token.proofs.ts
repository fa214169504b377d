// Owns the proofs of the checks of API tokens.
import { type Proof, proofsOf } from '../src/proofs/fault.ts';
import {
  acceptAnyToken,
  changeType,
  doNothing,
  dropField,
  emptyList,
  misreadText,
  replaceBody,
  replaceByHtml,
  setField,
  setStatus,
} from '../src/proofs/faults-http.ts';

export const proofs: readonly Proof[] = [
  ...proofsOf('api-token.get-all-api-tokens.success', {
    'in-an-object': replaceBody('getAllApiTokens', { data: [], total: 0 }),
    'null-for-none': replaceBody('getAllApiTokens', null),
    'answers-html': replaceByHtml('getAllApiTokens'),
    'answers-206': setStatus('getAllApiTokens', 206),
  }),
  ...proofsOf('api-token.life-cycle', {
    'no-id': dropField('insertApiToken', 'id'),
    'no-value': dropField('insertApiToken', 'token'),
    'empty-value': setField('insertApiToken', 'token', ''),
    'another-title': misreadText('insertApiToken', 'title', '-2'),
    'is-not-listed': emptyList('getAllApiTokens', ''),
    'value-is-masked': setField('getAllApiTokens', '[0].token', '********'),
    'deletes-nothing': doNothing('deleteApiToken'),
    'answers-204': setStatus('deleteApiToken', 204),
  }),
  ...proofsOf(
    'api-token.life-cycle',
    {
      'title-is-missing': dropField('getAllApiTokens', '[0].title'),
      'date-as-number': changeType('insertApiToken', 'createDate'),
    },
    'SHOULD',
  ),
  ...proofsOf('api-token.expiry', { 'another-expiry': setField('insertApiToken', 'expirationDate', '2099-01-01T00:00:00Z') }),
  ...proofsOf('api-token.of-one-user', { 'created-for-somebody-else': acceptAnyToken('insertApiToken') }),
];
