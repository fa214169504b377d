// Owns the story of a session: login, use, logout, and a token that is dead afterwards (authentication.md).
import { scenario } from '../../src/kit/scenario.ts';

export const scenarios = [
  scenario(
    'authentication.session.logout-ends-the-token',
    {
      title: 'A token works after login and is dead after logout',
      controller: 'Authentication',
      operations: ['login', 'logout', 'getCloudAccounts'],
      statuses: [200, 401],
      proves: ['AUTH-LOGOUT-001'],
      after: ['authentication.login.success'],
    },
    async ({ api, given, expect }) => {
      const session = await given.freshSession();
      const before = await session.call('getCloudAccounts');
      expect.equal(before.status, 200, 'the token of a login opens a protected operation');
      await api.ok('logout', { body: { jwtToken: expect.present(session.token, 'there is a token') } });
      const after = await session.call('getCloudAccounts');
      expect.equal(after.status, 401, 'after logout the token is refused with 401');
    },
  ),
  scenario(
    'authentication.session.logout-ends-one-session-only',
    {
      title: 'Logout ends its own session and no other one of the same user',
      controller: 'Authentication',
      operations: ['login', 'logout', 'getCloudAccounts'],
      level: 'SHOULD',
      after: ['authentication.login.success'],
    },
    async ({ api, given, expect }) => {
      const [first, second] = [await given.freshSession(), await given.freshSession()];
      await api.ok('logout', { body: { jwtToken: expect.present(first.token, 'there is a token') } });
      const { status } = await second.call('getCloudAccounts');
      expect.equal(status, 200, 'the other session goes on');
    },
  ),
  scenario(
    'authentication.session.second-logout-is-refused',
    {
      title: 'A token cannot be logged out twice',
      controller: 'Authentication',
      operations: ['login', 'logout'],
      statuses: [200, 401],
      level: 'INFO',
      after: ['authentication.login.success'],
    },
    async ({ api, given, expect }) => {
      const { token } = await given.freshSession();
      const body = { jwtToken: expect.present(token, 'there is a token') };
      await api.ok('logout', { body });
      const again = await api.call('logout', { body });
      expect.equal(again.status, 401, 'the second logout is refused with 401');
    },
  ),
];
