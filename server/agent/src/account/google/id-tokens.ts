// Owns verifying Google's ID tokens: signature by the issuer's published keys, issuer, audience, expiry, verified address.
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { refusal, unauthenticated } from '../failure.ts';

export interface IdTokenSettings {
  readonly issuer: string;
  /** Empty when Google is not configured. */
  readonly clientId: string;
  readonly timeoutMs: number;
}

export interface VerifiedIdentity {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string;
  readonly name: string;
  readonly givenName: string;
  readonly familyName: string;
}

interface Discovered {
  readonly keys: JWTVerifyGetKey;
  readonly until: number;
}

const google = 'https://accounts.google.com';
const [discoveryLifetimeMs, maxDocumentBytes, clockTolerance] = [3_600_000, 100_000, 30];
// Asymmetric only: with a shared secret, whoever can check a token can make one.
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

export class IdTokens {
  readonly #settings: IdTokenSettings;
  readonly #now: () => number;
  #discovered: Promise<Discovered> | undefined;

  constructor(settings: IdTokenSettings, now: () => number) {
    this.#settings = settings;
    this.#now = now;
  }

  async verify(idToken: string): Promise<VerifiedIdentity> {
    const { issuer, clientId } = this.#settings;
    if (clientId === '')
      throw refusal('DEFAULT', 'Signing in with Google is not configured: this agent has no client id (setting google-client-id).');
    const keys = await this.#keys();
    const payload = await this.#checked(idToken, keys);
    const { sub, email, email_verified: verified, name, given_name: givenName, family_name: familyName, aud, azp } = payload;
    if (Array.isArray(aud) && aud.length > 1 && azp !== clientId) throw bad('it was issued to another client');
    if (sub === undefined || sub === '') throw bad('it names nobody');
    if (typeof email !== 'string' || !(verified === true || verified === 'true')) throw bad('its email address is not verified');
    return { issuer, subject: sub, email, name: text(name), givenName: text(givenName), familyName: text(familyName) };
  }

  async #checked(idToken: string, keys: JWTVerifyGetKey): Promise<JWTPayload> {
    const { issuer, clientId } = this.#settings;
    try {
      const { payload } = await jwtVerify(idToken, keys, {
        algorithms,
        // Google has issued tokens under both spellings of its name.
        issuer: issuer === google ? [google, 'accounts.google.com'] : issuer,
        audience: clientId,
        clockTolerance,
        currentDate: new Date(this.#now()),
        requiredClaims: ['sub', 'iat', 'exp', 'email'],
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) throw unavailable(error);
      if (error instanceof errors.JWTExpired) throw bad('it has expired', error);
      if (error instanceof errors.JWTClaimValidationFailed) throw bad(`its claim ${error.claim} is not the expected one`, error);
      // A plain JOSEError is what the key set throws for an answer that is no 200.
      if (error instanceof errors.JOSEError && error.constructor !== errors.JOSEError) throw bad('it is not signed by the issuer', error);
      throw unavailable(error);
    }
  }

  /** Found once an hour, whoever asks; a failure is forgotten, so that the next sign-in tries again. */
  async #keys(): Promise<JWTVerifyGetKey> {
    const known = await this.#discovered?.catch(() => undefined);
    if (known !== undefined && known.until > this.#now()) return known.keys;
    const discovery = this.#discover();
    this.#discovered = discovery;
    try {
      return (await discovery).keys;
    } catch (error) {
      if (this.#discovered === discovery) this.#discovered = undefined;
      throw unavailable(error);
    }
  }

  async #discover(): Promise<Discovered> {
    const { issuer, timeoutMs } = this.#settings;
    const address = trusted(`${issuer}/.well-known/openid-configuration`);
    const response = await fetch(address, { signal: AbortSignal.timeout(timeoutMs), redirect: 'error' });
    if (!response.ok) throw new Error(`${address.href} answered ${response.status}`);
    const document = JSON.parse(await limitedText(response)) as { issuer?: unknown; jwks_uri?: unknown };
    if (document.issuer !== issuer) throw new Error(`${address.href} speaks for another issuer`);
    const keys = createRemoteJWKSet(trusted(String(document.jwks_uri)), { timeoutDuration: timeoutMs });
    return { keys, until: this.#now() + discoveryLifetimeMs };
  }
}

/** Keys that travel in the clear could be anybody's; only on this machine nobody is in between. */
function trusted(address: string): URL {
  const url = new URL(address);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && loopback.has(url.hostname))) return url;
  throw new Error(`${address} is not an https address`);
}

async function limitedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > maxDocumentBytes) throw new Error(`${response.url} answered more than ${maxDocumentBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const text = (claim: unknown): string => (typeof claim === 'string' ? claim : '');
const bad = (why: string, cause?: unknown): Error => unauthenticated('AUTH', `The ID token is not good: ${why}.`, cause);
const unavailable = (cause: unknown): Error =>
  refusal('COGNITO', 'The identity provider cannot be reached or its answer cannot be used, so the ID token cannot be checked.', cause);
