// Owns one bandwidth cap that any number of transfers share: small grants, first come first served, changeable while they wait.
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

interface Waiter {
  readonly bytes: number;
  readonly grant: () => void;
}

/** What may have been saved up while nobody wanted anything, in milliseconds of the rate. */
const burstMs = 100;

export class RateLimit {
  readonly #clock: RateClock;
  readonly #waiters: Waiter[] = [];
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

  set rate(bytesPerSecond: number) {
    this.#count();
    this.#rate = bytesPerSecond;
    this.#serve();
  }

  /** Resolves when so many bytes may go. */
  take(bytes: number, signal: AbortSignal): Promise<void> {
    if (this.#rate === 0 && this.#waiters.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      const leave = (): void => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(signal.reason as Error);
        this.#serve();
      };
      const waiter: Waiter = {
        bytes,
        grant: () => {
          signal.removeEventListener('abort', leave);
          resolve();
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiters.push(waiter);
      this.#serve();
    });
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
    for (let first = this.#waiters[0]; first !== undefined; first = this.#waiters[0]) {
      if (this.#rate > 0 && this.#saved < 0) {
        this.#cancelTimer = this.#clock.after(Math.ceil((-this.#saved / this.#rate) * 1000), () => this.#serve());
        return;
      }
      this.#waiters.shift();
      if (this.#rate > 0) this.#saved -= first.bytes;
      first.grant();
    }
  }
}
