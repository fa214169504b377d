// Owns one bandwidth cap that any number of transfers share: small grants, first come first served, changeable while they wait.
import { Line } from './line.ts';

export interface RateClock {
  now(): number;
  /** Answers the function that cancels. */
  after(ms: number, action: () => void): () => void;
}

const realClock: RateClock = {
  now: () => performance.now(),
  after(ms, action) {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
};

/** What may have been saved up while nobody wanted anything, in milliseconds of the rate. */
const burstMs = 100;

export class RateLimit {
  readonly #clock: RateClock;
  /** How many bytes each wants. */
  readonly #line = new Line<number>();
  #rate: number;
  /** Bytes that may go now; below zero after a grant that was larger than what had been saved up. */
  #saved = 0;
  #countedAt: number;
  #cancelTimer: (() => void) | undefined;

  /** `bytesPerSecond` 0 is unlimited. */
  constructor(bytesPerSecond: number, clock: RateClock = realClock) {
    this.#clock = clock;
    this.#rate = bytesPerSecond;
    this.#countedAt = clock.now();
  }

  get rate(): number {
    return this.#rate;
  }

  set rate(bytesPerSecond: number) {
    this.#count();
    this.#rate = bytesPerSecond;
    this.#serve();
  }

  /** Resolves when so many bytes may go. */
  take(bytes: number, signal: AbortSignal): Promise<void> {
    if (this.#rate === 0 && this.#line.length === 0) return Promise.resolve();
    const turn = this.#line.join(bytes, signal, () => this.#serve());
    this.#serve();
    return turn;
  }

  #count(): void {
    const now = this.#clock.now();
    const most = (this.#rate * burstMs) / 1000;
    this.#saved = Math.min(most, this.#saved + (this.#rate * (now - this.#countedAt)) / 1000);
    this.#countedAt = now;
  }

  #serve(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#count();
    for (let bytes = this.#line.first; bytes !== undefined; bytes = this.#line.first) {
      if (this.#rate > 0 && this.#saved < 0) {
        this.#cancelTimer = this.#clock.after(Math.ceil((-this.#saved / this.#rate) * 1000), () => this.#serve());
        return;
      }
      if (this.#rate > 0) this.#saved -= bytes;
      this.#line.admit();
    }
  }
}
