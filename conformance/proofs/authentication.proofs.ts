// Owns the proofs of the checks of Authentication.
import { type Proof, proofsOf } from '../src/proofs/fault.ts';
import {
  acceptAnyPassword,
  acceptAnyToken,
  changeType,
  cutAnswer,
  doNothing,
  dropField,
  ignoreField,
  misreadField,
  misreadText,
  onlyCall,
  replaceBody,
  replaceByHtml,
  requireToken,
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
  ...proofsOf('authentication.forgot-password.unknown-user', {
    'unknown-is-refused': setStatus('forgotPassword', 499),
    'answers-404': setStatus('forgotPassword', 404),
    'needs-a-token': requireToken('forgotPassword'),
  }),
  ...proofsOf('authentication.recovery.reveals-nothing', {
    'unknown-is-refused': onlyCall(2, setStatus('forgotPassword', 499)),
    'known-has-a-body': onlyCall(1, replaceBody('forgotPassword', { sent: true })),
  }),
  ...proofsOf('authentication.recovery.until-signed-in', {
    'no-mail': doNothing('forgotPassword'),
    'is-refused': setStatus('forgotPassword', 499),
  }),
  ...proofsOf('authentication.reset-password.replaces-the-password', {
    'does-nothing': doNothing('resetPassword'),
    'second-does-nothing': onlyCall(2, doNothing('resetPassword')),
    'another-password': misreadText('resetPassword', 'password', '-and-more'),
    'answers-204': setStatus('resetPassword', 204),
  }),
  ...proofsOf('authentication.sign-up.until-signed-in', {
    'needs-a-token': requireToken('signUp'),
    'does-nothing': doNothing('signUp'),
    'answers-201': setStatus('signUp', 201),
    'another-address': misreadText('signUp', 'email', '.org'),
    'answers-false': replaceBody('confirmSignUp', false),
    'answers-an-object': replaceBody('confirmSignUp', { confirmed: true }),
    'confirms-nothing': doNothing('confirmSignUp', 200, true),
    'confirmation-needs-a-token': requireToken('confirmSignUp'),
    'another-username': setField('getUser', 'username', 'somebody@example.com'),
    'owns-nothing': setField('getUser', 'owner', false),
  }),
  ...proofsOf('authentication.sign-up.resend', {
    'no-second-mail': doNothing('resendConfirmationEmail'),
    'needs-a-token': requireToken('resendConfirmationEmail'),
    'answers-404': setStatus('resendConfirmationEmail', 404),
  }),
  ...proofsOf('authentication.google.sign-up-and-login', {
    'sign-up-needs-a-token': requireToken('googleSignUp'),
    'login-needs-a-token': requireToken('googleLogin'),
    'answers-an-object': replaceBody('googleSignUp', { jwtToken: 'a-token' }),
    'token-opens-nothing': replaceBody('googleSignUp', 'a-token-of-nobody'),
    'login-opens-nothing': replaceBody('googleLogin', 'a-token-of-nobody'),
    'login-to-another-account': onlyCall(2, setField('getUser', 'userId', '11111111-2222-4333-8444-555555555555')),
    'another-provider': setField('getUser', 'authProvider', 0),
  }),
  ...proofsOf('authentication.get-user.success', {
    'another-token': setField('getUser', 'jwtToken', 'another-token'),
    'empty-token': setField('getUser', 'jwtToken', ''),
    'another-user': setField('getUser', 'username', 'somebody@example.com'),
    'unknown-cadence': setField('getUser', 'subscriptionType', 3),
    'answers-202': setStatus('getUser', 202),
  }),
  ...proofsOf(
    'authentication.get-user.success',
    { 'no-account-name': dropField('getUser', 'accountName'), 'provider-as-text': changeType('getUser', 'authProvider') },
    'SHOULD',
  ),
  ...proofsOf('authentication.profile.unchanged', {
    'answers-nothing-of-it': replaceBody('updateUser', {}),
    'another-name': setField('updateUser', 'firstName', 'Somebody'),
    'is-refused': setStatus('updateUser', 499),
  }),
  ...proofsOf('authentication.profile.new-names', {
    'is-not-stored': onlyCall(2, setField('getUser', 'firstName', 'Jane')),
    'last-name-is-ignored': ignoreField('updateUser', 'lastName'),
    'first-name-is-misread': misreadField('updateUser', 'firstName', 'Somebody'),
  }),
  ...proofsOf('authentication.subscription.unchanged', {
    'is-refused': setStatus('updateSubscription', 499),
    'changes-it': onlyCall(2, setField('getUser', 'subscriptionType', 2)),
  }),
  ...proofsOf('authentication.subscription.other-cadence', {
    'does-nothing': doNothing('updateSubscription'),
    'is-misread': misreadField('updateSubscription', 'subscriptionType', 1),
  }),
];
