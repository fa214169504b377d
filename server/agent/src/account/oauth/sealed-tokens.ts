// Owns how the tokens of a linked account lie in its row: sealed, where other accounts have their keys.
import type { TokenSet } from '../../providers/oauth-client.ts';
import type { HeldTokens, TokenVault } from '../../providers/oauth-tokens.ts';
import type { LinkedAccountStore } from '../../store/linked-account-store.ts';
import { keysPlace } from '../cloud-accounts.ts';
import type { SecretBox } from '../secret-box.ts';

export interface LinkedTokens {
  readonly tokens: TokenSet;
  /** Whose account it is, as the provider numbers it. */
  readonly subject: string;
}

/** The keys are there and empty, so that a linked account reads like any other. */
export const sealTokens = (box: SecretBox, id: string, { tokens, subject }: LinkedTokens): string =>
  box.seal(JSON.stringify({ accessKey: '', secretKey: '', oauth: { tokens, subject } }), keysPlace(id));

/** Undefined for an account with keys. */
export const openTokens = (box: SecretBox, id: string, keys: string): LinkedTokens | undefined =>
  (JSON.parse(box.open(keys, keysPlace(id))) as { oauth?: LinkedTokens }).oauth;

export class SealedTokens implements TokenVault {
  readonly #store: LinkedAccountStore;
  readonly #box: SecretBox;

  constructor(store: LinkedAccountStore, box: SecretBox) {
    this.#store = store;
    this.#box = box;
  }

  read(accountId: string): HeldTokens | undefined {
    const row = this.#store.find(accountId);
    const held = row && openTokens(this.#box, accountId, row.keys);
    return row && held && { tokens: held.tokens, version: row.keys, needsAuthorization: row.needsAuthorization === 1 };
  }

  replace(accountId: string, version: string, tokens: TokenSet): boolean {
    const held = openTokens(this.#box, accountId, version);
    return held !== undefined && this.#store.replace(accountId, version, sealTokens(this.#box, accountId, { ...held, tokens }));
  }

  needAuthorization(accountId: string, version: string): void {
    this.#store.needAuthorization(accountId, version);
  }
}
