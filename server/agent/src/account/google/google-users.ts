// Owns accounts that Google vouches for (authentication.md, Google Sign Up and Google Login).
import { AuthProvider, UserStatus } from '@click-kit/contract';
import type { InTransaction } from '../../store/database.ts';
import type { IdentityStore } from '../../store/identity-store.ts';
import type { UserRow } from '../../store/user-store.ts';
import { refusal, unauthenticated } from '../failure.ts';
import { noPassword } from '../password.ts';
import type { Sessions } from '../sessions.ts';
import { maxNameLength, personalAddress, splitName } from '../sign-up/person.ts';
import type { PendingUsers } from '../sign-up/pending-users.ts';
import type { NewAccount, SignUps } from '../sign-up/sign-ups.ts';
import type { IdTokens, VerifiedIdentity } from './id-tokens.ts';

export interface GoogleUserDependencies {
  readonly idTokens: IdTokens;
  readonly identities: IdentityStore;
  readonly pending: PendingUsers;
  readonly signUps: SignUps;
  readonly sessions: Sessions;
  readonly inTransaction: InTransaction;
}

export class GoogleUsers {
  readonly #parts: GoogleUserDependencies;

  constructor(parts: GoogleUserDependencies) {
    this.#parts = parts;
  }

  /** The address is proven by Google, so the account is active at once. */
  async signUp(idToken: string): Promise<string> {
    const identity = await this.#parts.idTokens.verify(idToken);
    return await this.#parts.sessions.signInVouched(this.#open(identity));
  }

  #open(identity: VerifiedIdentity): UserRow {
    const { identities, pending, signUps, inTransaction } = this.#parts;
    return inTransaction(() => {
      if (identities.findByGoogle(keyOf(identity)) !== undefined)
        throw refusal('DUPLICATE', 'This Google identity has an account already. Sign in with it.');
      const account = accountOf(identity);
      pending.claim(account.username, true);
      const google = { status: UserStatus.Active, authProvider: AuthProvider.Google, passwordHash: noPassword };
      const user = signUps.open(account, google);
      identities.linkGoogle(keyOf(identity), user.id);
      return user;
    });
  }

  /** By the identity and never by the address: who has the address today need not be who opened the account. */
  async login(idToken: string): Promise<string> {
    const identity = await this.#parts.idTokens.verify(idToken);
    const user = this.#parts.identities.findByGoogle(keyOf(identity));
    if (user === undefined) throw unauthenticated('AUTH', 'This Google identity has no account. Sign up with it first.');
    return await this.#parts.sessions.signInVouched(user);
  }
}

const keyOf = ({ issuer, subject }: VerifiedIdentity) => ({ issuer, subject });

function accountOf({ email, name, givenName, familyName }: VerifiedIdentity): NewAccount {
  const username = personalAddress(email);
  const shown = plain(name) || plain(`${givenName} ${familyName}`) || username;
  const { firstname, lastname } = splitName(shown);
  return { accountName: shown, username, firstname: plain(givenName) || firstname, lastname: plain(familyName) || lastname };
}

/** A name that Google shows must not keep anybody out: it is cut and cleaned where ours are refused. */
function plain(name: string): string {
  const clean = name
    .replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029]+/gu, ' ')
    .trim()
    .normalize('NFC');
  return Array.from(clean).slice(0, maxNameLength).join('').trim();
}
