// Owns switching the second factor of a user on and off (user.md, Generate MFA Token and Set MFA Preference).
import { generateSecret } from 'otplib';
import type { InTransaction } from '../store/database.ts';
import type { SecondFactorStore } from '../store/second-factor-store.ts';
import type { UserRow, UserStore } from '../store/user-store.ts';
import type { Caller } from './caller.ts';
import { refusal, unauthenticated } from './failure.ts';
import type { LoginGate } from './login-gate.ts';
import type { SecretBox } from './secret-box.ts';
import { mfaSecretPlace } from './sessions.ts';
import { totpStep } from './totp.ts';

export interface SecondFactorDependencies {
  readonly users: UserStore;
  readonly store: SecondFactorStore;
  readonly gate: LoginGate;
  readonly secretBox: SecretBox;
  readonly inTransaction: InTransaction;
  readonly now: () => number;
  readonly newSecret?: () => string;
}

/** How long a secret that was handed out waits for its first code. */
const enrolmentLifetimeMs = 30 * 60_000;
/** As RFC 4226 recommends. */
const secretBytes = 20;
const enrolmentPlace = (userId: string): string => `mfa_enrolments/${userId}/secret`;

export class SecondFactors {
  readonly #parts: SecondFactorDependencies;
  readonly #newSecret: () => string;

  constructor({ newSecret = () => generateSecret({ length: secretBytes }), ...parts }: SecondFactorDependencies) {
    this.#parts = parts;
    this.#newSecret = newSecret;
  }

  /** Changes nothing for the user until a code of the secret comes. */
  generate(caller: Caller): string {
    const { store, secretBox, now } = this.#parts;
    const user = this.#user(caller);
    const secret = this.#newSecret();
    store.putEnrolment({
      userId: user.id,
      secret: secretBox.seal(secret, enrolmentPlace(user.id)),
      expiresAt: now() + enrolmentLifetimeMs,
    });
    return secret;
  }

  set(caller: Caller, enabled: boolean, userCode: string | undefined): void {
    const user = this.#user(caller);
    if (enabled) this.#enable(user, userCode);
    else this.#disable(user, userCode);
  }

  #user({ userId }: Caller): UserRow {
    const user = this.#parts.users.findById(userId);
    if (user === undefined) throw unauthenticated('SESSION', 'The session has ended. Sign in again.');
    // It would never be asked for: the provider's own second factor is.
    if (user.authProvider !== 0) throw refusal('SECURITY', 'The user signs in by another provider, which has its own second factor.');
    return user;
  }

  #enable(user: UserRow, userCode: string | undefined): void {
    const { store, secretBox, inTransaction, now } = this.#parts;
    if (!userCode) throw refusal('DEFAULT', 'The request is not valid: body.userCode is needed to switch the second factor on.');
    if (user.mfaSecret !== null)
      throw refusal('SECURITY', 'The second factor is on. Switch it off first, with a code of the present secret.');
    const sealed = store.findEnrolment(user.id, now());
    if (sealed === undefined) throw refusal('TOTP', 'There is no secret that waits for its first code. Generate one.');
    const secret = secretBox.open(sealed, enrolmentPlace(user.id));
    const step = totpStep(secret, digits(userCode), now());
    if (step === undefined) throw refusal('TOTP', 'The one-time code is wrong or has expired.');
    inTransaction(() => {
      store.setSecret(user.id, secretBox.seal(secret, mfaSecretPlace(user.id)));
      store.removeEnrolment(user.id);
      // Steps of an earlier secret do not count, and the code that was just shown is not good for a login.
      store.forgetSteps(user.id);
      store.useStep(user.id, step);
    });
  }

  /** Needs a code of the present secret: a token that was stolen must not be enough. Wrong ones count as failed logins do. */
  #disable(user: UserRow, userCode: string | undefined): void {
    const { store, gate, secretBox, inTransaction, now } = this.#parts;
    if (user.mfaSecret !== null) {
      const closed = gate.isClosed(user.username);
      const secret = secretBox.open(user.mfaSecret, mfaSecretPlace(user.id));
      const step = closed ? undefined : totpStep(secret, digits(userCode ?? ''), now());
      if (step === undefined || !store.useStep(user.id, step)) {
        gate.blame(user.username);
        throw refusal('TOTP', 'A current one-time code is needed to switch the second factor off; this one is wrong or was used already.');
      }
    }
    inTransaction(() => {
      store.setSecret(user.id, null);
      store.removeEnrolment(user.id);
      store.forgetSteps(user.id);
    });
  }
}

const digits = (code: string): string => code.replaceAll(' ', '');
