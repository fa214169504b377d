// Owns the cases of the SSO operations (sso.md).
import type { Case } from '../src/kit/case.ts';

const CallbackUrl = 'http://localhost:29123/sso/callback';

export const cases: readonly Case[] = [
  {
    id: 'sso.get-sso-url.unknown-user',
    title: 'Get SSO URL refuses a user whom nobody knows',
    operation: 'getSsoUrl',
    as: null,
    level: 'INFO',
    request: ({ name }) => Promise.resolve({ body: { CallbackUrl, Username: `${name('nobody')}@example.com` } }),
    expect: { status: 499, errorCode: 'NOT_FOUND' },
  },
  {
    id: 'sso.authenticate-sso.unknown-identifier',
    title: 'Authenticate refuses an Identifier that is none',
    operation: 'authenticateSso',
    as: null,
    level: 'INFO',
    request: { body: { Identifier: 'this-is-no-identifier', AuthorizationCode: 'this-is-no-code', CallbackUrl } },
    expect: { status: 499, errorCode: 'SESSION' },
  },
];
