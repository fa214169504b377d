// Owns the stories of passwords: forgotten and replaced (authentication.md, Forgot Password and Reset Password).
import { scenario } from '../../src/kit/scenario.ts';
import { invitedUser, joinedUser, letterTo, newAddress, newPassword, secretsOf, signedIn } from '../../src/kit/users.ts';

export const scenarios = [
  scenario(
    'authentication.recovery.reveals-nothing',
    {
      title: 'Forgot Password answers alike for a username that exists and for one that does not',
      controller: 'Authentication',
      operations: ['insertUser', 'forgotPassword'],
      proves: ['AUTH-FORGOT-002'],
    },
    async (context) => {
      const { api, expect } = context;
      const { username } = await invitedUser(context);
      const known = await api.call('forgotPassword', { body: { username } });
      const unknown = await api.call('forgotPassword', { body: { username: newAddress(context) } });
      const shown = ({ status, body, size }: typeof known) => ({ status, body, size });
      expect.equal(shown(known), shown(unknown), 'both answers are the same');
      expect.equal(known.status, 200, 'they are 200');
    },
  ),
  scenario(
    'authentication.recovery.until-signed-in',
    {
      title: 'A forgotten password brings a mail, and with it a way to a new one',
      controller: 'Authentication',
      operations: ['forgotPassword', 'login', 'resetPassword'],
      proves: ['AUTH-FORGOT-003'],
    },
    async (context) => {
      const { api, expect } = context;
      const { username } = await joinedUser(context);
      await api.ok('forgotPassword', { body: { username } });
      const { password } = secretsOf(await letterTo(context, username, 'a mail goes out to a username that exists'));
      const session = await signedIn(context, username, password);
      await session.ok('resetPassword', { body: { password: newPassword, currentPassword: password } });
      const { status } = await api.call('login', { body: { username, password: newPassword } });
      expect.equal(status, 200, 'the new password signs in');
    },
  ),
  scenario(
    'authentication.reset-password.replaces-the-password',
    {
      title: 'After Reset Password the new password signs in and the old one does not',
      controller: 'Authentication',
      operations: ['resetPassword', 'login', 'getUser'],
      statuses: [200, 401],
      proves: ['AUTH-RESET-001'],
    },
    async (context) => {
      const { api, expect, info } = context;
      const { api: session, username, password } = await joinedUser(context);
      const reset = (from: string, to: string) => session.call('resetPassword', { body: { password: to, currentPassword: from } });
      expect.equal((await reset(password, newPassword)).status, 200, 'Reset Password answers 200');
      const other = api.withToken((await api.ok('login', { body: { username, password: newPassword } })).jwtToken);
      expect.equal((await reset(newPassword, `${newPassword}-2`)).status, 200, 'Reset Password takes the present password');
      info.equal((await other.call('getUser')).status, 401, 'the other sessions of the user have ended');
      const login = (given: string) => api.call('login', { body: { username, password: given } });
      expect.equal((await login(newPassword)).status, 401, 'the old password does not sign in any more');
      expect.equal((await login(`${newPassword}-2`)).status, 200, 'the new password signs in');
    },
  ),
];
