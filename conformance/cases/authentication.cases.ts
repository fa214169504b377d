// Owns the cases of the Authentication operations (authentication.md).
import type { Case } from '../src/kit/case.ts';
import { NotApplicable } from '../src/kit/faults.ts';
import { idsOf } from '../src/kit/requirement-ids.ts';
import { newPassword } from '../src/kit/users.ts';

export const cases: readonly Case[] = [
  {
    id: 'authentication.login.success',
    title: 'Login answers with a token, or with a challenge and a session',
    operation: 'login',
    as: null,
    request: async ({ given }) => ({ body: await given.acceptedLoginBody() }),
    expect: {
      status: 200,
      also: ({ body }, { expect }) => {
        const { jwtToken, challenge, session } = (body ?? {}) as { jwtToken?: unknown; challenge?: unknown; session?: unknown };
        expect.oneOf(challenge, [0, 1, 2], '`challenge` is 0, 1 or 2');
        if (challenge === 0)
          expect.that(
            typeof jwtToken === 'string' && jwtToken !== '',
            '`jwtToken` is populated when there is no challenge',
            typeof jwtToken,
          );
        else
          expect.that(
            jwtToken === '' && typeof session === 'string' && session !== '',
            'with a challenge `session` is present and `jwtToken` is empty',
          );
      },
    },
    proves: ['AUTH-LOGIN-001', 'AUTH-LOGIN-002', 'AUTH-LOGIN-003', 'AUTH-LOGIN-007', 'ERR-STATUS-200', ...idsOf('AUTH-FIELD', 1, 3)],
  },
  {
    id: 'authentication.login.wrong-password',
    after: ['authentication.login.success'],
    title: 'Login refuses a wrong password with 401',
    operation: 'login',
    as: null,
    request: async ({ given, name }) => ({ body: { ...given.loginBody(), password: name('wrong') } }),
    expect: { status: 401, errorCode: 'AUTH' },
    proves: ['AUTH-LOGIN-005', 'ERR-STATUS-401'],
  },
  {
    id: 'authentication.login.unknown-user',
    after: ['authentication.login.success'],
    title: 'Login refuses an unknown user with 401',
    operation: 'login',
    as: null,
    request: async ({ given, name }) => ({ body: { ...given.loginBody(), username: `${name('nobody')}@example.com` } }),
    expect: { status: 401, errorCode: 'AUTH' },
    proves: ['AUTH-LOGIN-005', 'ERR-STATUS-401'],
  },
  {
    id: 'authentication.login.truncated-json',
    title: 'Login refuses a body that is cut off with 499',
    operation: 'login',
    as: null,
    level: 'SHOULD',
    request: { text: '{"username": "user@exam', headers: { 'content-type': 'application/json' }, invalid: true },
    expect: { status: 499, errorCode: 'DEFAULT' },
    proves: ['ERR-STATUS-499', 'ERR-CODE-002'],
  },
  {
    id: 'authentication.login.missing-fields',
    title: 'Login refuses a body without its fields with 499',
    operation: 'login',
    as: null,
    level: 'SHOULD',
    request: { body: {}, invalid: true },
    expect: { status: 499, errorCode: 'DEFAULT' },
    proves: ['ERR-STATUS-499', 'ERR-CODE-002'],
  },
  {
    id: 'authentication.logout.bad-token',
    after: ['authentication.login.success'],
    title: 'Logout refuses a token that is none with 401',
    operation: 'logout',
    as: null,
    level: 'SHOULD',
    request: { body: { jwtToken: 'this-is-no-token' } },
    expect: { status: 401, errorCode: 'TOKEN' },
    proves: ['AUTH-LOGOUT-005'],
  },
  {
    id: 'authentication.respond-to-mfa.unknown-session',
    title: 'MFA Respond refuses an unknown session with 499',
    operation: 'respondToMfa',
    as: null,
    level: 'SHOULD',
    request: { body: { userCode: '123456', session: 'this-is-no-session' } },
    expect: { status: 499, errorCode: 'SESSION' },
    proves: ['AUTH-MFA-005', 'ERR-STATUS-499', 'ERR-CODE-006'],
  },
  {
    id: 'authentication.forgot-password.unknown-user',
    title: 'Forgot Password answers 200 for a username that does not exist',
    operation: 'forgotPassword',
    as: null,
    request: async ({ name }) => ({ body: { username: `${name('nobody')}@example.com` } }),
    expect: { status: 200 },
    proves: ['AUTH-FORGOT-001'],
  },
  {
    id: 'authentication.sign-up.taken-email',
    title: 'Sign Up refuses an email that has a user already',
    operation: 'signUp',
    as: null,
    level: 'SHOULD',
    request: async ({ given }) => {
      const { username, password } = given.credentials();
      if (!/^[^@\s]+@[^@\s]+$/.test(username) || username.length > 50)
        throw new NotApplicable(`${username} is no email address that could sign up`);
      return { body: { name: 'Kit Doe', email: username, password } };
    },
    expect: { status: 499, errorCode: 'DUPLICATE' },
    proves: ['AUTH-SIGNUP-005', 'ERR-STATUS-499'],
  },
  {
    id: 'authentication.sign-up.no-address',
    title: 'Sign Up refuses an email that is none',
    operation: 'signUp',
    as: null,
    level: 'SHOULD',
    request: async ({ prefix }) => ({ body: { name: prefix, email: `${prefix}-no-address`, password: newPassword } }),
    expect: { status: 499, errorCode: 'INVALID_EMAIL' },
    proves: ['AUTH-SIGNUP-006', 'ERR-STATUS-499'],
  },
  {
    id: 'authentication.sign-up.long-name',
    title: 'Sign Up refuses a name of 51 characters',
    operation: 'signUp',
    as: null,
    level: 'SHOULD',
    request: async ({ prefix }) => ({
      body: { name: prefix.padEnd(51, 'x'), email: `${prefix}-long@example.com`, password: newPassword },
      invalid: true,
    }),
    expect: { status: 499, errorCode: 'DEFAULT' },
    proves: ['AUTH-SIGNUP-004', 'ERR-STATUS-499'],
  },
  {
    id: 'authentication.sign-up.long-email',
    title: 'Sign Up refuses an email of 51 characters',
    operation: 'signUp',
    as: null,
    level: 'SHOULD',
    request: async ({ prefix }) => ({
      body: { name: prefix, email: `${prefix.padEnd(39, 'x')}@example.com`, password: newPassword },
      invalid: true,
    }),
    expect: { status: 499, errorCode: 'DEFAULT' },
    proves: ['AUTH-SIGNUP-004', 'ERR-STATUS-499'],
  },
  {
    id: 'authentication.sign-up.short-password',
    title: 'Sign Up refuses a password of three characters',
    operation: 'signUp',
    as: null,
    level: 'INFO',
    request: async ({ prefix }) => ({ body: { name: prefix, email: `${prefix}-short@example.com`, password: 'abc' } }),
    expect: { status: 499, errorCode: 'SECURITY' },
  },
  {
    id: 'authentication.confirm-sign-up.unknown-code',
    title: 'Confirm Sign Up refuses a code that was mailed to nobody',
    operation: 'confirmSignUp',
    as: null,
    level: 'SHOULD',
    request: async ({ name }) => ({ body: { email: `${name('nobody')}@example.com`, token: '0000' } }),
    expect: { status: 499, errorCode: 'TOKEN' },
    proves: ['AUTH-CONFIRM-003', 'ERR-STATUS-499'],
  },
  {
    id: 'authentication.confirm-sign-up.long-code',
    title: 'Confirm Sign Up refuses a code of five characters',
    operation: 'confirmSignUp',
    as: null,
    level: 'SHOULD',
    request: async ({ name }) => ({ body: { email: `${name('nobody')}@example.com`, token: '00000' }, invalid: true }),
    expect: { status: 499 },
    proves: ['AUTH-CONFIRM-003', 'ERR-STATUS-499'],
  },
  {
    id: 'authentication.resend-confirmation-email.unknown-address',
    title: 'Resend Confirmation Email does not tell that nobody signed up with an address',
    operation: 'resendConfirmationEmail',
    as: null,
    level: 'INFO',
    request: async ({ prefix }) => ({ body: { email: `${prefix}-nobody@example.com` } }),
    expect: { status: 200 },
  },
  {
    id: 'authentication.google-sign-up.no-id-token',
    title: 'Google Sign Up refuses an ID token that is none',
    operation: 'googleSignUp',
    as: null,
    level: 'SHOULD',
    request: { body: { idToken: 'this-is-no-token' } },
    expect: { status: 401, errorCode: 'AUTH' },
    proves: ['AUTH-GOOGLE-003'],
  },
  {
    id: 'authentication.google-login.no-id-token',
    title: 'Google Login refuses an ID token that is none',
    operation: 'googleLogin',
    as: null,
    level: 'SHOULD',
    request: { body: { idToken: 'this-is-no-token' } },
    expect: { status: 401, errorCode: 'AUTH' },
    proves: ['AUTH-GOOGLE-003'],
  },
  {
    id: 'authentication.get-user.success',
    title: 'Get User answers the profile of the signed-in user, and the token that was supplied',
    operation: 'getUser',
    expect: {
      status: 200,
      also: async ({ body }, { expect, given }) => {
        const { username, jwtToken, subscriptionType } = (body ?? {}) as Record<string, unknown>;
        const { username: own } = given.credentials();
        expect.equal(String(username).toLowerCase(), own.toLowerCase(), 'the username is the one that signed in');
        expect.that(jwtToken === (await given.session()).token, '`jwtToken` repeats the token of the call', typeof jwtToken);
        expect.oneOf(subscriptionType, [1, 2], '`subscriptionType` is 1 or 2');
      },
    },
    proves: ['AUTH-USER-001', 'AUTH-USER-002', ...idsOf('AUTH-FIELD', 4, 16)],
  },
  {
    id: 'authentication.reset-password.wrong-current-password',
    title: 'Reset Password refuses a wrong present password',
    operation: 'resetPassword',
    level: 'SHOULD',
    // The new password is the present one, so that an agent that takes any does no harm.
    request: async ({ given, name }) => ({ body: { password: given.credentials().password, currentPassword: name('wrong') } }),
    expect: { status: 499, errorCode: 'AUTH' },
    proves: ['AUTH-RESET-002', 'ERR-STATUS-499'],
  },
];
