// Owns the proofs of the checks of Authentication.
import { type Proof, proofsOf } from '../src/proofs/fault.ts';
import {
  acceptAnyPassword,
  acceptAnyToken,
  changeType,
  cutAnswer,
  doNothing,
  dropField,
  replaceBody,
  replaceByHtml,
  setField,
  setStatus,
} from '../src/proofs/faults-http.ts';

export const proofs: readonly Proof[] = [
  ...proofsOf('authentication.login.success', {
    'no-challenge': dropField('login', 'challenge'),
    'unknown-challenge': setField('login', 'challenge', 7),
    'challenge-as-text': changeType('login', 'challenge'),
    'empty-token': setField('login', 'jwtToken', ''),
    'token-is-a-number': changeType('login', 'jwtToken'),
    'no-token': dropField('login', 'jwtToken'),
    'answers-201': setStatus('login', 201),
    'answers-html': replaceByHtml('login'),
    'answer-is-cut': cutAnswer('login'),
  }),
  ...proofsOf('authentication.login.wrong-password', {
    'any-password': acceptAnyPassword('login'),
    'answers-403': setStatus('login', 403),
  }),
  ...proofsOf('authentication.login.unknown-user', {
    'any-user': acceptAnyPassword('login'),
    'answers-499': setStatus('login', 499),
  }),
  ...proofsOf('authentication.session.logout-ends-the-token', {
    'logout-does-nothing': doNothing('logout'),
    'dead-token-is-good': { ...acceptAnyToken('getCloudAccounts'), call: 2 },
    'logout-is-refused': setStatus('logout', 499),
    'logout-has-a-body': replaceBody('logout', {}),
  }),
  ...proofsOf('authentication.session.login-with-type', {
    'refuses-a-type': setStatus('login', 401),
    'yields-nothing': setField('login', 'jwtToken', ''),
  }),
  ...proofsOf('authentication.mfa.login', {
    'no-session': dropField('login', 'session'),
    'no-challenge': setField('login', 'challenge', 0),
    'token-without-code': setField('login', 'jwtToken', 'a-token-too-early'),
    'token-opens-nothing': setField('respondToMfa', 'jwtToken', 'a-token-of-nobody'),
  }),
];
