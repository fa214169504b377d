// Owns the proofs of the checks of User.
import { type Proof, proofsOf } from '../src/proofs/fault.ts';
import {
  changeType,
  defaultParameter,
  doNothing,
  dropField,
  emptyList,
  ignoreParameter,
  misreadField,
  misreadParameter,
  onlyCall,
  replaceBody,
  reversed,
  setField,
  setStatus,
} from '../src/proofs/faults-http.ts';

export const proofs: readonly Proof[] = [
  ...proofsOf('user.get-all-users.success', {
    'pages-from-0': setField('getAllUsers', 'options.page', 0),
    'another-default-size': setField('getAllUsers', 'options.pageSize', 20),
    'no-total': dropField('getAllUsers', 'total'),
    'total-as-text': changeType('getAllUsers', 'total'),
    'user-is-missing': emptyList('getAllUsers', 'data'),
    'plain-array': replaceBody('getAllUsers', []),
    'answers-202': setStatus('getAllUsers', 202),
  }),
  ...proofsOf('user.get-all-users.success', { 'user-without-name': dropField('getAllUsers', 'data[0].username') }, 'SHOULD'),
  ...proofsOf('user.get-all-users.page-size', {
    'size-is-ignored': ignoreParameter('getAllUsers', 'pagesize'),
    'size-off-by-one': misreadParameter('getAllUsers', 'pagesize', '2'),
    'size-is-not-echoed': setField('getAllUsers', 'options.pageSize', 50),
    'empty-page': emptyList('getAllUsers', 'data'),
  }),
  ...proofsOf('user.get-all-users.filter-by-username', {
    'filter-is-ignored': ignoreParameter('getAllUsers', 'username'),
    'finds-nobody': emptyList('getAllUsers', 'data'),
  }),
  ...proofsOf('user.get-all-users.filter-by-status', {
    'another-status': setField('getAllUsers', 'data[0].status', 2),
    'filter-is-misread': misreadParameter('getAllUsers', 'userStatus', '2'),
    'finds-nobody': emptyList('getAllUsers', 'data'),
  }),
  ...proofsOf('user.get-all-users.sorted', {
    'other-direction': reversed('getAllUsers', 'data'),
    'direction-is-misread': misreadParameter('getAllUsers', 'descending', 'true'),
    'both-are-ignored': misreadParameter('getAllUsers', 'sortfield', 'Lastname'),
    'empty-page': emptyList('getAllUsers', 'data'),
  }),
  ...proofsOf('user.get-all-users.pages', {
    'page-is-ignored': misreadParameter('getAllUsers', 'page', '1'),
    'page-off-by-one': onlyCall(3, misreadParameter('getAllUsers', 'page', '3')),
    'one-user-twice': onlyCall(1, misreadParameter('getAllUsers', 'pagesize', '1')),
  }),
  ...proofsOf('user.get-all-users.default-order', {
    'oldest-first': defaultParameter('getAllUsers', 'descending', 'false'),
    'other-direction': reversed('getAllUsers', 'data'),
    'empty-page': emptyList('getAllUsers', 'data'),
  }),
  ...proofsOf('user.get-all-users.every-status', {
    'another-default': defaultParameter('getAllUsers', 'userStatus', '2'),
    'one-is-missing': onlyCall(1, emptyList('getAllUsers', 'data')),
  }),
  ...proofsOf('user.insert-user.pending', {
    'no-id': setField('insertUser', 'id', ''),
    'is-active': setField('insertUser', 'status', 1),
    'names-are-swapped': setField('insertUser', 'firstname', 'Doe'),
    'type-is-misread': misreadField('insertUser', 'userType', 32),
    'is-not-listed': emptyList('getAllUsers', 'data'),
    'answers-201': setStatus('insertUser', 201),
  }),
  ...proofsOf('user.insert-user.taken-username', {
    'second-is-taken': onlyCall(2, setStatus('insertUser', 200)),
    'answers-409': onlyCall(2, setStatus('insertUser', 409)),
  }),
  ...proofsOf('user.invitation.until-signed-in', {
    'mails-somebody-else': misreadField('insertUser', 'email', 'somebody@example.com'),
    'confirms-nothing': replaceBody('confirmSignUp', false),
    'in-another-account': onlyCall(1, setField('getUser', 'accountId', '11111111-2222-4333-8444-555555555555')),
    'as-owner': onlyCall(1, setField('getUser', 'owner', true)),
  }),
  ...proofsOf('user.resend-user-email.pending', {
    'is-refused': setStatus('resendUserEmail', 499),
    'answers-202': setStatus('resendUserEmail', 202),
  }),
  ...proofsOf('user.resend-user-email.second-mail', {
    'no-second-mail': doNothing('resendUserEmail'),
    'is-refused': setStatus('resendUserEmail', 499),
  }),
  ...proofsOf('user.second-factor.secrets', {
    'no-base-32': replaceBody('generateMfaToken', '0189-not-base-32'),
    'always-the-same': replaceBody('generateMfaToken', 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'),
    'an-object': replaceBody('generateMfaToken', { secret: 'JBSWY3DPEHPK3PXP' }),
    'is-on-at-once': onlyCall(2, setField('getUser', 'mfa', true)),
  }),
  ...proofsOf('user.second-factor.on-until-login', {
    'does-nothing': doNothing('setMfa'),
    'login-asks-for-nothing': setField('login', 'challenge', 0),
    'another-secret': replaceBody('generateMfaToken', 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'),
    'profile-says-no': setField('getUser', 'mfa', false),
  }),
  ...proofsOf('user.second-factor.off', {
    'stays-on': onlyCall(3, doNothing('setMfa')),
    'is-refused': onlyCall(3, setStatus('setMfa', 499)),
    'profile-says-on': setField('getUser', 'mfa', true),
  }),
  ...proofsOf('user.second-factor.needs-a-code', {
    'needs-none': doNothing('setMfa'),
    'answers-403': setStatus('setMfa', 403),
  }),
];
