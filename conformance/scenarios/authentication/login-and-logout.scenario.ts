// Owns the story of a session: login, use, logout, and a token that is dead afterwards (authentication.md).
import { NotApplicable } from '../../src/kit/faults.ts';
import { scenario } from '../../src/kit/scenario.ts';

/** The user types of desktop clients (authentication.md, LoginRequest). */
const desktopTypes = [16, 32, 64];

export const scenarios = [
  scenario(
    'authentication.session.login-with-type',
    {
      title: 'Login takes the user type of a desktop client',
      controller: 'Authentication',
      operations: ['login', 'logout', 'getAllUsers'],
      proves: ['AUTH-LOGIN-006'],
      after: ['authentication.login.success'],
    },
    async (context) => {
      const { api, given, expect } = context;
      const { username, password } = given.credentials();
      const { data } = await (await given.session()).ok('getAllUsers', { query: { username } });
      const type = data.find((user) => user.username === username)?.userType;
      if (type === undefined || !desktopTypes.includes(type))
        throw new NotApplicable(`the user is of type ${type ?? 'unknown'}, which is none of desktop clients`);
      const { jwtToken, challenge } = await api.ok('login', { body: { username, password, type } });
      if (jwtToken !== '') context.cleanUp('the session of a typed login', () => api.forCleanUp().call('logout', { body: { jwtToken } }));
      expect.that(jwtToken !== '' || challenge !== 0, 'the login yields a token or a challenge');
    },
  ),
  scenario(
    'authentication.session.logout-ends-the-token',
    {
      title: 'A token works after login and is dead after logout',
      controller: 'Authentication',
      operations: ['login', 'logout', 'getCloudAccounts'],
      statuses: [200, 401],
      proves: ['AUTH-LOGOUT-001', 'AUTH-LOGOUT-002', 'AUTH-LOGOUT-003', 'AUTH-TOKEN-001'],
      after: ['authentication.login.success'],
    },
    async ({ api, given, expect }) => {
      const session = await given.freshSession();
      const before = await session.call('getCloudAccounts');
      expect.equal(before.status, 200, 'the token of a login opens a protected operation');
      const logout = await api.call('logout', { body: { jwtToken: expect.present(session.token, 'there is a token') } });
      expect.equal({ status: logout.status, bytes: logout.size }, { status: 200, bytes: 0 }, 'Logout answers 200 without a body');
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
      proves: ['AUTH-LOGOUT-004'],
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
