// Owns the Authentication operations (authentication.md).
import type { Sessions } from '../account/sessions.ts';
import type { Controller } from '../http/handler.ts';

export interface AuthenticationDependencies {
  readonly sessions: Sessions;
}

export const authentication = ({ sessions }: AuthenticationDependencies): Controller<'Authentication'> => ({
  login: async ({ body }) => ({ status: 200, body: await sessions.login(body.username, body.password, body.type) }),

  respondToMfa: async ({ body }) => ({ status: 200, body: await sessions.respondToMfa(body.userCode, body.session) }),

  async logout({ body }) {
    await sessions.logout(body.jwtToken);
    return { status: 200 };
  },
});
