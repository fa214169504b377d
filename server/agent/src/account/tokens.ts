// Owns the tokens of sessions: JWTs signed with a key of this installation.
import { join } from 'node:path';
import { errors, jwtVerify, SignJWT } from 'jose';
import { unauthenticated } from './failure.ts';
import { keyFile } from './key-file.ts';

const [algorithm, issuer] = ['HS256', 'click-agent'];

export interface TokenClaims {
  readonly userId: string;
  readonly accountId: string;
  readonly userType: number;
  readonly sessionId: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

export interface Verified {
  readonly sessionId: string;
  readonly expiresAt: number;
}

export class Tokens {
  readonly #key: Uint8Array;
  readonly #now: () => number;
  readonly #cacheSize: number;
  readonly #verified = new Map<string, Verified>();

  constructor(key: Uint8Array, now: () => number, cacheSize = 1000) {
    this.#key = key;
    this.#now = now;
    this.#cacheSize = cacheSize;
  }

  sign({ userId, accountId, userType, sessionId, issuedAt, expiresAt }: TokenClaims): Promise<string> {
    return new SignJWT({ accountId, userType, sid: sessionId })
      .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
      .setIssuer(issuer)
      .setSubject(userId)
      .setIssuedAt(Math.floor(issuedAt / 1000))
      .setExpirationTime(Math.floor(expiresAt / 1000))
      .sign(this.#key);
  }

  /** Proves signature and expiry; whether the session still lives is another question. */
  async verify(token: string): Promise<Verified> {
    // The signature of one string never changes, so a client's own token is checked once; its expiry each time.
    const known = this.#verified.get(token) ?? this.#remember(token, await this.#check(token));
    if (known.expiresAt > this.#now()) return known;
    this.#verified.delete(token);
    throw unauthenticated('TOKEN', 'The token has expired. Sign in again.');
  }

  async #check(token: string): Promise<Verified> {
    try {
      const options = { algorithms: [algorithm], issuer, currentDate: new Date(this.#now()), requiredClaims: ['sub', 'sid', 'exp'] };
      const { payload } = await jwtVerify<{ sid: string }>(token, this.#key, options);
      return { sessionId: payload.sid, expiresAt: (payload.exp ?? 0) * 1000 };
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw unauthenticated('TOKEN', 'The token has expired. Sign in again.', error);
      if (error instanceof errors.JOSEError) throw unauthenticated('TOKEN', 'The token is not valid.', error);
      throw error;
    }
  }

  #remember(token: string, verified: Verified): Verified {
    const oldest = this.#verified.size >= this.#cacheSize ? this.#verified.keys().next().value : undefined;
    if (oldest !== undefined) this.#verified.delete(oldest);
    this.#verified.set(token, verified);
    return verified;
  }
}

export const openTokens = (dataDir: string, now: () => number): Tokens => new Tokens(keyFile(join(dataDir, 'keys', 'token.key')), now);
