// Owns the stories of signing up: from the mailed code to a session (authentication.md, Sign Up).
import type { Context } from '../../src/kit/check.ts';
import { scenario } from '../../src/kit/scenario.ts';
import { letterTo, newAddress, newPassword, secretsOf } from '../../src/kit/users.ts';

/** The address of a new sign-up. An account cannot be deleted through the API, so it stays. */
async function signedUp(context: Context): Promise<string> {
  context.given.fixture('mailbox');
  const email = newAddress(context);
  const { status } = await context.api.call('signUp', { body: { name: `${context.prefix} Doe`, email, password: newPassword } });
  context.expect.equal(status, 200, 'Sign Up answers 200');
  return email;
}

async function codeMailedTo(context: Context, email: string): Promise<string> {
  const { code } = secretsOf(await letterTo(context, email, 'the activation code is mailed to the address'));
  context.expect.that(code !== '' && code.length <= 4, 'the code has one to four characters', code.length);
  return code;
}

export const scenarios = [
  scenario(
    'authentication.sign-up.until-signed-in',
    {
      title: 'The mailed code turns a sign-up into the owner of an account, who can sign in',
      controller: 'Authentication',
      operations: ['signUp', 'confirmSignUp', 'login', 'getUser'],
      impact: 'destructive',
      proves: ['AUTH-SIGNUP-001', 'AUTH-SIGNUP-002', 'AUTH-SIGNUP-003', 'AUTH-CONFIRM-001', 'AUTH-CONFIRM-002', 'AUTH-USER-003'],
    },
    async (context) => {
      const { api, expect, info } = context;
      const email = await signedUp(context);
      const early = await api.call('login', { body: { username: email, password: newPassword } });
      info.equal(early.status, 499, 'before the confirmation the user cannot sign in');
      const answer = await api.call('confirmSignUp', { body: { email, token: await codeMailedTo(context, email) } });
      expect.equal([answer.status, answer.body], [200, true], 'Confirm Sign Up answers true');
      const { jwtToken } = await api.ok('login', { body: { username: email, password: newPassword } });
      const profile = await api.withToken(jwtToken).ok('getUser');
      expect.equal(profile.username, email, 'the email is the username');
      expect.equal(profile.owner, true, 'whoever signs up owns the new account');
    },
  ),
  scenario(
    'authentication.sign-up.wrong-code',
    {
      title: 'A code that is not the mailed one does not confirm a sign-up',
      controller: 'Authentication',
      operations: ['signUp', 'confirmSignUp'],
      statuses: [200, 499],
      level: 'SHOULD',
      impact: 'destructive',
      proves: ['AUTH-CONFIRM-003'],
    },
    async (context) => {
      const { api, expect } = context;
      const email = await signedUp(context);
      const code = await codeMailedTo(context, email);
      const wrong = code === 'AAAA' ? 'BBBB' : 'AAAA';
      const { status } = await api.call('confirmSignUp', { body: { email, token: wrong } });
      expect.equal(status, 499, 'a wrong code is refused');
    },
  ),
  scenario(
    'authentication.sign-up.resend',
    {
      title: 'A pending sign-up gets its code once more',
      controller: 'Authentication',
      operations: ['signUp', 'resendConfirmationEmail', 'confirmSignUp', 'login'],
      impact: 'destructive',
      proves: ['AUTH-RESEND-001'],
    },
    async (context) => {
      const { api, expect } = context;
      const email = await signedUp(context);
      await codeMailedTo(context, email);
      const { status } = await api.call('resendConfirmationEmail', { body: { email } });
      expect.equal(status, 200, 'Resend Confirmation Email answers 200');
      const token = await codeMailedTo(context, email);
      await api.ok('confirmSignUp', { body: { email, token } });
      await api.ok('login', { body: { username: email, password: newPassword } });
    },
  ),
];
