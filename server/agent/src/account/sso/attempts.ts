// Owns sign-ons under way: begun with secrets of their own, good for a short time, and used once.
import { randomBytes } from 'node:crypto';
import type { SsoAttemptRow, SsoAttemptStore } from '../../store/sso-attempt-store.ts';
import { refusal } from '../failure.ts';
import { digest } from '../login-gate.ts';
import type { SecretBox } from '../secret-box.ts';

export interface AttemptSettings {
  readonly lifetimeMs: number;
  /** Open ones of one user; beyond them the oldest give way. */
  readonly perUser: number;
}

export interface AttemptDependencies {
  readonly store: SsoAttemptStore;
  readonly secretBox: SecretBox;
  readonly now: () => number;
  readonly settings: AttemptSettings;
  readonly random?: (bytes: number) => Buffer;
}

/** `requestId` is for SAML, whose IDs must not begin with a digit; the others are for OpenID Connect. */
export interface AttemptSecrets {
  readonly identifier: string;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly requestId: string;
}

export interface TakenAttempt extends AttemptSecrets, Pick<SsoAttemptRow, 'configurationId' | 'userId' | 'callbackUrl'> {}

type Begun = Pick<SsoAttemptRow, 'configurationId' | 'userId' | 'callbackUrl'>;
type Purpose = SsoAttemptRow['purpose'];

/** Where the secrets of an attempt are sealed to. */
const secretsPlace = (id: string): string => `sso_attempts/${id}/secrets`;

export class Attempts {
  readonly #store: SsoAttemptStore;
  readonly #secretBox: SecretBox;
  readonly #now: () => number;
  readonly #settings: AttemptSettings;
  readonly #random: (bytes: number) => Buffer;

  constructor({ store, secretBox, now, settings, random = randomBytes }: AttemptDependencies) {
    this.#store = store;
    this.#secretBox = secretBox;
    this.#now = now;
    this.#settings = settings;
    this.#random = random;
  }

  newSecrets(): AttemptSecrets {
    const secret = (): string => this.#random(32).toString('base64url');
    return {
      identifier: secret(),
      state: secret(),
      nonce: secret(),
      codeVerifier: secret(),
      requestId: `_${this.#random(20).toString('hex')}`,
    };
  }

  begin(purpose: Purpose, begun: Begun, secrets: AttemptSecrets): void {
    const id = digest(secrets.identifier);
    const sealed = this.#secretBox.seal(JSON.stringify(secrets), secretsPlace(id));
    const now = this.#now();
    const row = { ...begun, id, purpose, secrets: sealed, expiresAt: now + this.#settings.lifetimeMs };
    if (!this.#store.insert(row, now, this.#settings.perUser)) throw noConfiguration();
  }

  /** Used up by this, whatever comes of it. */
  take(identifier: string, callbackUrl: string): TakenAttempt {
    return this.#opened(this.#store.take(digest(identifier), 'sign-in', this.#now()), callbackUrl);
  }

  takeImport(userId: string, callbackUrl: string): TakenAttempt {
    return this.#opened(this.#store.takeNewest(userId, 'import', this.#now()), callbackUrl);
  }

  #opened(row: SsoAttemptRow | undefined, callbackUrl: string): TakenAttempt {
    if (row === undefined) throw refusal('SESSION', 'This sign-on is unknown, has expired or was used already. Begin again.');
    if (row.callbackUrl !== callbackUrl)
      throw refusal('DEFAULT', 'The CallbackUrl is not the one that this sign-on was begun with. Begin again.');
    const secrets = JSON.parse(this.#secretBox.open(row.secrets, secretsPlace(row.id))) as AttemptSecrets;
    return { ...row, ...secrets };
  }
}

/** One answer for whoever has no single sign-on, whoever does not exist, and whoever is not active. */
export const noConfiguration = (): Error => refusal('NOT_FOUND', 'No single sign-on is configured for this user.');
