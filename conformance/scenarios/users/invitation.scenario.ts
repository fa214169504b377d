// Owns the stories of inviting users (user.md, Insert User and Resend User Email).
import { codeOf } from '../../src/kit/error-model.ts';
import { pageOf } from '../../src/kit/paging.ts';
import { scenario } from '../../src/kit/scenario.ts';
import { invitedUser, letterTo, newPassword, newUser, removeLater, secretsOf, signedIn } from '../../src/kit/users.ts';

export const scenarios = [
  scenario(
    'user.insert-user.pending',
    {
      title: 'Insert User answers the new user, who is pending and listed',
      controller: 'User',
      operations: ['insertUser', 'getAllUsers'],
      proves: ['USER-INVITE-001', 'USER-INVITE-002'],
    },
    async (context) => {
      const { given, expect } = context;
      const api = await given.session();
      const wanted = newUser(context);
      const user = await api.ok('insertUser', { body: wanted });
      removeLater(context, api, user);
      const { id, status, firstname, lastname, username, email, userType } = user;
      expect.that(typeof id === 'string' && id !== '', 'the user has an id', typeof id);
      expect.equal({ firstname, lastname, username, email, userType }, wanted, 'the user has the given fields');
      expect.equal(status, 4, 'the user is pending');
      const { data } = pageOf((await api.perform('getAllUsers', { query: { username, userStatus: 4 } })).body, expect);
      expect.equal(
        data.map((listed) => listed.id),
        [id],
        'the user is listed among the pending ones',
      );
    },
  ),
  scenario(
    'user.insert-user.taken-username',
    {
      title: 'Insert User refuses a username that is taken',
      controller: 'User',
      operations: ['insertUser'],
      statuses: [200, 499],
      proves: ['USER-INVITE-003'],
    },
    async (context) => {
      const { given, expect, should } = context;
      const api = await given.session();
      const { username } = await invitedUser(context);
      const again = await api.call('insertUser', { body: { ...newUser(context), username } });
      if (again.status === 200) removeLater(context, api, again.body as { id: string; username: string });
      expect.equal(again.status, 499, 'the second user of that name is refused');
      should.equal(codeOf(again.body, again.headers), 'DUPLICATE', 'the error code is DUPLICATE');
    },
  ),
  scenario(
    'user.invitation.until-signed-in',
    {
      title: 'An invited user confirms, signs in and sets a password',
      controller: 'User',
      operations: ['insertUser', 'confirmSignUp', 'login', 'resetPassword', 'getUser'],
      proves: ['USER-INVITE-004'],
    },
    async (context) => {
      const { api, given, expect } = context;
      given.fixture('mailbox');
      // The username is the address that the user was invited at, whatever the answer says.
      const { id, username } = await invitedUser(context);
      const { code, password } = secretsOf(await letterTo(context, username, 'the invitation is mailed to the new user'));
      expect.equal(await api.ok('confirmSignUp', { body: { email: username, token: code } }), true, 'the code activates the user');
      const session = await signedIn(context, username, password);
      await session.ok('resetPassword', { body: { password: newPassword, currentPassword: password } });
      const { jwtToken } = await api.ok('login', { body: { username, password: newPassword } });
      const profile = await api.withToken(jwtToken).ok('getUser');
      const { accountId } = await (await given.session()).ok('getUser');
      expect.equal([profile.userId, profile.accountId, profile.owner], [id, accountId, false], 'the user belongs to the account');
    },
  ),
  scenario(
    'user.resend-user-email.pending',
    {
      title: 'Resend User Email takes the record of a pending user',
      controller: 'User',
      operations: ['insertUser', 'resendUserEmail'],
      proves: ['USER-RESEND-001'],
    },
    async (context) => {
      const { given, expect } = context;
      const user = await invitedUser(context);
      const { status } = await (await given.session()).call('resendUserEmail', { body: user });
      expect.equal(status, 200, 'Resend User Email answers 200');
    },
  ),
  scenario(
    'user.resend-user-email.second-mail',
    {
      title: 'A pending user gets the invitation once more, and it works',
      controller: 'User',
      operations: ['insertUser', 'resendUserEmail', 'confirmSignUp', 'login'],
      proves: ['USER-RESEND-002'],
    },
    async (context) => {
      const { api, given } = context;
      given.fixture('mailbox');
      const user = await invitedUser(context);
      await letterTo(context, user.email, 'the invitation is mailed');
      await (await given.session()).ok('resendUserEmail', { body: user });
      const { code, password } = secretsOf(await letterTo(context, user.email, 'the invitation is mailed once more'));
      await api.ok('confirmSignUp', { body: { email: user.email, token: code } });
      await signedIn(context, user.username, password);
    },
  ),
];
