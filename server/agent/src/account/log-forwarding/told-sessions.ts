// Owns telling of sign-ins, the refused ones of known users included: calls to sign in have no caller that they could be told with.
import type { Schema } from '@click-kit/contract';
import type { UserRow } from '../../store/user-store.ts';
import { Failure } from '../failure.ts';
import { digest } from '../login-gate.ts';
import { type SessionDependencies, Sessions } from '../sessions.ts';
import type { Who } from './account-log.ts';

/** `code` is empty for a success. */
export type SignInListener = (who: Who, code: string) => void;

export class ToldSessions extends Sessions {
  readonly #users: SessionDependencies['users'];
  readonly #sessions: SessionDependencies['sessions'];
  readonly #listener: SignInListener;

  constructor(dependencies: SessionDependencies, listener: SignInListener) {
    super(dependencies);
    this.#users = dependencies.users;
    this.#sessions = dependencies.sessions;
    this.#listener = listener;
  }

  override login(username: string, password: string, type?: number): Promise<Schema<'LoginResponse'>> {
    const user = this.#users.findByUsername(username);
    return this.#told(user, super.login(username, password, type));
  }

  override respondToMfa(userCode: string, session: string): Promise<Schema<'LoginResponse'>> {
    // Looked up before, because the challenge is gone when it is answered.
    const userId = this.#sessions.challengedUser(digest(session));
    const user = userId === undefined ? undefined : this.#users.findById(userId);
    return this.#told(user, super.respondToMfa(userCode, session));
  }

  override signInVouched(user: UserRow): Promise<string> {
    return this.#told(user, super.signInVouched(user));
  }

  /** A login that waits for its second factor has not ended yet. */
  async #told<Outcome extends string | Schema<'LoginResponse'>>(user: UserRow | undefined, signIn: Promise<Outcome>): Promise<Outcome> {
    const who = user && { accountId: user.accountId, userId: user.id };
    try {
      const outcome = await signIn;
      const waits = typeof outcome !== 'string' && outcome.jwtToken === '';
      if (who !== undefined && !waits) this.#listener(who, '');
      return outcome;
    } catch (error) {
      if (who !== undefined && error instanceof Failure) this.#listener(who, error.code);
      throw error;
    }
  }
}
