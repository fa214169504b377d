// Owns the story of a login with a second factor (authentication.md, MFA Respond).
import type { Context } from '../../src/kit/check.ts';
import { codeOf } from '../../src/kit/error-model.ts';
import { loginBody } from '../../src/kit/login.ts';
import { scenario } from '../../src/kit/scenario.ts';

async function challenged({ api, given, expect }: Context): Promise<string> {
  const answer = await api.ok('login', { body: loginBody(given.mfaCredentials()) });
  expect.equal(answer.challenge, 1, 'a user with a second factor is challenged (1, TOTP)');
  expect.equal(answer.jwtToken, '', '`jwtToken` is empty while the challenge is open');
  expect.that(typeof answer.session === 'string' && answer.session !== '', '`session` is present');
  return answer.session;
}

export const scenarios = [
  scenario(
    'authentication.mfa.login',
    {
      title: 'The one-time code completes a login with a second factor',
      controller: 'Authentication',
      operations: ['login', 'respondToMfa', 'getCloudAccounts', 'logout'],
      proves: ['AUTH-MFA-001', 'AUTH-MFA-002', 'AUTH-MFA-003', 'AUTH-LOGIN-004'],
    },
    async (context) => {
      const { api, given, expect, oneTimeCode } = context;
      const session = await challenged(context);
      const userCode = await oneTimeCode(given.mfaCredentials().totpSecret);
      const answer = await api.ok('respondToMfa', { body: { userCode, session } });
      expect.equal(answer.challenge, 0, '`challenge` is 0 once the code was right');
      expect.that(typeof answer.jwtToken === 'string' && answer.jwtToken !== '', '`jwtToken` is populated');
      const { status } = await api.withToken(answer.jwtToken).call('getCloudAccounts');
      expect.equal(status, 200, 'the token opens a protected operation');
      await api.ok('logout', { body: { jwtToken: answer.jwtToken } });
    },
  ),
  scenario(
    'authentication.mfa.wrong-code',
    {
      title: 'A wrong one-time code yields no token',
      controller: 'Authentication',
      operations: ['login', 'respondToMfa'],
      statuses: [200, 499],
      level: 'SHOULD',
      proves: ['AUTH-MFA-004', 'ERR-CODE-012'],
    },
    async (context) => {
      const { api, expect, should } = context;
      const session = await challenged(context);
      const answer = await api.call('respondToMfa', { body: { userCode: 'abcdef', session } });
      expect.equal(answer.status, 499, 'a wrong code is answered 499');
      should.equal(codeOf(answer.body, answer.headers), 'TOTP', 'the error code is TOTP');
    },
  ),
];
