// Owns the stories of Google identities (authentication.md, Google Sign Up and Google Login).
import type { Context } from '../../src/kit/check.ts';
import type { Claims } from '../../src/kit/fixtures/google-issuer.ts';
import { scenario } from '../../src/kit/scenario.ts';
import { newAddress } from '../../src/kit/users.ts';

function newPerson(context: Context): Claims & { readonly email: string } {
  const email = newAddress(context);
  return { sub: email, email, name: `${context.prefix} Doe`, given_name: context.prefix, family_name: 'Doe' };
}

const about = { controller: 'Authentication', impact: 'destructive' } as const;

export const scenarios = [
  scenario(
    'authentication.google.sign-up-and-login',
    {
      ...about,
      title: 'A Google identity signs up, and signs in to its account from then on',
      operations: ['googleSignUp', 'googleLogin', 'getUser'],
      proves: ['AUTH-GOOGLE-001', 'AUTH-GOOGLE-002', 'AUTH-USER-005'],
    },
    async (context) => {
      const { api, given, expect } = context;
      const person = newPerson(context);
      const { idToken } = given.fixture('google');
      const token = await api.ok('googleSignUp', { body: { idToken: idToken(person) } });
      const opened = await api.withToken(token).ok('getUser');
      expect.equal(opened.authProvider, 1, 'Google vouches for the user');
      expect.equal(opened.username, person.email, 'the address is the username');
      const again = await api.ok('googleLogin', { body: { idToken: idToken(person) } });
      const found = await api.withToken(again).ok('getUser');
      expect.equal(found.userId, opened.userId, 'Google Login leads to the account that was opened');
    },
  ),
  scenario(
    'authentication.google.second-sign-up',
    {
      ...about,
      title: 'A Google identity opens one account only',
      operations: ['googleSignUp'],
      statuses: [200, 499],
      level: 'SHOULD',
      proves: ['AUTH-GOOGLE-005'],
    },
    async (context) => {
      const { api, given, expect } = context;
      const body = { idToken: given.fixture('google').idToken(newPerson(context)) };
      await api.ok('googleSignUp', { body });
      expect.equal((await api.call('googleSignUp', { body })).status, 499, 'the second sign-up is refused');
    },
  ),
  scenario(
    'authentication.google.unknown-identity',
    {
      ...about,
      title: 'A Google identity without an account does not sign in',
      operations: ['googleLogin'],
      statuses: [401],
      level: 'SHOULD',
      impact: 'read',
      proves: ['AUTH-GOOGLE-004'],
    },
    async (context) => {
      const { api, given, expect } = context;
      const idToken = given.fixture('google').idToken(newPerson(context));
      expect.equal((await api.call('googleLogin', { body: { idToken } })).status, 401, 'Google Login is refused');
    },
  ),
  scenario(
    'authentication.google.bad-id-tokens',
    {
      ...about,
      title: 'ID tokens that are forged, late, for others or of an unproven address open nothing',
      operations: ['googleSignUp'],
      statuses: [401],
      level: 'SHOULD',
      proves: ['AUTH-GOOGLE-003'],
    },
    async (context) => {
      const { api, given, expect } = context;
      const person = newPerson(context);
      const { idToken, forged } = given.fixture('google');
      const late = Math.floor(Date.now() / 1000) - 3600;
      const tokens = {
        'signed by somebody else': forged(person),
        'for another client': idToken({ ...person, aud: 'another-client' }),
        'of another issuer': idToken({ ...person, iss: 'https://issuer.example.com' }),
        'that has expired': idToken({ ...person, iat: late, exp: late + 60 }),
        'of an address that is not verified': idToken({ ...person, email_verified: false }),
      };
      for (const [what, token] of Object.entries(tokens))
        expect.equal((await api.call('googleSignUp', { body: { idToken: token } })).status, 401, `an ID token ${what} is refused`);
    },
  ),
];
