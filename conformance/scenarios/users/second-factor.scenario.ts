// Owns the stories of switching the second factor on and off (user.md, Generate MFA Token and Set MFA Preference).
import type { Api } from '../../src/kit/api.ts';
import type { Context } from '../../src/kit/check.ts';
import { codeOf } from '../../src/kit/error-model.ts';
import { scenario } from '../../src/kit/scenario.ts';
import { twoCodes } from '../../src/kit/totp.ts';
import { joinedUser, newPassword } from '../../src/kit/users.ts';

const isBase32 = (secret: unknown): boolean => typeof secret === 'string' && /^[A-Z2-7]{16,}=*$/i.test(secret);

async function joinedWithPassword(context: Context) {
  const user = await joinedUser(context);
  await user.api.ok('resetPassword', { body: { password: newPassword, currentPassword: user.password } });
  return { ...user, login: { username: user.username, password: newPassword } };
}

/** An agent that switches the factor on where it must not has to let the run's own user in again. */
async function refusedToSwitchOn({ cleanUp }: Context, api: Api, userCode: string | undefined) {
  const answer = await api.call('setMfa', { body: { enabled: true, ...(userCode !== undefined && { userCode }) } });
  const after = api.forCleanUp();
  if (answer.status === 200) cleanUp('the second factor of the user', () => after.ok('setMfa', { body: { enabled: false } }));
  return answer;
}

const about = { controller: 'User' } as const;

export const scenarios = [
  scenario(
    'user.second-factor.secrets',
    {
      ...about,
      title: 'Generate MFA Token hands out a new secret in base 32 each time, and changes nothing yet',
      operations: ['generateMfaToken', 'getUser'],
      proves: ['USER-MFA-001', 'USER-MFA-002', 'USER-MFA-006'],
    },
    async ({ given, expect }) => {
      const api = await given.session();
      const { mfa } = await api.ok('getUser');
      const [first, second] = [await api.ok('generateMfaToken'), await api.ok('generateMfaToken')];
      expect.that(isBase32(first) && isBase32(second), 'the answers are secrets in base 32');
      expect.that(first !== second, 'the second secret is another one');
      expect.equal((await api.ok('getUser')).mfa, mfa, 'the user has as many factors as before');
    },
  ),
  scenario(
    'user.second-factor.on-until-login',
    {
      ...about,
      title: 'A code of the secret switches the second factor on, and the next login asks for one',
      operations: ['generateMfaToken', 'setMfa', 'login', 'respondToMfa', 'getUser'],
      proves: ['USER-MFA-003', 'AUTH-USER-004'],
    },
    async (context) => {
      const { api, expect } = context;
      const { api: session, login } = await joinedWithPassword(context);
      const [enrolment, next] = await twoCodes(await session.ok('generateMfaToken'));
      const { status } = await session.call('setMfa', { body: { enabled: true, userCode: enrolment } });
      expect.equal(status, 200, 'Set MFA Preference answers 200');
      const challenge = await api.ok('login', { body: login });
      expect.that(challenge.challenge === 1 && challenge.jwtToken === '', 'the login is challenged', challenge.challenge);
      const { jwtToken } = await api.ok('respondToMfa', { body: { userCode: next, session: challenge.session } });
      const profile = await api.withToken(jwtToken).ok('getUser');
      expect.equal(profile.mfa, true, '`mfa` of the profile is true');
    },
  ),
  scenario(
    'user.second-factor.off',
    {
      ...about,
      title: 'Set MFA Preference switches the second factor off',
      operations: ['generateMfaToken', 'setMfa', 'login', 'getUser'],
      proves: ['USER-MFA-005'],
    },
    async (context) => {
      const { api, expect, info } = context;
      const { api: session, login } = await joinedWithPassword(context);
      const [enrolment, next] = await twoCodes(await session.ok('generateMfaToken'));
      await session.ok('setMfa', { body: { enabled: true, userCode: enrolment } });
      const withoutCode = await session.call('setMfa', { body: { enabled: false } });
      info.equal(withoutCode.status, 499, 'without a code it stays on: a token alone is not enough');
      const { status } = await session.call('setMfa', { body: { enabled: false, userCode: next } });
      expect.equal(status, 200, 'Set MFA Preference answers 200');
      expect.equal((await session.ok('getUser')).mfa, false, '`mfa` of the profile is false');
      expect.equal((await api.ok('login', { body: login })).challenge, 0, 'the next login is not challenged');
    },
  ),
  scenario(
    'user.second-factor.needs-a-code',
    {
      ...about,
      title: 'Set MFA Preference does not switch the second factor on without a code',
      operations: ['setMfa'],
      statuses: [499],
      proves: ['USER-MFA-004'],
    },
    async (context) => {
      const answer = await refusedToSwitchOn(context, await context.given.session(), undefined);
      context.expect.equal(answer.status, 499, 'Set MFA Preference refuses');
    },
  ),
  scenario(
    'user.second-factor.wrong-code',
    {
      ...about,
      title: 'Set MFA Preference does not take a wrong code',
      operations: ['setMfa'],
      statuses: [499],
      level: 'SHOULD',
      proves: ['USER-MFA-007', 'ERR-CODE-012'],
    },
    async (context) => {
      const answer = await refusedToSwitchOn(context, await context.given.session(), 'abcdef');
      context.expect.equal(answer.status, 499, 'a wrong code is refused');
      context.should.equal(codeOf(answer.body, answer.headers), 'TOTP', 'the error code is TOTP');
    },
  ),
];
