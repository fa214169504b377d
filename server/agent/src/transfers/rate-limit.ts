// Owns one bandwidth cap that any number of transfers share: small grants, the next to whoever had the least, changeable while they wait.
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

interface Wish {
  readonly owner: string;
  readonly bytes: number;
}

export class RateLimit {
  readonly #clock: RateClock;
  readonly #line = new Line<Wish>();
  readonly #shares = new Shares();
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

  /** Resolves when so many bytes may go. Owners share the rate evenly, however many of their own wait at once; each is served in order. */
  take(bytes: number, signal: AbortSignal, owner: string): Promise<void> {
    if (this.#rate === 0 && this.#line.length === 0) return Promise.resolve();
    this.#shares.join(owner);
    const turn = this.#line.join({ owner, bytes }, signal, () => this.#serve());
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
    while (this.#line.length > 0) {
      if (this.#rate > 0 && this.#saved < 0) {
        this.#cancelTimer = this.#clock.after(Math.ceil((-this.#saved / this.#rate) * 1000), () => this.#serve());
        return;
      }
      this.#grant();
    }
    this.#shares.clear();
  }

  #grant(): void {
    const wishes = this.#line.tickets;
    const at = this.#shares.least(wishes);
    const { owner, bytes } = wishes[at] ?? { owner: '', bytes: 0 };
    if (this.#rate > 0) this.#saved -= bytes;
    this.#shares.charge(owner, bytes);
    this.#line.admit(undefined, at);
  }
}

/** How much each owner had since somebody had to wait. One who comes, or comes back, has had as much as whoever was served last: no more, no less. */
class Shares {
  readonly #had = new Map<string, number>();
  #level = 0;

  join(owner: string): void {
    this.#had.set(owner, Math.max(this.#level, this.#had.get(owner) ?? 0));
  }

  /** Among equals, who came first. */
  least(wishes: readonly Wish[]): number {
    const had = wishes.map(({ owner }) => this.#had.get(owner) ?? 0);
    return had.indexOf(Math.min(...had));
  }

  charge(owner: string, bytes: number): void {
    this.#level = this.#had.get(owner) ?? 0;
    this.#had.set(owner, this.#level + bytes);
    // Whoever had less does not wait; when he comes again he begins here.
    for (const [other, had] of this.#had) if (had < this.#level) this.#had.delete(other);
  }

  clear(): void {
    this.#had.clear();
    this.#level = 0;
  }
}
