// Owns the cases of the Authentication operations (authentication.md).
import type { Case } from '../src/kit/case.ts';
import { idsOf } from '../src/kit/requirement-ids.ts';

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
];
