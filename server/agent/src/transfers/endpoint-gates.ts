// Owns how much is under way at each store at once: more while it copes, half as much when it says that it does not; and how much may be tried again.
import { ProviderError } from '../providers/provider.ts';
import { Line } from './line.ts';

export interface GateSettings {
  readonly startLanes: number;
  readonly maxLanes: number;
  /** Retries that a store is granted at once, and what each success gives back. */
  readonly retryBudget: number;
}

export interface Permit {
  /** `error` is what the work ended with, if it did not succeed. */
  release(error?: unknown): void;
}

const growthMs = 1000;
const earnedPerSuccess = 0.2;

class Gate {
  readonly #settings: GateSettings;
  readonly #now: () => number;
  /** By whose transfer. */
  readonly #line = new Line<string>();
  readonly #held = new Map<string, number>();
  #limit: number;
  #inUse = 0;
  #changedAt: number;
  /** Until the store has said for the first time that it is enough. */
  #probing = true;
  #budget: number;

  constructor(settings: GateSettings, now: () => number) {
    this.#settings = settings;
    this.#now = now;
    this.#limit = settings.startLanes;
    this.#changedAt = now();
    this.#budget = settings.retryBudget;
  }

  get lanes(): number {
    return this.#limit;
  }

  spendRetry(): boolean {
    if (this.#budget < 1) return false;
    this.#budget -= 1;
    return true;
  }

  enter(owner: string, signal: AbortSignal): Promise<void> {
    const turn = this.#line.join(owner, signal);
    this.#serve();
    return turn;
  }

  exit(owner: string, error: unknown): void {
    this.#inUse -= 1;
    const held = (this.#held.get(owner) ?? 1) - 1;
    if (held === 0) this.#held.delete(owner);
    else this.#held.set(owner, held);
    this.#learn(error);
    this.#serve();
  }

  /**
   * One more after each success until the store says that it is enough; from then on half as many after each complaint, and one more after
   * each second without one in which all were needed.
   */
  #learn(error: unknown): void {
    const now = this.#now();
    if (error instanceof ProviderError && error.kind === 'throttled') {
      this.#limit = Math.max(1, Math.floor(this.#limit / 2));
      this.#probing = false;
      this.#changedAt = now;
      return;
    }
    if (error !== undefined) return;
    this.#budget = Math.min(this.#settings.retryBudget, this.#budget + earnedPerSuccess);
    if (this.#line.length === 0 || (!this.#probing && now - this.#changedAt < growthMs)) return;
    this.#limit = Math.min(this.#settings.maxLanes, this.#limit + 1);
    this.#changedAt = now;
  }

  #serve(): void {
    while (this.#inUse < this.#limit && this.#line.length > 0) {
      const owners = this.#line.tickets;
      const at = this.#fairest(owners);
      const owner = owners[at] ?? '';
      this.#inUse += 1;
      this.#held.set(owner, (this.#held.get(owner) ?? 0) + 1);
      this.#line.admit(undefined, at);
    }
  }

  /** Whose transfer has the least; among equals, who came first. */
  #fairest(owners: readonly string[]): number {
    const held = owners.map((owner) => this.#held.get(owner) ?? 0);
    return held.indexOf(Math.min(...held));
  }
}

export class EndpointGates {
  readonly #settings: GateSettings;
  readonly #now: () => number;
  readonly #gates = new Map<string, Gate>();

  constructor(settings: GateSettings, now: () => number) {
    this.#settings = settings;
    this.#now = now;
  }

  /** How much may be under way at all of them at once, just now. */
  lanes(endpoints: readonly string[]): number {
    return Math.min(this.#settings.maxLanes, ...stores(endpoints).map((name) => this.#gate(name).lanes));
  }

  /** Enters all of them, always in the same order, so that two who need both never wait for each other. */
  async enter(owner: string, endpoints: readonly string[], signal: AbortSignal): Promise<Permit> {
    const entered: Gate[] = [];
    const leave = (error: unknown): void => {
      for (const gate of entered.splice(0)) gate.exit(owner, error);
    };
    try {
      for (const name of stores(endpoints)) {
        const gate = this.#gate(name);
        await gate.enter(owner, signal);
        entered.push(gate);
      }
    } catch (error) {
      leave(error);
      throw error;
    }
    return { release: leave };
  }

  /** False when a store has used up what it may be tried again for now: whoever asks waits as long as he ever does. */
  spendRetry(endpoints: readonly string[]): boolean {
    return stores(endpoints).every((name) => this.#gate(name).spendRetry());
  }

  #gate(name: string): Gate {
    const known = this.#gates.get(name) ?? new Gate(this.#settings, this.#now);
    this.#gates.set(name, known);
    return known;
  }
}

/** The local disk has no gate: the lanes of the other side limit it. */
const stores = (endpoints: readonly string[]): string[] => [...new Set(endpoints)].filter((name) => name !== '').toSorted();
