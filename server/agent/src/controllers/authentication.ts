// Owns the Authentication operations (authentication.md).
import type { GoogleUsers } from '../account/google/google-users.ts';
import type { Passwords } from '../account/passwords.ts';
import type { Profiles } from '../account/profile.ts';
import type { Sessions } from '../account/sessions.ts';
import type { SignUps } from '../account/sign-up/sign-ups.ts';
import type { Controller } from '../http/handler.ts';

export interface AuthenticationDependencies {
  readonly sessions: Sessions;
  readonly signUps: SignUps;
  readonly passwords: Passwords;
  readonly googleUsers: GoogleUsers;
  readonly profiles: Profiles;
}

export const authentication = (services: AuthenticationDependencies): Controller<'Authentication'> => ({
  ...sessionOperations(services),
  ...signUpOperations(services),
  ...profileOperations(services),
});

type SessionOperation = 'login' | 'respondToMfa' | 'logout' | 'googleLogin' | 'forgotPassword';
type SignUpOperation = 'signUp' | 'confirmSignUp' | 'resendConfirmationEmail' | 'googleSignUp';
type ProfileOperation = 'getUser' | 'updateUser' | 'updateSubscription' | 'resetPassword';

const sessionOperations = ({
  sessions,
  googleUsers,
  passwords,
}: AuthenticationDependencies): Pick<Controller<'Authentication'>, SessionOperation> => ({
  login: async ({ body }) => ({ status: 200, body: await sessions.login(body.username, body.password, body.type) }),

  respondToMfa: async ({ body }) => ({ status: 200, body: await sessions.respondToMfa(body.userCode, body.session) }),

  async logout({ body }) {
    await sessions.logout(body.jwtToken);
    return { status: 200 };
  },

  googleLogin: async ({ body }) => ({ status: 200, body: await googleUsers.login(body.idToken) }),

  forgotPassword({ body }) {
    passwords.forgot(body.username);
    return { status: 200 };
  },
});

const signUpOperations = ({ signUps, googleUsers }: AuthenticationDependencies): Pick<Controller<'Authentication'>, SignUpOperation> => ({
  async signUp({ body }) {
    await signUps.signUp(body);
    return { status: 200 };
  },

  confirmSignUp({ body }) {
    signUps.confirm(body.email, body.token);
    return { status: 200, body: true };
  },

  resendConfirmationEmail({ body }) {
    signUps.resend(body.email);
    return { status: 200 };
  },

  googleSignUp: async ({ body }) => ({ status: 200, body: await googleUsers.signUp(body.idToken) }),
});

const profileOperations = ({ profiles, passwords }: AuthenticationDependencies): Pick<Controller<'Authentication'>, ProfileOperation> => ({
  getUser: ({ caller, token }) => ({ status: 200, body: profiles.get(caller, token) }),

  updateUser: ({ caller, token, body }) => ({ status: 200, body: profiles.update(caller, token, body) }),

  updateSubscription({ caller, body }) {
    profiles.subscribe(caller, body.subscriptionType);
    return { status: 200 };
  },

  async resetPassword({ caller, body }) {
    await passwords.reset(caller, body.currentPassword, body.password);
    return { status: 200 };
  },
});
