// Owns how often one address may be mailed a code, and how often a code may be tried for it.
import type { RateLimitStore } from '../../store/rate-limit-store.ts';
import { digest } from '../login-gate.ts';

export interface MailLimitSettings {
  /** Mails of one kind to one address within the window. */
  readonly mails: number;
  /** Attempts at the codes of one address within the window, over all its codes. */
  readonly attempts: number;
  readonly windowMs: number;
  /** Addresses that are remembered. */
  readonly maxKeys: number;
}

export const defaultMailLimitSettings: MailLimitSettings = { mails: 5, attempts: 30, windowMs: 3_600_000, maxKeys: 100_000 };

export class MailLimits {
  readonly #store: RateLimitStore;
  readonly #now: () => number;
  readonly #settings: MailLimitSettings;

  constructor(store: RateLimitStore, now: () => number, settings: MailLimitSettings = defaultMailLimitSettings) {
    this.#store = store;
    this.#now = now;
    this.#settings = settings;
  }

  /** Counts a mail; known and unknown addresses alike, so that neither the answer nor its duration tells them apart. */
  mayMail(kind: 'activation' | 'recovery', address: string): boolean {
    return this.#use(kind, address) <= this.#settings.mails;
  }

  /** Counts an attempt. */
  mayTry(address: string): boolean {
    return this.#use('attempt', address) <= this.#settings.attempts;
  }

  #use(kind: string, address: string): number {
    const { windowMs, maxKeys } = this.#settings;
    return this.#store.use(digest(`${kind} ${address.toLowerCase()}`), this.#now(), windowMs, maxKeys);
  }
}
