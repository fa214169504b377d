// Owns signing in and out, and who a token stands for (authentication.md).
import { randomBytes, randomUUID } from 'node:crypto';
import { AgentStatus, ChallengeType, UserStatus, type Schema } from '@click-kit/contract';
import type { SessionRow, SessionStore } from '../store/session-store.ts';
import type { UserRow, UserStore } from '../store/user-store.ts';
import { type Caller, callerOf } from './caller.ts';
import { refusal, unauthenticated } from './failure.ts';
import { digest, type LoginGate } from './login-gate.ts';
import type { SecretBox } from './secret-box.ts';
import type { Tokens } from './tokens.ts';
import { totpStep } from './totp.ts';

export type { Caller } from './caller.ts';

export interface SessionSettings {
  readonly lifetimeMs: number;
  readonly maxPerUser: number;
  readonly challengeLifetimeMs: number;
  readonly challengeAttempts: number;
  readonly challengesPerUser: number;
}

export const defaultSessionSettings: SessionSettings = {
  lifetimeMs: 12 * 3_600_000,
  maxPerUser: 1000,
  challengeLifetimeMs: 300_000,
  challengeAttempts: 5,
  challengesPerUser: 10,
};

export interface SessionDependencies {
  readonly users: UserStore;
  readonly sessions: SessionStore;
  readonly gate: LoginGate;
  readonly tokens: Tokens;
  readonly secretBox: SecretBox;
  readonly now: () => number;
  readonly settings?: SessionSettings;
}

/** Where the second-factor secret of a user is sealed to. */
export const mfaSecretPlace = (userId: string): string => `users/${userId}/mfa_secret`;

export class Sessions {
  readonly #users: UserStore;
  readonly #sessions: SessionStore;
  readonly #gate: LoginGate;
  readonly #tokens: Tokens;
  readonly #secretBox: SecretBox;
  readonly #now: () => number;
  readonly #settings: SessionSettings;

  constructor({ users, sessions, gate, tokens, secretBox, now, settings = defaultSessionSettings }: SessionDependencies) {
    this.#users = users;
    this.#sessions = sessions;
    this.#gate = gate;
    this.#tokens = tokens;
    this.#secretBox = secretBox;
    this.#now = now;
    this.#settings = settings;
  }

  /** `type` is the user's own type; a client that does not send it signs in as what the user is. */
  async login(username: string, password: string, type?: number): Promise<Schema<'LoginResponse'>> {
    const { user, oneTime } = await this.#gate.admit(username, password, type);
    if (user.status !== UserStatus.Active) throw refusal('INACTIVE_USER', 'The user is not active.');
    if (oneTime) this.#gate.spend(user);
    if (user.mfaSecret !== null) return this.#challenge(user);
    const [session, token] = await this.#newSession(user);
    if (!this.#sessions.open(session, this.#settings.maxPerUser)) throw tooManySessions();
    this.#gate.forgive(username);
    return signedIn(token);
  }

  /** A session for a user whose identity somebody else has vouched for: Google, or the single sign-on of the account. */
  async signInVouched(user: UserRow): Promise<string> {
    if (user.status !== UserStatus.Active) throw refusal('INACTIVE_USER', 'The user is not active.');
    const [session, token] = await this.#newSession(user);
    if (!this.#sessions.open(session, this.#settings.maxPerUser)) throw tooManySessions();
    return token;
  }

  #challenge(user: UserRow): Schema<'LoginResponse'> {
    const session = randomBytes(32).toString('base64url');
    const now = this.#now();
    const challenge = { id: digest(session), userId: user.id, expiresAt: now + this.#settings.challengeLifetimeMs };
    this.#sessions.openChallenge(challenge, now, this.#settings.challengesPerUser);
    return { jwtToken: '', challenge: ChallengeType.TOTP, session };
  }

  async respondToMfa(userCode: string, session: string): Promise<Schema<'LoginResponse'>> {
    const id = digest(session);
    const attempt = this.#sessions.attemptChallenge(id, this.#now(), this.#settings.challengeAttempts);
    const user = attempt && this.#users.findById(attempt.userId);
    if (user === undefined || user.mfaSecret === null || user.status !== UserStatus.Active) throw unknownChallenge();
    // A wrong code is a failed login: otherwise whoever has the password could guess codes with ever new challenges.
    if (this.#gate.isClosed(user.username)) throw unknownChallenge();
    const step = totpStep(this.#secretBox.open(user.mfaSecret, mfaSecretPlace(user.id)), userCode.replaceAll(' ', ''), this.#now());
    if (step === undefined) throw this.#wrongCode(user);
    const [row, token] = await this.#newSession(user);
    const outcome = this.#sessions.completeChallenge(id, step, row, this.#settings.maxPerUser);
    if (outcome === 'gone') throw unknownChallenge();
    if (outcome === 'replayed') throw this.#wrongCode(user);
    if (outcome === 'full') throw tooManySessions();
    this.#gate.forgive(user.username);
    return signedIn(token);
  }

  #wrongCode(user: UserRow): Error {
    this.#gate.blame(user.username);
    return refusal('TOTP', 'The one-time code is wrong, has expired or was used already.');
  }

  async #newSession({ id: userId, accountId, userType }: UserRow): Promise<[SessionRow, string]> {
    const createdAt = this.#now();
    const session = { id: randomUUID(), userId, createdAt, expiresAt: createdAt + this.#settings.lifetimeMs };
    const token = await this.#tokens.sign({
      userId,
      accountId,
      userType,
      sessionId: session.id,
      issuedAt: createdAt,
      expiresAt: session.expiresAt,
    });
    return [session, token];
  }

  /** What the contract says of a token that is not valid or was used before: 401, as everywhere else (decision 0002). */
  async logout(jwtToken: string): Promise<void> {
    const { sessionId } = await this.#tokens.verify(jwtToken);
    if (!this.#sessions.end(sessionId)) throw sessionEnded();
  }

  async authenticate(token: string): Promise<Caller> {
    const { sessionId } = await this.#tokens.verify(token);
    const session = this.#sessions.find(sessionId, this.#now());
    if (session === undefined) throw sessionEnded();
    return callerOf(session);
  }

  /** The user who is signed in to the agent: whoever signed in last and has not signed out. Stands in where a token may be left out. */
  currentUser(): Caller | undefined {
    const session = this.#sessions.latest(this.#now());
    return session && callerOf(session);
  }

  /** Created until somebody signs in; the desktop agent starts its work for a user. */
  agentStatus(): Schema<'AgentStatus'> {
    return this.currentUser() === undefined ? AgentStatus.Created : AgentStatus.Started;
  }
}

const signedIn = (jwtToken: string): Schema<'LoginResponse'> => ({ jwtToken, challenge: ChallengeType.None, session: '' });
const sessionEnded = (): Error => unauthenticated('SESSION', 'The session has ended. Sign in again.');
const unknownChallenge = (): Error => refusal('SESSION', 'The login that this code belongs to is unknown or has expired. Sign in again.');
const tooManySessions = (): Error => refusal('SESSION_MAXOUT', 'The user has too many sessions. Sign out of some of them.');
